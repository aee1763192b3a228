import { decodeCouncilStatement, decodeGovernanceStatement } from './decode/council.ts'
import { decodeDigestStatement, decodeHealthStatement } from './decode/health.ts'
import { Env, type EnvName, envName } from './env.ts'
import { ProtocolError } from './errors.ts'
import { NETWORK_ID_MAX_CHARS } from './limits.ts'
import type { Checked } from './reject.ts'
import { SUBJECT_NAMES, Subject, type SubjectName, subjectName } from './subject.ts'
import { SuiteId } from './suites/suite.ts'

/** All that gossip, queues, scores and metrics know of one subject. */
export interface SubjectPolicy {
  readonly id: Subject
  /** `cell`: one topic a cell, heard by its neighbourhood; `mesh`: one topic for all. */
  readonly scope: 'cell' | 'mesh'
  /** Largest envelope. */
  readonly maxBytes: number
  /** Envelopes that may wait to be checked; then the older ones (`lifo`) or the newer ones (`fifo`) are dropped. */
  readonly queueLength: number
  /** `lifo` where only the latest counts, `fifo` where order does. */
  readonly queueOrder: 'fifo' | 'lifo'
  /** Which queue is served first, 0 before all. */
  readonly priority: number
  /** Statements that one sender is expected to make in a minute at most. */
  readonly expectedPerMinute: number
  /** The subject's share in a peer's gossip score, relative to the others'. */
  readonly scoreWeight: number
  /** Longest time from issue to expiry. */
  readonly lifetimeMs: number
  /** Suites a statement may be signed with. */
  readonly suites: Readonly<Record<EnvName, readonly SuiteId[]>>
  /** Decodes the payload; `cells` is the size of the torus. */
  decode(payload: Uint8Array, cells: number): Checked<unknown>
}

const { mlDsa44, mlDsa65, falcon512, mock } = SuiteId

/** Report keys sign; the identity key may when a Falcon key can't be had or is no longer trusted. */
const REPORT_SUITES = {
  dev: [falcon512, mlDsa65, mock],
  beta: [falcon512, mlDsa65],
  mainnet: [falcon512, mlDsa65]
} as const

/** ML-DSA only: what decides something must outlast a draft standard. */
const DECISION_SUITES = {
  dev: [mlDsa44, mlDsa65, mock],
  beta: [mlDsa44, mlDsa65],
  mainnet: [mlDsa44, mlDsa65]
} as const

/** No message of these subjects is defined yet, so none is valid. */
const refuse = (): Checked<never> => ({ ok: false, code: 'wrong-payload' })

const MINUTE_MS = 60_000
const KB = 1_024

const policies = {
  health: {
    id: Subject.health,
    scope: 'cell',
    // 16 services, 16 watchers and an ML-DSA-65 signature; 900 bytes is the goal with Falcon.
    maxBytes: 5 * KB,
    queueLength: 1_024,
    queueOrder: 'lifo',
    priority: 1,
    // One report each 10 s, and accusations when neighbours fall silent.
    expectedPerMinute: 20,
    scoreWeight: 4,
    lifetimeMs: 2 * MINUTE_MS,
    suites: REPORT_SUITES,
    decode: decodeHealthStatement
  },
  digest: {
    id: Subject.digest,
    scope: 'mesh',
    // A down notice of a report and up to 16 accusations: 15 kB with Falcon, 60 kB with ML-DSA-65.
    maxBytes: 64 * KB,
    queueLength: 2_048,
    queueOrder: 'fifo',
    priority: 2,
    expectedPerMinute: 6,
    scoreWeight: 2,
    // Anti-entropy passes digests on along the torus until the next epoch replaced them.
    lifetimeMs: 60 * MINUTE_MS,
    suites: REPORT_SUITES,
    decode: decodeDigestStatement
  },
  weights: {
    id: Subject.weights,
    scope: 'mesh',
    maxBytes: 256 * KB,
    queueLength: 64,
    queueOrder: 'fifo',
    priority: 5,
    expectedPerMinute: 1,
    scoreWeight: 1,
    lifetimeMs: 60 * MINUTE_MS,
    suites: DECISION_SUITES,
    decode: refuse
  },
  upgrade: {
    id: Subject.upgrade,
    scope: 'mesh',
    maxBytes: 64 * KB,
    queueLength: 256,
    queueOrder: 'fifo',
    priority: 3,
    expectedPerMinute: 6,
    scoreWeight: 2,
    lifetimeMs: 24 * 60 * MINUTE_MS,
    suites: DECISION_SUITES,
    decode: refuse
  },
  vote: {
    id: Subject.vote,
    scope: 'mesh',
    // Votes take 7 kB, a proposal with its certificates up to what gossip carries.
    maxBytes: 248 * KB,
    queueLength: 4_096,
    queueOrder: 'fifo',
    priority: 0,
    expectedPerMinute: 120,
    scoreWeight: 4,
    lifetimeMs: 10 * MINUTE_MS,
    suites: DECISION_SUITES,
    decode: decodeCouncilStatement
  },
  governance: {
    id: Subject.governance,
    scope: 'mesh',
    maxBytes: 64 * KB,
    queueLength: 256,
    queueOrder: 'fifo',
    priority: 4,
    expectedPerMinute: 6,
    scoreWeight: 2,
    lifetimeMs: 24 * 60 * MINUTE_MS,
    suites: DECISION_SUITES,
    decode: decodeGovernanceStatement
  },
  evidence: {
    id: Subject.evidence,
    scope: 'mesh',
    maxBytes: 64 * KB,
    queueLength: 256,
    queueOrder: 'fifo',
    priority: 0,
    expectedPerMinute: 2,
    scoreWeight: 2,
    lifetimeMs: 24 * 60 * MINUTE_MS,
    suites: DECISION_SUITES,
    decode: refuse
  }
} satisfies Record<SubjectName, SubjectPolicy>

