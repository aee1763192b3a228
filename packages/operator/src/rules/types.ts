import type { ServiceSpec } from '../catalogue/types.ts'
import type { Symptom, SymptomKind } from '../checks/symptoms.ts'
import type { ActionKind } from '../remedy/actions.ts'

/** What is known when a rule is looked for. */
export interface Observation {
  readonly service: ServiceSpec
  /** Believed symptoms, worst first. */
  readonly symptoms: readonly Symptom[]
  /** Something it stands on was healed a short while ago. */
  readonly upstreamHealed: boolean
  /** Actions tried in this incident that didn't help. */
  readonly tried: readonly ActionKind[]
}

/** A known pattern and what helps. */
export interface Rule {
  /** Stable, in kebab case. */
  readonly id: string
  /** One sentence for the rulebook's page. */
  readonly says: string
  /** It matches a service with any of these. */
  readonly when: readonly SymptomKind[]
  /** It matches only after something upstream was healed. */
  readonly afterUpstream?: true
  /** A further condition; pure and deterministic. */
  readonly only?: (observation: Observation) => boolean
  /** Tried in this order, each once; when all are spent, people are told. */
  readonly steps: readonly ActionKind[]
  /** What to tell people when nothing is left to try. */
  readonly alert: string
}

/** Rules in order: the first that matches wins. The last matches everything. */
export interface Rulebook {
  readonly rules: readonly Rule[]
}
