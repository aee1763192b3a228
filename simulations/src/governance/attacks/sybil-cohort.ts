import type { Attack } from '../attack.ts'
import { type Conduct, type Ledger, liveDay, Population, policy } from '../population.ts'

/** One owner's idle nodes: up, voting, and vouching for each other around two rings. */
class SybilCohort implements Conduct {
  readonly members: readonly string[]

  constructor(members: readonly string[]) {
    this.members = members
  }

  act({ epoch, add }: Ledger): void {
    const { members } = this
    for (const [at, member] of members.entries()) {
      liveDay(member, epoch, add)
      if (epoch > 1) continue
      for (const step of [1, 7]) {
        const lender = members[(at + step) % members.length]!
        add({ kind: 'attestation', member, lender, points: policy.weight.pairMaxPoints })
      }
    }
  }
}

/** Idle nodes want a hundredth of the weight of those who work. */
export const sybilCohort: Attack = {
  name: 'sybil-cohort',
  about: 'idle nodes of one owner earn weight; uptime and votes count only up to vouched work',
  run({ members, attackers, honest, neighboursOf, epochs }, isGuarded) {
    const conduct = new SybilCohort(attackers)
    const population = new Population({ members, neighboursOf, epochs, conduct })
    const { latest } = population
    const sumOf = (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + latest.rowOf(name)!.total, 0)
    if (isGuarded) return 100 * sumOf(attackers) > sumOf(honest)
    // What the same ledger gives where nothing bounds it; all of the cohort lead one life.
    const { uptime, participation } = population.explain(attackers[0]!).components
    return 100 * attackers.length * (uptime.earned + participation.earned) > sumOf(honest)
  }
}
