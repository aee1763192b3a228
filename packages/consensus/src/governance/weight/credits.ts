import type { WeightRules } from '../policy/policy.ts'
import type { CreditEvent } from './events.ts'

/** What one lender gave one member: points within the caps, and the events that count. */
interface Loan {
  points: number
  readonly events: number[]
}

/** By member, by lender. */
type Loans = ReadonlyMap<string, ReadonlyMap<string, Loan>>

/** Credit that counts for a member, and the events behind it. */
export interface CreditScore {
  /** Within the caps of lenders, before the clique's part is taken off. */
  readonly lent: number
  readonly points: number
  readonly events: readonly number[]
}

/**
 * Credit of one kind, by member. A lender is bounded three times: for each other member by a fixed
 * cap and by its own standing (a Sybil without weight lends nothing), and for all by a budget.
 *
 * @param events - in the ledger's order; the first come first
 * @param standing - a lender's weight of the epoch before
 */
export function scoreCredits(
  events: readonly CreditEvent[],
  rules: WeightRules,
  standing: (lender: string) => number
): Map<string, CreditScore> {
  const loans = lend(events, rules, standing)
  const scores = new Map<string, CreditScore>()
  for (const [member, lenders] of loans) {
    let lent = 0
    let points = 0
    for (const [lender, loan] of lenders) {
      lent += loan.points
      points += loan.points - cliquePart(loans, lenders, member, lender, loan.points)
    }
    scores.set(member, { lent, points, events: [...lenders.values()].flatMap(loan => loan.events) })
  }
  return scores
}

function lend(
  events: readonly CreditEvent[],
  rules: WeightRules,
  standing: (lender: string) => number
): Map<string, Map<string, Loan>> {
  const loans = new Map<string, Map<string, Loan>>()
  const spent = new Map<string, number>()
  for (const { member, lender, points, seq } of events) {
    if (lender === member || !Number.isSafeInteger(points)) continue
    const lenders = loans.get(member) ?? new Map<string, Loan>()
    const loan = lenders.get(lender) ?? { points: 0, events: [] }
    const cap = Math.min(rules.pairMaxPoints, Math.floor(standing(lender) / rules.standingPerPoint))
    const budget = rules.lenderMaxPoints - (spent.get(lender) ?? 0)
    const taken = Math.min(points, cap - loan.points, budget)
    if (taken <= 0) continue
    loan.points += taken
    loan.events.push(seq)
    spent.set(lender, (spent.get(lender) ?? 0) + taken)
    loans.set(member, lenders.set(lender, loan))
  }
  return loans
}

/**
 * The part of a loan that comes out of the member's own circle: of what the lender itself was lent,
 * the share that the member and its other lenders lent it. A closed clique's inflow is all of that
 * kind; among neighbours on a torus, who have no neighbours in common, a sixth is. A ring of four
 * layers escapes it: what that gains is bounded by its lenders' standing, caps and budgets.
 */
function cliquePart(
  loans: Loans,
  circle: ReadonlyMap<string, Loan>,
  member: string,
  lender: string,
  points: number
): number {
  let all = 0
  let inner = 0
  for (const [source, loan] of loans.get(lender) ?? []) {
    all += loan.points
    if (source === member || circle.has(source)) inner += loan.points
  }
  return all === 0 ? 0 : Math.ceil((points * inner) / all)
}
