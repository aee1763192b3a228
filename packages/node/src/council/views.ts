import type { governance } from '@torusmesh/consensus'
import type { CouncilView, ProposalView } from './port.ts'
import type { CouncilService } from './service.ts'

/** A proposal as this node shows it. */
export function proposalView(
  { council: seat, words }: CouncilService,
  self: string,
  proposal: governance.Proposal
): ProposalView {
  const { id, draft, phase, rules, openMs, closeMs, dueMs, enactedMs, effectUntilMs } = proposal
  const { type, title, proposer, action, impact, rollback } = draft
  const { quorumPercent, thresholdPercent } = rules
  const asking = seat.asking(id)
  const ballots = proposal.ballotsOf(self)
  const said = words.approvalOf(id)
  return {
    ...{ id, type, title, proposer, phase, action, openMs, closeMs, impact },
    ...(dueMs === undefined ? {} : { dueMs }),
    tally: { ...proposal.sums, total: proposal.totalWeight, quorumPercent, thresholdPercent },
    ...(asking && {
      approval: {
        class: rules.actionClass,
        certified: proposal.certified,
        scope: asking.scope,
        approvedPower: asking.approvedPower,
        neededPower: asking.neededPower,
        asked: asking.asked,
        ...(said === undefined ? {} : { own: said })
      }
    }),
    ...(enactedMs === undefined ? {} : { enactedMs }),
    ...(effectUntilMs === undefined ? {} : { effectUntilMs }),
    rollback: rollback.steps,
    ...(ballots === 0 ? {} : { ownBallot: lastBallot(ballots) })
  }
}

const BITS_PER_REVISION = 3

const lastRevision = (ballots: governance.BallotSet): number =>
  Math.floor((31 - Math.clz32(ballots)) / BITS_PER_REVISION)

/** The ballot that counts of a voter's: not 0. */
export function lastBallot(ballots: governance.BallotSet): NonNullable<ProposalView['ownBallot']> {
  const revision = lastRevision(ballots)
  const bits = (ballots >>> (BITS_PER_REVISION * revision)) & 0b111
  const choice = Math.max(0, 31 - Math.clz32(bits)) as governance.Choice
  return { choice, revision }
}

/** Where a node's council stands. */
export function councilView(service: CouncilService): CouncilView {
  const { council: seat, terms, meshMs, rejected, forks, observes } = service
  const { state, height, view, isVoter } = seat
  const { epoch, effects } = state
  return {
    nowMs: meshMs,
    lastMs: state.nowMs,
    pace: terms.pace,
    epoch: epoch.number,
    epochId: epoch.id,
    ...{ height, view, isVoter, effects, forks },
    ...(isVoter || observes === undefined ? {} : { observes }),
    validators: effects.validators,
    tolerance: epoch.tolerance().says,
    convicted: [...state.convicted].map(at => effects.validators[at]!),
    decisions: state.decided,
    digest: state.digest(),
    rejected: Object.fromEntries([...rejected].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
