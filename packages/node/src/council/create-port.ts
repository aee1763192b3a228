import { council, governance } from '@torusmesh/consensus'
import type { CouncilPort, CouncilView, ProposalView, ProposeInit, Said } from './port.ts'
import type { CouncilService } from './service.ts'

const TYPES = {
  'set-parameter': 'parameter',
  'set-validators': 'validator-set',
  upgrade: 'upgrade',
  'set-policy': 'amendment',
  spend: 'treasury',
  pause: 'emergency',
  quarantine: 'emergency',
  'lower-limit': 'emergency'
} as const satisfies Record<governance.Action['kind'], governance.ProposalType>

const CHOICES = governance.Choice
const NO_PROPOSAL = '00'.repeat(32)

/** The council of a node as the API and the command line use it. */
export function createCouncilPort(service: CouncilService, self: string): CouncilPort {
  const { council: seat } = service
  const say = async <Value>(said: council.Said, value: Value): Promise<Said<Value>> => {
    const fault = seat.refusal(said, service.meshMs)
    if (fault !== undefined) return refused(fault)
    await service.say(said)
    return { ok: true, value }
  }
  const port: CouncilPort = {
    async propose(init) {
      const draft = draftOf(service, self, init)
      return await say({ kind: 'propose', draft }, governance.proposalId(draft, sha256Of(service)))
    },
    async vote(proposal, choice) {
      const own = seat.state.book.get(proposal)?.ballotsOf(self) ?? 0
      const revision = own === 0 ? 0 : lastRevision(own) + 1
      return await say({ kind: 'ballot', proposal, revision, choice: CHOICES[choice] }, undefined)
    },
    async approve(id, approves = true) {
      const proposal = seat.state.book.get(id)
      if (proposal === undefined) return refused('unknown-proposal')
      if (proposal.ended || proposal.certified) return refused('not-executable')
      if (seat.state.validatorOf(self) === undefined) return refused('no-power')
      service.approve(id, approves)
      return { ok: true, value: undefined }
    },
    object: async proposal => await say({ kind: 'object', proposal }, undefined),
    cancel: async proposal => await say({ kind: 'cancel', proposal }, undefined),
    appeal: async step => await say({ kind: 'appeal', step }, undefined),
    admit: async identity =>
      await say({ kind: 'admit', key: Buffer.from(identity).toString('hex') }, undefined),
    weight: (member = self) => seat.state.weights.explain(member, seat.state.policy),
    proposals: () =>
      [...seat.state.book.ended(), ...seat.state.book.live()]
        .reverse()
        .map(proposal => viewOf(service, self, proposal)),
    proposal(id) {
      const proposal = seat.state.book.get(id)
      return proposal && viewOf(service, self, proposal)
    },
    policies: () =>
      seat.state.policies
        .entries()
        .map(({ policy, fromEpoch }) => ({ version: policy.version, fromEpoch, policy })),
    certificate: proposal => service.certificates.get(proposal),
    result(id) {
      const proposal = seat.state.book.get(id)
      return proposal && isCounted(proposal) ? proposal.result() : undefined
    },
    appeals: () => seat.state.appeals.state(),
    notices() {
      const { book, appeals } = seat.state
      const proposals = book.live()
      return governance.noticesFor(
        { member: self, proposals, appeals: appeals.state() },
        service.meshMs
      )
    },
    state: () => stateOf(service),
    onEvent: listener => service.onEvent(listener)
  }
  return port
}

function refused(code: string): {
  readonly ok: false
  readonly code: string
  readonly nextStep: string
} {
  const known: Readonly<Record<string, string>> = governance.nextStep
  return { ok: false, code, nextStep: known[code] ?? 'see the state of the council and try again' }
}

const sha256Of = ({ council: { state } }: CouncilService): governance.Sha256 => state.ports.sha256

/** The draft with what this node's own state says of it: simulation, weights, policy. */
function draftOf(
  { council: { state, height } }: CouncilService,
  proposer: string,
  { title, action, summary, rollback }: ProposeInit
): governance.Draft {
  const { preState, postState } = council.simulate(state, NO_PROPOSAL, action)
  const { epoch, root } = state.book.electorate!.snapshot
  const touched = touchedBy(action)
  const events = state.weights.events
  const changed = events.filter(event => 'member' in event && touched.includes(event.member)).length
  return {
    proposer,
    type: TYPES[action.kind],
    title,
    action,
    simulation: { preState, postState },
    impact: { events: events.length, changed, summary },
    rollback: { steps: rollback, restores: preState },
    policyVersion: state.policy.version,
    epoch,
    weightRoot: root,
    nonce: height
  }
}

/** Members whose part in the last events an action would have ended. */
function touchedBy(action: governance.Action): readonly string[] {
  if (action.kind === 'set-validators') return action.remove
  return action.kind === 'quarantine' ? [action.member] : []
}

const BITS_PER_REVISION = 3

const lastRevision = (ballots: governance.BallotSet): number =>
  Math.floor((31 - Math.clz32(ballots)) / BITS_PER_REVISION)

function viewOf(
  { council: seat }: CouncilService,
  self: string,
  proposal: governance.Proposal
): ProposalView {
  const { id, draft, phase, rules, openMs, closeMs, dueMs, enactedMs, effectUntilMs } = proposal
  const { type, title, proposer, action, impact, rollback } = draft
  const { quorumPercent, thresholdPercent } = rules
  const asking = seat.asking(id)
  const ballots = proposal.ballotsOf(self)
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
        asked: asking.asked
      }
    }),
    ...(enactedMs === undefined ? {} : { enactedMs }),
    ...(effectUntilMs === undefined ? {} : { effectUntilMs }),
    rollback: rollback.steps,
    ...(ballots === 0 ? {} : { ownBallot: lastBallot(ballots) })
  }
}

function lastBallot(ballots: governance.BallotSet): NonNullable<ProposalView['ownBallot']> {
  const revision = lastRevision(ballots)
  const bits = (ballots >>> (BITS_PER_REVISION * revision)) & 0b111
  const choice = Math.max(0, 31 - Math.clz32(bits)) as governance.Choice
  return { choice, revision }
}

const UNCOUNTED: ReadonlySet<governance.Phase> = new Set(['draft', 'open', 'counting', 'cancelled'])

/** An emergency can fail while its vote is open. */
const isCounted = ({ phase, draft }: governance.Proposal): boolean =>
  !UNCOUNTED.has(phase) && !(phase === 'failed' && draft.type === 'emergency')

function stateOf(service: CouncilService): CouncilView {
  const { council: seat, terms, meshMs, rejected } = service
  const { state, height, view, isVoter } = seat
  const { epoch, effects } = state
  return {
    nowMs: meshMs,
    lastMs: state.nowMs,
    pace: terms.pace,
    epoch: epoch.number,
    epochId: epoch.id,
    ...{ height, view, isVoter, effects },
    validators: effects.validators,
    tolerance: epoch.tolerance().says,
    convicted: [...state.convicted].map(at => effects.validators[at]!),
    decisions: state.decided,
    digest: state.digest(),
    rejected: Object.fromEntries([...rejected].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
