import { aboutSymptom, type CheckResult, type Symptom } from '../checks/symptoms.ts'
import { type ServiceView, worstFirst } from '../diagnosis/diagnose.ts'
import type { AgentLimits } from '../remedy/limits.ts'

interface CheckState {
  readonly symptoms: readonly Symptom[]
  /** Looks in a row that found anything. */
  readonly looks: number
  readonly sinceMs: number
}

const QUIET: ServiceView = { symptoms: [], unsettled: false }
const MAX_SYMPTOMS = 16

/** What each check of each service said last, and since when. Holds nothing of healthy checks. */
export class HealthBoard {
  readonly #limits: AgentLimits
  readonly #failing = new Map<string, Map<string, CheckState>>()

  constructor(limits: AgentLimits) {
    this.#limits = limits
  }

  /** Whether no check of any service has anything to say. */
  get quiet(): boolean {
    return this.#failing.size === 0
  }

  take(results: readonly CheckResult[], now: number): void {
    for (const { service, check, symptoms } of results) {
      const checks = this.#failing.get(service)
      if (symptoms.length === 0) {
        if (checks?.delete(check) === true && checks.size === 0) this.#failing.delete(service)
        continue
      }
      const before = checks?.get(check)
      const state = {
        symptoms: symptoms.slice(0, MAX_SYMPTOMS),
        looks: (before?.looks ?? 0) + 1,
        sinceMs: before === undefined || turned(before.symptoms, symptoms) ? now : before.sinceMs
      }
      if (checks === undefined) this.#failing.set(service, new Map([[check, state]]))
      else checks.set(check, state)
    }
  }

  /** What was seen before an action counts no more: whatever isn't a fact is to be seen anew. */
  renew(service: string, now: number): void {
    const checks = this.#failing.get(service)
    if (checks === undefined) return
    for (const [check, { symptoms }] of checks)
      checks.set(check, { symptoms, looks: 0, sinceMs: now })
  }

  /** Whether the runtime reports a state of this service that has yet to last. */
  settling(service: string, now: number): boolean {
    const checks = [...(this.#failing.get(service)?.values() ?? [])]
    return checks.some(({ symptoms, sinceMs }) =>
      symptoms.some(({ kind }) => now - sinceMs < (aboutSymptom(kind).settleMs ?? 0))
    )
  }

  /** Whether anything is not yet believed: looking more often then tells sooner. */
  unsettled(now: number): boolean {
    return [...this.#failing.keys()].some(service => this.view(service, now).unsettled)
  }

  /** What is believed of a service now. */
  view(service: string, now: number): ServiceView {
    const checks = this.#failing.get(service)
    if (checks === undefined) return QUIET
    const believed: Symptom[] = []
    let unsettled = false
    for (const state of checks.values()) {
      const settled =
        state.looks >= this.#limits.confirmLooks && now - state.sinceMs >= this.#limits.confirmMs
      for (const found of state.symptoms) {
        const { certain, pending, settleMs = 0 } = aboutSymptom(found.kind)
        const fact = certain && now - state.sinceMs >= settleMs
        if (pending !== true && (fact || settled)) believed.push(found)
        else unsettled = true
      }
    }
    return { symptoms: worstFirst(believed), unsettled }
  }
}

/** Whether a state that has to last has only just begun. */
function turned(before: readonly Symptom[], after: readonly Symptom[]): boolean {
  const kind = after[0]?.kind
  return kind !== undefined && 'settleMs' in aboutSymptom(kind) && before[0]?.kind !== kind
}
