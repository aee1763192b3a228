import { council, governance } from '@torusmesh/consensus'
import { decisionFile, resultFile } from './files.ts'
import type { Proposed } from './own-words.ts'
import type { CouncilPort, ProposeInit, Said, WeightsView } from './port.ts'
import type { CouncilService } from './service.ts'
import { councilView, lastBallot, proposalView } from './views.ts'

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
const DONE = { ok: true, value: undefined } as const

/** The council of a node as the API and the command line use it. */
export function createCouncilPort(service: CouncilService, self: string): CouncilPort {
  const { council: seat, words } = service
  const say = async <Value>(said: council.Said, value: Value): Promise<Said<Value>> => {
    const fault = seat.refusal(said, service.meshMs)
    if (fault !== undefined) return refused(fault)
    await service.say(said)
    return { ok: true, value }
  }
  return {
    async propose(init) {
      const before = words.proposalOf(init)
      if (before !== undefined && isUnderWay(service, before)) return { ok: true, value: before.id }
      const draft = draftOf(service, self, init)
      const id = governance.proposalId(draft, sha256Of(service))
      const said = await say({ kind: 'propose', draft }, id)
      if (said.ok) words.proposed(init, { id, atMs: service.meshMs })
      return said
    },
    async vote(proposal, choice) {
      const said = words.ballotOn(proposal)
      const ballots = seat.state.book.get(proposal)?.ballotsOf(self) ?? 0
      const counted = ballots === 0 ? undefined : lastBallot(ballots)
      if (counted?.choice === CHOICES[choice] && (said?.revision ?? 0) <= counted.revision) {
        return DONE
      }
      const last = Math.max(said?.revision ?? -1, counted?.revision ?? -1)
      // What was said and isn't counted yet may be said once more: it is the same ballot.
      const isSaid = said?.revision === last && said.choice === CHOICES[choice]
      const ballot = { revision: isSaid ? last : last + 1, choice: CHOICES[choice] }
      const done = await say({ kind: 'ballot', proposal, ...ballot }, undefined)
      if (done.ok) words.voted(proposal, ballot)
      return done
    },
    async approve(id, approves = true) {
      const proposal = seat.state.book.get(id)
      if (proposal === undefined) return refused('unknown-proposal')
      if (proposal.certified && words.approvalOf(id) === approves) return DONE
      if (proposal.ended || proposal.certified) return refused('not-executable')
      if (seat.state.validatorOf(self) === undefined) return refused('not-validator')
      // Two words of one validator about one motion would be evidence against it.
      if (words.approvalOf(id) === !approves) return refused('already-said')
      words.approved(id, approves)
      service.approve(id, approves)
      return DONE
    },
    async object(proposal) {
      const done = await say({ kind: 'object', proposal }, undefined)
      return !done.ok && done.code === 'already-objected' ? DONE : done
    },
    async cancel(proposal) {
      const isCancelled = seat.state.book.get(proposal)?.phase === 'cancelled'
      return isCancelled ? DONE : await say({ kind: 'cancel', proposal }, undefined)
    },
    appeal: async step => await say({ kind: 'appeal', step }, undefined),
    admit: async identity =>
      await say({ kind: 'admit', key: Buffer.from(identity).toString('hex') }, undefined),
    ...readings(service, self)
  }
}

/** What isn't ordered by then won't be: it was refused where it was to be ordered. */
const ORDERED_WITHIN_MS = 30_000

function isUnderWay(
  { council: { state }, terms, meshMs }: CouncilService,
  { id, atMs }: Proposed
): boolean {
  const proposal = state.book.get(id)
  if (proposal !== undefined) return !proposal.ended
  return meshMs - atMs < ORDERED_WITHIN_MS * terms.pace
}

type Readings = Omit<
  CouncilPort,
  'propose' | 'vote' | 'approve' | 'object' | 'cancel' | 'appeal' | 'admit'
>

function readings(service: CouncilService, self: string): Readings {
  const { council: seat, terms } = service
  const resultOf = (id: string): governance.ResultBundle | undefined => {
    const proposal = seat.state.book.get(id)
    return proposal && isCounted(proposal) ? proposal.result() : undefined
  }
  return {
    weight: (member = self) => seat.state.weights.explain(member, seat.state.policy),
    weights: () => weightsOf(seat.state),
    decisions: () => seat.state.decisions,
    proposals: () =>
      [...seat.state.book.ended(), ...seat.state.book.live()]
        .reverse()
        .map(proposal => proposalView(service, self, proposal)),
    proposal(id) {
      const proposal = seat.state.book.get(id)
      return proposal && proposalView(service, self, proposal)
    },
    policies: () =>
      seat.state.policies
        .entries()
        .map(({ policy, fromEpoch }) => ({ version: policy.version, fromEpoch, policy })),
    certificate: proposal => service.certificates.get(proposal),
    decisionFile(proposal) {
      const certificate = service.certificates.get(proposal)
      return certificate && decisionFile(terms, certificate)
    },
    result: resultOf,
    async resultFile(id) {
      const bundle = resultOf(id)
      if (bundle === undefined) return undefined
      const ballots = await service.ballotsOn(id)
      return resultFile(terms, bundle, ballots, member => seat.state.keys.get(member)!)
    },
    receipt(id, member = self) {
      const bundle = resultOf(id)
      return bundle && governance.receipts(bundle, [member], sha256Of(service))[0]
    },
    revisit(id, version) {
      const bundle = resultOf(id)
      const entry = seat.state.policies.entries().find(({ policy }) => policy.version === version)
      return bundle && entry && governance.revisit(bundle, entry.policy)
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
    state: () => councilView(service),
    onEvent: listener => service.onEvent(listener)
  }
}

function weightsOf({ weights, policy }: council.CouncilState): WeightsView {
  const { epoch, policyVersion, root, total, rows } = weights.latest!
  const levelled = rows.map(row => ({ ...row, level: governance.levelOf(row, policy.weight) }))
  return { epoch, policyVersion, root, total, rows: levelled }
}

function refused(code: string): {
  readonly ok: false
  readonly code: string
  readonly nextStep: string
} {
  const known: Readonly<Record<string, string>> = {
    ...governance.nextStep,
    ...council.itemNextStep,
    'already-said': 'nothing takes an approval or a refusal back; object once the vote has passed'
  }
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

const UNCOUNTED: ReadonlySet<governance.Phase> = new Set(['draft', 'open', 'counting', 'cancelled'])

/** An emergency can fail while its vote is open. */
const isCounted = ({ phase, draft }: governance.Proposal): boolean =>
  !UNCOUNTED.has(phase) && !(phase === 'failed' && draft.type === 'emergency')
