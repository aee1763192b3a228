import { governance } from '@torusmesh/consensus'
import type { Attack } from '../attack.ts'
import { Chamber } from '../chamber.ts'
import { policy } from '../population.ts'
import { each, reweighed } from './weights.ts'

const { Choice } = governance
const rules: governance.TypeRules = policy.types.parameter
const WEIGHT_MAX: number = governance.WEIGHT_MAX
/** Voters enough for three steps of the count. */
const CROWD: number = 3 * governance.COUNT_BUDGET

/** Weight that is there only while the vote is counted. */
const borrowedPower: Attack = {
  name: 'borrowed-power',
  about: 'weight borrowed for the count passes a proposal; weights are pinned when it is made',
  run({ population, attackers, honest }, isGuarded) {
    const poor = reweighed(population.latest, each(attackers, 1))
    const chamber = new Chamber({ snapshot: poor, policy })
    const proposal = chamber.open(chamber.draft(honest[0]!))
    const rich = reweighed(poor, each(attackers, WEIGHT_MAX))
    chamber.setElectorate(rich)
    chamber.vote(proposal, attackers, Choice.approve)
    chamber.waitForExecution(proposal)
    if (isGuarded) return chamber.hasPassed(proposal)
    const tally = new governance.Tally(rich)
    for (const voter of attackers) tally.cast(voter, 0, Choice.approve)
    return governance.decide(tally.sums, rich.total, rules).passed
  }
}

/** Ballots that their voters have replaced are sent again after the new ones. */
const voteReplay: Attack = {
  name: 'vote-replay',
  about: 'replayed old ballots undo newer ones; the highest revision counts, whatever its order',
  run(stage, isGuarded) {
    const chamber = stage.chamber()
    const voters = stage.bloc(stage.honest, chamber.snapshot, 150)
    const proposal = chamber.open(chamber.draft(stage.attackers[0]!))
    const said = [
      { revision: 0, choice: Choice.approve },
      { revision: 1, choice: Choice.deny },
      { revision: 0, choice: Choice.approve }
    ]
    for (const { revision, choice } of said) chamber.vote(proposal, voters, choice, revision)
    chamber.waitForExecution(proposal)
    if (isGuarded) return chamber.hasPassed(proposal)
    const weight = sumOf(chamber.snapshot, voters)
    const sums = [0, 0, 0]
    sums[said.at(-1)!.choice]! += weight
    const [approve = 0, deny = 0, abstain = 0] = sums
    return governance.decide({ approve, deny, abstain }, chamber.snapshot.total, rules).passed
  }
}

/** A crowd makes the close more work than a step may take. */
const unboundedTally: Attack = {
  name: 'unbounded-tally',
  about: 'a crowd of voters stalls the close; a step counts a bounded number',
  run({ population }, isGuarded) {
    const crowd = Array.from({ length: CROWD }, (_, at) => `x${at}`)
    const snapshot = reweighed(population.latest, each(crowd, 1))
    const chamber = new Chamber({ snapshot, policy })
    const electors = snapshot.rows.length
    if (!isGuarded) return electors > governance.COUNT_BUDGET
    chamber.isIncluded = () => false
    const proposal = chamber.open(chamber.draft(population.members[0]!))
    chamber.vote(proposal, crowd, Choice.approve)
    chamber.nowMs = proposal.closeMs
    let steps = 0
    do {
      chamber.send({ kind: 'tick' })
      steps++
    } while (proposal.phase === 'counting' && steps < electors)
    return electors > steps * governance.COUNT_BUDGET || proposal.phase === 'counting'
  }
}

/** In a mesh where nobody weighs anything, no votes at all are enough. */
const zeroElectorate: Attack = {
  name: 'zero-electorate',
  about: 'nothing is 100 % of nothing; an electorate without weight decides nothing',
  run({ population, members, attackers }, isGuarded) {
    const snapshot = reweighed(population.latest, each(members, 0))
    const chamber = new Chamber({ snapshot, policy })
    if (!isGuarded) return 0 >= rules.quorumPercent * snapshot.total
    const sums = { approve: 0, deny: 0, abstain: 0 }
    const proposal = chamber.propose(chamber.draft(attackers[0]!))
    return proposal !== undefined || governance.decide(sums, snapshot.total, rules).passed
  }
}

/** Voters leave during the vote, and what they weighed votes again under new names. */
const voterLeaves: Attack = {
  name: 'voter-leaves',
  about: 'weight votes, moves and votes again; only members of the pinned snapshot vote',
  run(stage, isGuarded) {
    const chamber = stage.chamber()
    const { snapshot } = chamber
    const bloc = stage.bloc(stage.attackers, snapshot, 30)
    const others = stage.bloc(stage.honest, snapshot, 150)
    const proposal = chamber.open(chamber.draft(stage.honest[0]!))
    chamber.vote(proposal, others, Choice.abstain)
    chamber.vote(proposal, bloc, Choice.approve)
    const fresh = bloc.map(member => `y${member}`)
    const moved = new Map([...each(bloc, 0), ...each(fresh, sumOf(snapshot, bloc) / bloc.length)])
    chamber.setElectorate(reweighed(snapshot, moved))
    chamber.vote(proposal, fresh, Choice.approve)
    chamber.waitForExecution(proposal)
    if (isGuarded) return chamber.hasPassed(proposal)
    const approve = sumOf(snapshot, bloc) + sumOf(chamber.snapshot, fresh)
    const abstain = sumOf(snapshot, others)
    return governance.decide({ approve, deny: 0, abstain }, snapshot.total, rules).passed
  }
}

function sumOf(snapshot: governance.WeightSnapshot, members: readonly string[]): number {
  return members.reduce((sum, member) => sum + (snapshot.rowOf(member)?.total ?? 0), 0)
}

/** Attacks on what a ballot weighs and how it is counted. */
export const ballotAttacks: readonly Attack[] = [
  borrowedPower,
  voteReplay,
  unboundedTally,
  zeroElectorate,
  voterLeaves
]
