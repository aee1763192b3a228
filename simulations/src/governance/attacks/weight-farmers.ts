import type { Attack } from '../attack.ts'
import { type Conduct, type Ledger, liveDay, Population, policy } from '../population.ts'

const CLIQUE = 10

/**
 * Members of standing, certified and up, who vouch only for each other, in cliques of ten: for
 * contributions that nobody else has seen.
 */
class WeightFarmers implements Conduct {
  readonly members: readonly string[]

  constructor(members: readonly string[]) {
    this.members = members
  }

  act({ epoch, add }: Ledger): void {
    for (const [at, member] of this.members.entries()) {
      if (epoch === 1) add({ kind: 'certification', member, tier: 5, untilEpoch: 1_000 })
      liveDay(member, epoch, add)
      if (epoch > 1) continue
      const first = at - (at % CLIQUE)
      for (const lender of this.members.slice(first, first + CLIQUE)) {
        add({ kind: 'contribution', member, lender, points: policy.weight.pairMaxPoints })
      }
    }
  }
}

/** Farmers want the level that proposes. */
export const weightFarmers: Attack = {
  name: 'weight-farming',
  about: 'a clique farms contributions; what flows within a circle is subtracted',
  run({ members, attackers, neighboursOf, epochs }, isGuarded) {
    const conduct = new WeightFarmers(attackers)
    const population = new Population({ members, neighboursOf, epochs, conduct })
    const least = policy.weight.contributingPoints
    if (!isGuarded)
      return population.explain(attackers[0]!).components.contributions.earned >= least
    return attackers.some(member => population.latest.rowOf(member)!.contributions >= least)
  }
}
