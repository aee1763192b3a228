import { OperatorError } from '../errors.ts'

/** How much the agent may do and how long it waits, integer milliseconds. */
export interface AgentLimits {
  /** Looks in a row that must agree before a symptom that isn't a fact is believed… */
  readonly confirmLooks: number
  /** …and the time they must span. */
  readonly confirmMs: number
  readonly restartsAnHour: number
  readonly lightActionsAnHour: number
  /** Between two restarts of one service. */
  readonly cooldownMs: number
  /** Actions on all services together at once; one more each `refillMs`. */
  readonly burst: number
  readonly refillMs: number
  /** How long a light action has to show its effect. */
  readonly lightPostCheckMs: number
  /** Wait after a pre-check, record or runtime that failed; doubles up to 16 times this. */
  readonly retryMs: number
  /** How long after its upstream was healed a failure is put down to that. */
  readonly upstreamMs: number
  /** When several fail that stand on one service, it has so long to show that it is the cause. */
  readonly sharedMs: number
  /** What a service stands on has so long to fail too before its own engine's verdict is believed. */
  readonly verdictMs: number
  /** An incident in which something was done stays open so long for what follows from it. */
  readonly followMs: number
  /** No second question about the same after a denial. */
  readonly deniedMs: number
}

/** The guard-rails of the design: 3 restarts an hour, 60 s between them. */
export const DEFAULT_LIMITS: AgentLimits = {
  confirmLooks: 3,
  confirmMs: 1_800,
  restartsAnHour: 3,
  lightActionsAnHour: 12,
  cooldownMs: 60_000,
  burst: 10,
  refillMs: 30_000,
  lightPostCheckMs: 3_000,
  retryMs: 5_000,
  upstreamMs: 300_000,
  sharedMs: 4_000,
  verdictMs: 1_000,
  followMs: 5_000,
  deniedMs: 3_600_000
}

/** @throws OperatorError `LIMITS_INVALID` for anything but positive whole numbers */
export function checkLimits(limits: AgentLimits): AgentLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new OperatorError('LIMITS_INVALID', `${name}: give a positive whole number`)
    }
  }
  return limits
}
