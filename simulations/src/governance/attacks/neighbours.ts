import { governance } from '@torusmesh/consensus'
import type { Attack } from '../attack.ts'
import type { Stage } from '../stage.ts'

const { Choice } = governance

/** A vote by the honest in which one of them is to lose its vote; whether it does. */
function isVoided(
  stage: Stage,
  victim: string,
  isIncluded: (member: string, slot: number) => boolean
): boolean {
  const chamber = stage.chamber()
  const proposal = chamber.open(chamber.draft(stage.attackers[0]!))
  chamber.isIncluded = isIncluded
  chamber.vote(proposal, stage.honest, Choice.deny)
  chamber.waitForExecution(proposal)
  const { exclusions } = proposal.result().certificate
  return exclusions.some(({ voter }) => voter === victim)
}

/** More than half of a voter's neighbours say that it was down. */
export const lyingNeighbours: Attack = {
  name: 'lying-neighbours',
  about: 'neighbours say a voter was down; only its own finalized heartbeats are looked at',
  run(stage, isGuarded) {
    const victim = stage.honest[0]!
    const neighbours = stage.neighboursOf(victim)
    const liars = new Set(neighbours.slice(0, Math.floor(neighbours.length / 2) + 1))
    const lies = neighbours.filter(neighbour => liars.has(neighbour)).length
    if (!isGuarded) return 2 * lies > neighbours.length
    // Opinions have no way into the ledger; the liars include no heartbeat of the victim's either.
    return isVoided(
      stage,
      victim,
      member => member !== victim || neighbours.some(neighbour => !liars.has(neighbour))
    )
  }
}

/** All of a voter's neighbours but one leave its heartbeats out of the ledger. */
export const heartbeatCensors: Attack = {
  name: 'heartbeat-censorship',
  about: 'includers leave a voter’s heartbeats out; any includer’s word is enough',
  run(stage, isGuarded) {
    const victim = stage.honest[0]!
    const neighbours = stage.neighboursOf(victim)
    const censors = new Set(neighbours.slice(1))
    const asked = (slot: number): readonly string[] =>
      isGuarded ? neighbours : [neighbours[slot % neighbours.length]!]
    return isVoided(
      stage,
      victim,
      (member, slot) => member !== victim || asked(slot).some(includer => !censors.has(includer))
    )
  }
}
