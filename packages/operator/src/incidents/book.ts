import type { SymptomKind } from '../checks/symptoms.ts'
import type { ActionKind } from '../remedy/actions.ts'
import type { ActionOutcome, OperatorRow } from './rows.ts'

/** A row with the time it was written, Unix milliseconds. */
export interface TimedRow {
  readonly atMs: number
  readonly row: OperatorRow
}

/** Everything known of one incident. */
export interface IncidentBundle {
  readonly id: string
  readonly root: string
  readonly openedMs: number
  readonly closedMs: number | undefined
  readonly rows: readonly TimedRow[]
}

/** One line of what to learn from: seen, done, what came of it. */
export interface TrainingRow {
  readonly incident: string
  readonly service: string
  readonly symptoms: readonly SymptomKind[]
  readonly rule: string
  readonly action: ActionKind | 'alert'
  readonly outcome: ActionOutcome | 'unknown'
  readonly tookMs: number
  /** What the model would have done, if that was something else. */
  readonly disagrees?: string
}

const MAX_INCIDENTS = 256
const MAX_ROWS = 512

/** The last 256 incidents, folded from their rows; live or from the ledger alike. */
export class IncidentBook {
  readonly #bundles = new Map<
    string,
    { id: string; root: string; openedMs: number; closedMs: number | undefined; rows: TimedRow[] }
  >()

  take(row: OperatorRow, atMs: number): void {
    if (!('incident' in row)) return
    if (row.kind === 'opened') {
      const { incident: id, root } = row
      this.#bundles.set(id, { id, root, openedMs: atMs, closedMs: undefined, rows: [] })
      const oldest = this.#bundles.keys().next()
      if (this.#bundles.size > MAX_INCIDENTS && oldest.done !== true) {
        this.#bundles.delete(oldest.value)
      }
    }
    const bundle = this.#bundles.get(row.incident)
    if (bundle === undefined || bundle.rows.length >= MAX_ROWS) return
    bundle.rows.push({ atMs, row })
    if (row.kind === 'closed') bundle.closedMs = atMs
  }

  /** Newest last. */
  list(): IncidentBundle[] {
    return [...this.#bundles.values()]
  }

  get(id: string): IncidentBundle | undefined {
    return this.#bundles.get(id)
  }
}

/** Observation → action → outcome rows of an incident; secrets never were in it. */
export function trainingRows({ id, rows }: IncidentBundle): TrainingRow[] {
  return rows.flatMap(({ row: decided }, i): TrainingRow[] => {
    if (decided.kind !== 'decided') return []
    const { service, rule, symptoms, verdict, disagrees } = decided
    const outcome = rows
      .slice(i)
      .map(({ row }) => row)
      .find(row => row.kind === 'outcome' && row.action.service === service)
    const seen = {
      incident: id,
      service,
      symptoms: symptoms.map(({ kind }) => kind),
      rule,
      ...(disagrees === undefined ? {} : { disagrees })
    }
    if (verdict === 'alert' || verdict === 'hold' || outcome?.kind !== 'outcome') {
      return [{ ...seen, action: 'alert', outcome: 'unknown', tookMs: 0 }]
    }
    const { action, tookMs } = outcome
    return [{ ...seen, action: action.kind, outcome: outcome.outcome, tookMs }]
  })
}
