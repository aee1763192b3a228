import type { Catalogue } from '../catalogue/types.ts'
import { aboutSymptom, type SymptomKind } from '../checks/symptoms.ts'
import type { Diagnosis } from '../diagnosis/diagnose.ts'
import type { AgentLimits } from '../remedy/limits.ts'

/** What a diagnosis needs to know of the past: since when what failed. */
export class Causes {
  readonly #catalogue: Catalogue
  readonly #limits: AgentLimits
  /** Since when a service fails. */
  readonly #sinceMs = new Map<string, number>()
  /** When a service was last seen failing or under treatment. */
  readonly #failedMs = new Map<string, number>()

  constructor(catalogue: Catalogue, limits: AgentLimits) {
    this.#catalogue = catalogue
    this.#limits = limits
  }

  take(service: string, failing: boolean, treated: boolean, now: number): void {
    if (failing || treated) this.#failedMs.set(service, now)
    if (!failing) this.#sinceMs.delete(service)
    else if (!this.#sinceMs.has(service)) this.#sinceMs.set(service, now)
  }

  /**
   * Whether what a service stands on may yet turn out to be the cause: a verdict of the engine has
   * only just come, or another service that stands on the same one fails at the same time.
   */
  common({ root, kinds }: Diagnosis, all: readonly Diagnosis[], now: number): boolean {
    const fresh = (name: string): boolean =>
      now < (this.#sinceMs.get(name) ?? now) + this.#limits.sharedMs
    if (!explainable(kinds) || !fresh(root)) return false
    // What was just healed upstream is the cause.
    if (now < this.upstreamFailedMs(root) + this.#limits.upstreamMs) return false
    const dependsOn = this.#upstream(root)
    // Health checks of the engine run each in their own beat: a leaf's verdict may come first.
    const verdict = kinds.every(kind => aboutSymptom(kind).certain)
    const sinceMs = this.#sinceMs.get(root) ?? now
    if (verdict && dependsOn.length > 0 && now < sinceMs + this.#limits.verdictMs) return true
    return all.some(
      other =>
        other.root !== root &&
        explainable(other.kinds) &&
        this.#upstream(other.root).some(name => dependsOn.includes(name))
    )
  }

  /** Whether a failure of `upstream` reaches a service. */
  standsOn(service: string, upstream: string): boolean {
    return this.#upstream(service).some(name => name === upstream || this.standsOn(name, upstream))
  }

  /** When anything a service stands on was last seen failing; long ago if never. */
  upstreamFailedMs(service: string, seen: Set<string> = new Set()): number {
    let latest = Number.MIN_SAFE_INTEGER
    for (const name of this.#upstream(service)) {
      if (seen.has(name)) continue
      seen.add(name)
      const own = this.#failedMs.get(name) ?? latest
      latest = Math.max(latest, own, this.upstreamFailedMs(name, seen))
    }
    return latest
  }

  #upstream(service: string): readonly string[] {
    return this.#catalogue.services.get(service)!.dependsOn
  }
}

/** Whether something upstream could be behind all of it. */
export function explainable(kinds: readonly SymptomKind[]): boolean {
  return kinds.every(kind => !aboutSymptom(kind).own)
}
