import { type ActionKind, aboutAction } from './actions.ts'
import type { AgentLimits } from './limits.ts'

const HOUR_MS = 3_600_000

/** Whether an action may be taken now, and if not, when to ask again. */
export type Allowance =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      readonly why: 'cooldown' | 'service-budget' | 'global-budget'
      readonly untilMs: number
    }

/**
 * What keeps one sick service from being restarted for ever, and many from being restarted at once.
 * Deterministic, time is injected; memory is bounded by the limits times the services.
 */
export class Budgets {
  readonly #limits: AgentLimits
  /** Times of spent actions by service and cost, oldest first. */
  readonly #spent = new Map<string, number[]>()
  /** Time at which the bucket is full again. */
  #fullAtMs = 0

  constructor(limits: AgentLimits) {
    this.#limits = limits
  }

  /** Asks without spending. `urgent` steps of one treatment don't wait for the cooldown. */
  ask(service: string, kind: ActionKind, now: number, urgent: boolean): Allowance {
    const { burst, refillMs, cooldownMs } = this.#limits
    const { cost } = aboutAction(kind)
    const times = this.#within(service, cost, now)
    const most = this.#most(cost)
    if (times.length >= most) {
      return { allowed: false, why: 'service-budget', untilMs: times[0]! + HOUR_MS }
    }
    const last = times.at(-1)
    if (cost === 'restart' && !urgent && last !== undefined && now < last + cooldownMs) {
      return { allowed: false, why: 'cooldown', untilMs: last + cooldownMs }
    }
    const nextTokenMs = this.#fullAtMs - (burst - 1) * refillMs
    if (now < nextTokenMs) return { allowed: false, why: 'global-budget', untilMs: nextTokenMs }
    return { allowed: true }
  }

  spend(service: string, kind: ActionKind, now: number): void {
    const { cost } = aboutAction(kind)
    const times = this.#within(service, cost, now)
    times.push(now)
    this.#spent.set(`${cost} ${service}`, times)
    this.#fullAtMs = Math.max(this.#fullAtMs, now) + this.#limits.refillMs
  }

  #within(service: string, cost: 'restart' | 'light', now: number): number[] {
    const times = this.#spent.get(`${cost} ${service}`) ?? []
    return times.filter(at => at > now - HOUR_MS)
  }

  #most(cost: 'restart' | 'light'): number {
    return cost === 'restart' ? this.#limits.restartsAnHour : this.#limits.lightActionsAnHour
  }
}
