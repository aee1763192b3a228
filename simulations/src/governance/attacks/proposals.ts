import { governance } from '@torusmesh/consensus'
import type { Attack } from '../attack.ts'
import { Chamber, PARAMETER } from '../chamber.ts'
import { policy } from '../population.ts'
import { digestOf, sha256 } from '../sha256.ts'
import type { Stage } from '../stage.ts'
import { each, reweighed } from './weights.ts'

const { Choice } = governance

function policyWith(
  rules: Partial<governance.TypeRules>,
  over: Partial<governance.Policy> = {}
): governance.Policy {
  const types = { ...policy.types, parameter: { ...policy.types.parameter, ...rules } }
  return { ...policy, types, ...over }
}

/** A proposal that the whole mesh passes, ready to be executed. */
function passed(chamber: Chamber, stage: Stage, draft: governance.Draft): governance.Proposal {
  const proposal = chamber.open(draft)
  chamber.vote(proposal, stage.members, Choice.approve)
  chamber.certify(proposal)
  chamber.waitForExecution(proposal)
  return proposal
}

/** What was voted on is exchanged before it is executed. */
const payloadSwap: Attack = {
  name: 'payload-swap',
  about: 'another action is executed than was voted on; the id hashes the action itself',
  run(stage, isGuarded) {
    const chamber = stage.chamber()
    const good = { kind: 'spend', account: 'fund', amount: 10 } as const
    const evil: governance.Action = { kind: 'spend', account: 'mallory', amount: 10_000 }
    // Without the guard a proposal names an address, and whoever owns that can deploy anew.
    const deployed = new Map<string, governance.Action>()
    const draft = chamber.draft(stage.attackers[0]!, good, 'treasury')
    deployed.set(draft.title, good)
    const proposal = passed(chamber, stage, draft)
    deployed.set(draft.title, evil)
    if (!isGuarded) return deployed.get(proposal.draft.title) === evil
    chamber.execute(proposal, { actionDigest: digestOf('evil') })
    return chamber.enacted > 0
  }
}

/** A lower quorum lets a proposal through that has failed. */
const revivedDead: Attack = {
  name: 'revived-dead',
  about:
    'a lowered quorum revives a failed proposal; policy is pinned, a rejected one is at its end',
  run(stage, isGuarded) {
    const chamber = stage.chamber()
    const proposal = chamber.open(chamber.draft(stage.attackers[0]!))
    const bloc = stage.bloc(stage.attackers, chamber.snapshot, 60)
    chamber.vote(proposal, bloc, Choice.approve)
    chamber.certify(proposal)
    chamber.wait(proposal.closeMs - chamber.nowMs)
    const lowered = policyWith({ quorumPercent: 1 }, { version: policy.version + 1 })
    chamber.policies.add(lowered, chamber.snapshot.epoch + 1)
    chamber.setElectorate(reweighed(chamber.snapshot, new Map()))
    chamber.waitForExecution(proposal)
    if (!isGuarded) return governance.revisit(proposal.result(), lowered).passed
    chamber.execute(proposal)
    return chamber.enacted > 0
  }
}

/** A draft is seen on its way, and its id taken first. */
const idFrontRun: Attack = {
  name: 'id-front-run',
  about: 'a draft’s id is taken first and cancelled; the proposer is part of the id',
  run(stage, isGuarded) {
    const chamber = stage.chamber()
    const draft = chamber.draft(stage.honest[0]!)
    const stolen = { ...draft, proposer: stage.attackers[0]! }
    if (!isGuarded) {
      const idOf = (it: governance.Draft): string =>
        governance.proposalId({ ...it, proposer: '' }, sha256)
      return idOf(stolen) === idOf(draft)
    }
    const copy = chamber.propose(stolen)!
    chamber.send({ kind: 'cancel', id: copy.id, member: stolen.proposer })
    return chamber.propose(draft) === undefined
  }
}

/** Two changes of one parameter, voted on together. */
const backToBack: Attack = {
  name: 'back-to-back',
  about: 'one parameter changes twice in a row; a cooldown for each subject',
  run(stage, isGuarded) {
    const chamber = stage.chamber(isGuarded ? policy : policyWith({ subjectCooldownMs: 0 }))
    const drafts = stage.attackers.slice(0, 2).map(member => chamber.draft(member))
    const proposals = drafts.map(draft => chamber.propose(draft)!)
    chamber.wait(policy.types.parameter.reviewMs)
    for (const proposal of proposals) {
      chamber.vote(proposal, stage.members, Choice.approve)
      chamber.certify(proposal)
    }
    chamber.waitForExecution(proposals[1]!)
    for (const proposal of proposals) chamber.execute(proposal)
    return chamber.enacted === 2
  }
}

/** A value that no node survives. */
const crashingParameter: Attack = {
  name: 'crashing-parameter',
  about: 'a value crashes every node; ranges, and a simulation that re-execution must agree with',
  run(stage, isGuarded) {
    const name = 'gossip.fanout'
    const wide = { ...policy, parameters: { [name]: { least: 0, most: 1_000_000 } } }
    const action = { ...PARAMETER, to: 0 } as governance.Action
    const open = stage.chamber(isGuarded ? policy : wide)
    if (open.propose(open.draft(stage.attackers[0]!, action)) !== undefined) return true
    // The second way: a value in range, and a simulation that lies about what it does.
    const chamber = stage.chamber()
    const proposal = passed(chamber, stage, chamber.draft(stage.attackers[0]!))
    chamber.execute(proposal, { postState: digestOf('crashed') })
    return chamber.enacted > 0
  }
}

/** Weight that was borrowed for an epoch makes proposals. */
const borrowedSpam: Attack = {
  name: 'borrowed-spam',
  about: 'weight borrowed for a day makes proposals; a jump above the recent median doesn’t count',
  run({ population, attackers }, isGuarded) {
    const { recentEpochs } = policy.weight
    const history = population.snapshots
      .slice(-recentEpochs)
      .map(snapshot => reweighed(snapshot, each(attackers, 0)))
    const lent = reweighed(history.at(-1)!, each(attackers, 200))
    const counts = governance.electorateOf([...history, lent], policy.weight, sha256)
    const chamber = new Chamber({ snapshot: isGuarded ? counts : lent, policy })
    return attackers.some(member => chamber.propose(chamber.draft(member)) !== undefined)
  }
}

/** Attacks on what is proposed and what becomes of it. */
export const proposalAttacks: readonly Attack[] = [
  payloadSwap,
  revivedDead,
  idFrontRun,
  backToBack,
  crashingParameter,
  borrowedSpam
]
