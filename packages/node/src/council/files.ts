import { hash } from 'node:crypto'
import { council, type governance } from '@torusmesh/consensus'
import { Env, envName, SuiteId } from '@torusmesh/protocol'
import { nativeMlDsa } from '@torusmesh/protocol/native'
import { createTorus } from '@torusmesh/torus'

/** A vote's result with its signed ballots: who has it needs nobody to count it again. */
export interface ResultFile {
  readonly format: 'torusmesh/result/v1'
  readonly network: string
  readonly env: string
  readonly bundle: governance.ResultBundle
  /** Keys and envelopes are base64. */
  readonly ballots: readonly { readonly key: string; readonly envelopes: readonly string[] }[]
}

/** A decision with both keys and its finality. */
export interface DecisionFile {
  readonly format: 'torusmesh/decision/v1'
  readonly network: string
  readonly sides: readonly number[]
  /** Base64 of the canonical bytes. */
  readonly certificate: string
}

/** What a result or a decision shows, or why it shows nothing. */
export type CheckedFile =
  | {
      readonly ok: false
      readonly fault: council.ResultFault | council.DecisionFault
      readonly at: string | null
    }
  | { readonly ok: true; readonly kind: 'result'; readonly result: governance.ResultCertificate }
  | { readonly ok: true; readonly kind: 'decision'; readonly decision: DecisionFacts }

/** What a decision certificate that holds says. */
export interface DecisionFacts {
  readonly number: number
  readonly proposal: string
  readonly action: governance.Action
  /** Mesh time. */
  readonly atMs: number
  readonly untilMs: number | null
  readonly height: number
  /** The set that made it final, and the one whose approvals count. */
  readonly epoch: number
  readonly epochId: string
  readonly approvedInEpoch: string
  readonly approvers: readonly string[]
  readonly signers: number
  readonly validators: number
  /** Digest of the vote's result; `null` for an emergency. */
  readonly ballotRoot: string | null
}

const suite = nativeMlDsa(SuiteId.mlDsa65)

const ports: council.CouncilPorts = {
  sha256: bytes => hash('sha256', bytes, 'buffer'),
  verify: (key, message, signature, context) => suite.verify(key, message, signature, context)
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const fromBase64 = (text: unknown): Uint8Array =>
  Uint8Array.from(Buffer.from(String(text), 'base64'))

/** A result for others. */
export function resultFile(
  { network, env }: Pick<council.CouncilTerms, 'network' | 'env'>,
  bundle: governance.ResultBundle,
  ballots: readonly { readonly voter: string; readonly envelope: Uint8Array }[],
  keyOf: (member: string) => Uint8Array
): ResultFile {
  const byVoter = Map.groupBy(ballots, ({ voter }) => voter)
  return {
    format: 'torusmesh/result/v1',
    ...{ network, env: envName(env), bundle },
    ballots: bundle.votes.map(({ voter }) => ({
      key: base64(keyOf(voter)),
      envelopes: (byVoter.get(voter) ?? []).map(({ envelope }) => base64(envelope))
    }))
  }
}

/** A decision for others. */
export function decisionFile(
  { network, torus }: Pick<council.CouncilTerms, 'network' | 'torus'>,
  certificate: council.DecisionCertificate
): DecisionFile {
  const bytes = council.encodeDecisionCertificate(certificate)
  return {
    format: 'torusmesh/decision/v1',
    ...{ network, sides: torus.sides, certificate: base64(bytes) }
  }
}

const MALFORMED = { ok: false, fault: 'malformed', at: null } as const

/** Checks a result or a decision with nothing but itself; nothing in it is trusted. */
export function checkCouncilFile(text: string): CheckedFile {
  let file: Partial<ResultFile> & Partial<DecisionFile>
  try {
    file = JSON.parse(text)
  } catch {
    return MALFORMED
  }
  const format: unknown = file?.format
  if (format === 'torusmesh/result/v1') return checkResultFile(file as ResultFile)
  return format === 'torusmesh/decision/v1' ? checkDecisionFile(file as DecisionFile) : MALFORMED
}

function checkResultFile({ network, env, bundle, ballots }: Partial<ResultFile>): CheckedFile {
  const envs: Readonly<Record<string, Env>> = Env
  const isWhole =
    typeof network === 'string' &&
    Object.hasOwn(envs, String(env)) &&
    Array.isArray(ballots) &&
    ballots.every(each => Array.isArray(each?.envelopes))
  if (!isWhole) return MALFORMED
  const proof = {
    ...{ network, env: envs[env!]!, bundle: bundle! },
    ballots: ballots!.map(({ key, envelopes }) => ({
      key: fromBase64(key),
      envelopes: envelopes.map(fromBase64)
    }))
  }
  const checked = council.checkResult(proof, ports)
  if (checked.ok) return { ok: true, kind: 'result', result: checked.value }
  return { ok: false, fault: checked.fault, at: checked.at ?? null }
}

const CELLS_MAX = 2 ** 21

function checkDecisionFile({ sides, certificate }: Partial<DecisionFile>): CheckedFile {
  const isTorus =
    Array.isArray(sides) &&
    sides.length >= 1 &&
    sides.length <= 8 &&
    sides.every(side => Number.isSafeInteger(side) && side >= 1) &&
    sides.reduce((cells, side) => cells * side, 1) <= CELLS_MAX
  const shown = council.decodeDecisionCertificate(fromBase64(certificate))
  if (!isTorus || shown === null) return MALFORMED
  const checked = council.verifyDecision(shown, createTorus(sides), ports)
  if (!checked.ok) return { ok: false, fault: checked.fault, at: null }
  return { ok: true, kind: 'decision', decision: factsOf(shown) }
}

function factsOf(shown: council.DecisionCertificate): DecisionFacts {
  const { decision, approvedIn, epoch, height, finality } = shown
  const { number, proposal, action, atMs, untilMs = null, result, approval } = decision
  return {
    ...{ number, proposal, action, atMs, untilMs, height },
    ...{ epoch: epoch.number, epochId: epoch.id, approvedInEpoch: approvedIn.epoch.id },
    approvers: approval.approvals.map(({ validator }) =>
      Buffer.from(approvedIn.epoch.validators[validator]!.id).toString('hex')
    ),
    signers: finality.signatures.length,
    validators: epoch.validators.length,
    ballotRoot: result?.ballotRoot ?? null
  }
}
