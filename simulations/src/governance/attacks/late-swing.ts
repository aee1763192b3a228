import { governance } from '@torusmesh/consensus'
import type { Attack } from '../attack.ts'
import { HOUR_MS } from '../chamber.ts'
import { policy } from '../population.ts'

const { Choice } = governance
const LAST_MS = 60_000

/** A bloc votes in the last minute; the others look once an hour and answer what they see. */
export const lateSwing: Attack = {
  name: 'late-swing',
  about: 'a bloc passes it in the last minute; a vote must have stood a day before it closes',
  run(stage, isGuarded) {
    const { parameter } = policy.types
    const rules = isGuarded ? parameter : { ...parameter, extensionMs: 0 }
    const chamber = stage.chamber({ ...policy, types: { ...policy.types, parameter: rules } })
    const proposal = chamber.open(chamber.draft(stage.attackers[0]!))
    chamber.wait(proposal.closeMs - HOUR_MS - chamber.nowMs)
    chamber.nowMs = proposal.closeMs - LAST_MS
    chamber.vote(proposal, stage.attackers, Choice.approve)
    chamber.wait(HOUR_MS)
    chamber.vote(proposal, stage.honest, Choice.deny)
    // A vote that closes before its extension was to end could be swung again.
    chamber.vote(proposal, stage.attackers, Choice.approve, 1)
    chamber.wait(2 * parameter.extensionMs)
    return chamber.hasPassed(proposal)
  }
}
