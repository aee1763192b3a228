import { type TSchema, Type } from 'typebox'
import { SimulationError } from '../errors.ts'
import type { FaultEvent } from '../faults/event.ts'
import { PARTITIONS_MAX } from '../faults/limits.ts'
import { findScenario } from '../scenario/catalogue.ts'
import { check, isRecord } from '../scenario/check.ts'
import { Limits } from '../scenario/limits.ts'
import type { Violation } from '../scenario/outcome.ts'
import { checkSpec } from '../scenario/resolve.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { SpecError } from '../scenario/spec-error.ts'
import { codeVersion } from '../sweep/code-version.ts'
import type { Failure } from './shrink.ts'

/** A failing run that stands alone: all that decides it, and what it must show again. */
export interface ReplayFile {
  readonly format: 1
  /** SHA-256 of the code that found it, 64 hexadecimal digits; other code may run otherwise. */
  readonly code: string
  /** Without faults: the schedule says all that happens. */
  readonly spec: RunSpec
  readonly schedule: readonly FaultEvent[]
  readonly violation: Violation
  /** 16 hexadecimal digits; empty where the run didn't end. */
  readonly auditHash: string
}

/** A failure as it is kept in a file. */
export function replayFileOf({ spec, schedule, violation, auditHash }: Failure): ReplayFile {
  return { format: 1, code: codeVersion(), spec, schedule, violation, auditHash }
}

const MAX_FILE_CHARS = Limits.maxFileBytes
const MAX_EVENTS = 10_000
const MAX_SLOW_PERMILLE = 1_000_000

const exact = (properties: Record<string, TSchema>): TSchema =>
  Type.Object(properties, { additionalProperties: false })
const whole = (minimum: number, maximum: number): TSchema => Type.Integer({ minimum, maximum })
const atMs = whole(0, Limits.maxDurationMs)
const forMs = whole(1, Limits.maxDurationMs)
const node = whole(0, Limits.maxNodes - 1)
const text = Type.String({ maxLength: 500 })
const event = (kind: FaultEvent['kind'], fields: Record<string, TSchema>): TSchema =>
  exact({ kind: Type.Literal(kind), atMs, ...fields })

const EVENT: TSchema = Type.Union([
  event('crash', { node, mode: Type.Enum(['silent', 'closed']) }),
  event('restart', { node, disk: Type.Enum(['kept', 'lost']) }),
  event('pause', { node, forMs }),
  event('deaf', { node, forMs }),
  event('slow', { node, factorPermille: whole(1_000, MAX_SLOW_PERMILLE) }),
  event('skew', {
    node,
    offsetMs: whole(-Limits.maxDurationMs, Limits.maxDurationMs),
    driftPpm: whole(-100_000, 100_000)
  }),
  event('partition', {
    untilMs: forMs,
    side: Type.Array(node, { minItems: 1, maxItems: Limits.maxNamedNodes, uniqueItems: true }),
    oneWay: Type.Boolean()
  }),
  event('turn', { node, behaviour: text })
])

const FILE = Type.Object(
  {
    format: Type.Literal(1),
    code: Type.String({ pattern: '^[0-9a-f]{64}$', maxLength: 64 }),
    spec: Type.Object({}),
    schedule: Type.Array(EVENT, { maxItems: MAX_EVENTS }),
    violation: exact({
      property: Type.String({ minLength: 1, maxLength: 100 }),
      atMs,
      node,
      what: text
    }),
    auditHash: Type.String({ pattern: '^([0-9a-f]{16})?$', maxLength: 16 })
  },
  { additionalProperties: false }
)

/**
 * Reads a replay file, wherever it comes from.
 *
 * @param scenario - instead of the catalogue's
 * @throws {SimulationError} `bad-setting`, with the field and what would do; SpecError for its spec
 */
export function parseReplayFile(content: string, scenario?: Scenario): ReplayFile {
  if (content.length > MAX_FILE_CHARS) throw bad('it is too large; give a file of `sim swarm`')
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    throw bad('it is no JSON; give a file of `sim swarm`')
  }
  const problems = check(FILE, parsed)
  if (problems.length > 0) throw new SpecError(problems)
  const file = parsed as ReplayFile
  if (!isRecord(file.spec)) throw bad('spec: give a block')
  const spec = checkSpec(file.spec, scenario === undefined ? {} : { scenarios: [scenario] })
  const known = scenario ?? findScenario(spec.scenario)!
  checkSchedule(file.schedule, spec, known)
  return { ...file, spec }
}

/** What no event shows by itself. */
function checkSchedule(schedule: readonly FaultEvent[], spec: RunSpec, scenario: Scenario): void {
  let beforeMs = 0
  const untilMs: number[] = []
  for (const [i, event] of schedule.entries()) {
    const path = `schedule[${i}]`
    if (event.atMs < beforeMs) throw bad(`${path}.atMs: is ${event.atMs}; give them sorted by time`)
    beforeMs = event.atMs
    if (!scenario.faults.includes(event.kind)) {
      throw bad(`${path}.kind: ${spec.scenario} has no ${event.kind}; leave it out`)
    }
    const nodes = event.kind === 'partition' ? event.side : [event.node]
    const beyond = nodes.find(node => node >= spec.nodes)
    if (beyond !== undefined) throw bad(`${path}: node ${beyond}; there are ${spec.nodes}`)
    if (event.kind === 'turn' && !scenario.behaviours.includes(event.behaviour)) {
      throw bad(`${path}.behaviour: give ${scenario.behaviours.join(', ')}`)
    }
    if (event.kind !== 'partition') continue
    untilMs.push(event.untilMs)
    if (untilMs.filter(until => until > event.atMs).length > PARTITIONS_MAX) {
      throw bad(`${path}: at most ${PARTITIONS_MAX} partitions at one time`)
    }
  }
}

function bad(what: string): SimulationError {
  return new SimulationError('bad-setting', what)
}