/** The policy of every subject by name; queues, scores, metrics labels and documentation derive from it. */
export const SUBJECT_POLICIES: Readonly<Record<SubjectName, SubjectPolicy>> = policies

/** The policy of `subject`. */
export function policyOf(subject: Subject): SubjectPolicy {
  return policies[subjectName(subject)]
}

/** Whether a statement of `subject` may be signed with `suite` in `env`. */
export function isSuiteAllowed(subject: Subject, suite: SuiteId, env: Env): boolean {
  if (suite === mock && env !== Env.dev) return false
  return policyOf(subject).suites[envName(env)].includes(suite)
}

/** The version of the topics' meaning; nodes of neighbouring versions share a topic. */
export const TOPIC_VERSION = 1

const NETWORK_ID = /^[a-z0-9][a-z0-9-]*$/

/** Whether `network` can be a network id, as `networkId` makes them. */
export function isNetworkId(network: string): boolean {
  return network.length <= NETWORK_ID_MAX_CHARS && NETWORK_ID.test(network)
}

/**
 * `/torusmesh/<network>/1/<subject>`, and `/<cell>` for subjects of cell scope.
 *
 * @throws ProtocolError `bad-argument` when cell and scope, or network and its form, don't go together
 */
export function topicName(network: string, subject: Subject, cell?: number): string {
  const name = subjectName(subject)
  const { scope } = policies[name]
  if (!isNetworkId(network)) {
    throw new ProtocolError('bad-argument', `"${network}" is no network id; see networkId()`)
  }
  if ((scope === 'cell') !== (cell !== undefined)) {
    const wanted = scope === 'cell' ? 'needs a cell' : 'takes no cell'
    throw new ProtocolError('bad-argument', `the topic of subject ${name} ${wanted}`)
  }
  if (cell !== undefined && !(Number.isSafeInteger(cell) && cell >= 0)) {
    throw new ProtocolError('bad-argument', `a cell is an integer from 0, not ${cell}`)
  }
  const base = `/torusmesh/${network}/${TOPIC_VERSION}/${name}`
  return cell === undefined ? base : `${base}/${cell}`
}

/** A topic taken apart; `cell` is set for subjects of cell scope. */
export interface ParsedTopic {
  readonly network: string
  readonly subject: Subject
  readonly cell: number | undefined
}

const TOPIC = /^\/torusmesh\/([a-z0-9-]+)\/(\d{1,4})\/([a-z]{1,16})(?:\/(0|[1-9]\d{0,6}))?$/
const TOPIC_MAX_CHARS = 128

/** What {@link topicName} made; `undefined` for any other string. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  if (topic.length > TOPIC_MAX_CHARS) return undefined
  const [, network, version, name, cell] = TOPIC.exec(topic) ?? []
  if (network === undefined || !isNetworkId(network) || version !== `${TOPIC_VERSION}`)
    return undefined
  const subjectAt = SUBJECT_NAMES.indexOf(name as SubjectName)
  if (subjectAt < 0) return undefined
  const subject = Subject[SUBJECT_NAMES[subjectAt]!]
  if ((policyOf(subject).scope === 'cell') !== (cell !== undefined)) return undefined
  return { network, subject, cell: cell === undefined ? undefined : Number(cell) }
}
