import { type Observation, PROPOSALS, type ProposalKind } from '../model/observation.ts'
import { tokensOf } from '../model/tokens.ts'
import type { Example } from './transformer.ts'

/** What became of an action, as the operator's ledger has it. */
export type Outcome = 'healed' | 'no-effect' | 'failed' | 'not-needed' | 'not-done'

/** One row of a node's own ledger: what was seen, what was done to which service, what came of it. */
export interface LedgerRow {
  readonly observation: Observation
  readonly action: ProposalKind
  /** A service of the observation, by name. */
  readonly target: string
  readonly outcome: Outcome
}

/** Examples, and how many rows taught nothing. */
export interface LedgerExamples {
  readonly examples: readonly Example[]
  /** Actions that didn't heal, or were not done: what would have been right isn't known. */
  readonly silent: number
  /** Rows out of bounds, with an unknown action or target. */
  readonly refused: number
}

/** More rows than these are not read. */
export const MOST_ROWS = 100_000

/** What there is to learn from a ledger: actions that healed. */
export function examplesFromLedger(rows: readonly LedgerRow[], vocabulary: number): LedgerExamples {
  const examples: Example[] = []
  let silent = 0
  let refused = 0
  for (const { observation, action, target, outcome } of rows.slice(0, MOST_ROWS)) {
    if (outcome !== 'healed') {
      silent++
      continue
    }
    const [kind, service] = [PROPOSALS.indexOf(action), observation.services.indexOf(target)]
    const tokens = kind < 0 || service < 0 ? undefined : tokensIfValid(observation, vocabulary)
    if (tokens === undefined) refused++
    else examples.push({ tokens, action: kind, target: service })
  }
  return { examples, silent, refused }
}

function tokensIfValid(
  observation: Observation,
  vocabulary: number
): Example['tokens'] | undefined {
  try {
    return tokensOf(observation, vocabulary)
  } catch {
    return undefined
  }
}
