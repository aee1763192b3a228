import { TICKS_PER_MS } from '../engine/model.ts'
import { findScenario } from '../scenario/catalogue.ts'
import type { Violation } from '../scenario/outcome.ts'
import { setUp } from '../scenario/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { codeVersion } from '../sweep/code-version.ts'
import { attempt } from './attempt.ts'
import { describerOf } from './describe.ts'
import type { ReplayFile } from './replay-file.ts'
import { sequenceSvg } from './sequence-svg.ts'
import { type TracedMessage, traced } from './trace.ts'

/** Messages kept of a run for its diagram: the last ones before the violation. */
const MESSAGES_MAX = 200_000

export interface ReplayOptions {
  /** Instead of the catalogue's. */
  readonly scenario?: Scenario
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

export interface Replayed {
  /** Whether the same property failed again. */
  readonly violated: boolean
  /** Whether the run was the same, event by event. */
  readonly sameHash: boolean
  /** Whether the code is the same as that which found it. */
  readonly sameCode: boolean
  readonly auditHash: string
  readonly violations: readonly Violation[]
  /** A message-sequence diagram of what led to the violation. */
  readonly svg: string
}

/**
 * Runs a replay file again.
 *
 * @throws the reason of `options.signal`, once it aborts
 */
export async function replay(file: ReplayFile, options: ReplayOptions = {}): Promise<Replayed> {
  const { spec, schedule, violation, auditHash } = file
  const { scenario = findScenario(spec.scenario)!, ...rest } = options
  const describer = describerOf(scenario.name)
  let messages: TracedMessage[] = []
  let conclusions: ReturnType<typeof describer.conclusions> = []
  const found = await attempt(spec, {
    ...rest,
    schedule,
    scenario: traced(scenario, {
      onMessage(message) {
        if (message.sentTicks > violation.atMs * TICKS_PER_MS) return
        if (describer.message(message) === undefined) return
        messages.push(message)
        if (messages.length >= 2 * MESSAGES_MAX) messages = messages.slice(-MESSAGES_MAX)
      },
      onResults(results) {
        conclusions = describer.conclusions(results)
      }
    })
  })
  const again = found.violations.find(({ property }) => property === violation.property)
  const { topology } = setUp(spec, scenario)
  return {
    violated: again !== undefined,
    sameHash: found.auditHash === auditHash,
    sameCode: file.code === codeVersion(),
    auditHash: found.auditHash,
    violations: found.violations,
    svg: sequenceSvg({
      spec,
      topology,
      schedule,
      violation: again ?? violation,
      messages: messages.map(message => ({ ...message, text: describer.message(message)! })),
      conclusions
    })
  }
}
