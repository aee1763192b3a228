import { EngineError } from '../engine/errors.ts'
import type { FaultEvent } from '../faults/event.ts'
import type { RunSummary, Violation } from '../scenario/outcome.ts'
import { type RunScenarioOptions, runScenario } from '../scenario/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'

/** Properties that every run has, whatever its scenario. */
export const Always = {
  /** Messages that beget messages without end are a storm. */
  noStorm: 'no-storm',
  noCrash: 'no-crash',
  endsInTime: 'ends-in-time'
} as const

/** Several times what any honest run needs. */
const EVENTS_PER_NODE_SECOND_MAX = 500
const VIOLATIONS_MAX = 10

export interface AttemptOptions extends Pick<RunScenarioOptions, 'signal' | 'workers'> {
  /** Instead of the catalogue's. */
  readonly scenario?: Scenario
  readonly schedule?: readonly FaultEvent[]
  /** Wall time after which a run has failed; a minute unless told. */
  readonly timeoutMs?: number
}

/** What one run of a swarm came to; structured-cloneable. */
export interface Attempt {
  readonly spec: RunSpec
  /** The first of each property come first; at most 10. */
  readonly violations: readonly Violation[]
  /** Empty when the run didn't end. */
  readonly auditHash: string
  readonly events: number
  readonly wallMs: number
  readonly sometimes: RunSummary['sometimes']
}

/**
 * Runs a spec so that whatever goes wrong with it, but the spec itself, is a violation.
 *
 * @throws SpecError, SimulationError for a spec that can't be run
 * @throws the reason of `options.signal`, once it aborts
 */
export async function attempt(spec: RunSpec, options: AttemptOptions = {}): Promise<Attempt> {
  const { timeoutMs = 60_000, signal, ...rest } = options
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(Always.endsInTime), timeoutMs)
  const most = (EVENTS_PER_NODE_SECOND_MAX * spec.nodes * spec.durationMs) / 1_000
  const startMs = performance.now()
  const failed = (property: string, atMs: number, what: string): Attempt => ({
    spec,
    violations: [{ property, atMs, node: 0, what }],
    auditHash: '',
    events: 0,
    wallMs: performance.now() - startMs,
    sometimes: {}
  })
  let virtualMs = 0
  try {
    const { summary, violations } = await runScenario(spec, {
      ...rest,
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      onProgress: progress => {
        virtualMs = progress.virtualMs
        if (progress.events > most) stop.abort(Always.noStorm)
      }
    })
    if (summary.events > most) return failed(Always.noStorm, 0, stormText(most))
    const { auditHash, events, sometimes } = summary
    const wallMs = performance.now() - startMs
    return { spec, violations: firstOfEach(violations), auditHash, events, wallMs, sometimes }
  } catch (error) {
    if (error === Always.noStorm) return failed(Always.noStorm, 0, stormText(most))
    if (error === Always.endsInTime) {
      return failed(
        Always.endsInTime,
        virtualMs,
        `not at its end after ${timeoutMs} ms of wall time`
      )
    }
    const isOutside = signal?.aborted === true || !isCrash(error)
    if (isOutside) throw error
    return failed(Always.noCrash, virtualMs, String((error as Error).message).slice(0, 200))
  } finally {
    clearTimeout(timer)
  }
}

function stormText(most: number): string {
  return `more than ${most} events, ${EVENTS_PER_NODE_SECOND_MAX} a node and second`
}

/** What the engine or a machine threw, not what is wrong with the spec. */
function isCrash(error: unknown): boolean {
  return error instanceof EngineError || error instanceof TypeError || error instanceof RangeError
}

function firstOfEach(violations: readonly Violation[]): Violation[] {
  const firsts = [...new Map(violations.toReversed().map(one => [one.property, one])).values()]
  const others = violations.filter(violation => !firsts.includes(violation))
  return [...firsts.sort((a, b) => a.atMs - b.atMs), ...others].slice(0, VIOLATIONS_MAX)
}
