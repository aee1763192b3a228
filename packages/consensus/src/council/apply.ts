import { classOf, motionDigest } from '../action/index.ts'
import type { Digest } from '../certificate/codec.ts'
import { verifyEvidence } from '../evidence/verifier.ts'
import { Phase, type Proposal, ProposalType } from '../governance/index.ts'
import type { ItemFault } from './events.ts'
import type { Item } from './item.ts'
import { motionOf } from './motion.ts'
import { settleRound } from './rounds.ts'
import { simulate } from './simulate.ts'
import { speak } from './speak.ts'
import type { CouncilState } from './state.ts'
import type { OpenedStatement, StatementFault } from './statement.ts'
import { type EventSink, tell } from './tell.ts'

/** Opens a statement's envelope, or remembers what it was when it was opened before. */
export type Opener = (envelope: Uint8Array, state: CouncilState) => OpenedStatement | StatementFault

/**
 * Applies one ordered item. Whoever applies the same items in the same order has the same state.
 *
 * @returns why the item can't be ordered here; the state is of no use then, work on a copy
 */
export function apply(
  state: CouncilState,
  item: Item,
  open: Opener,
  out: EventSink
): ItemFault | undefined {
  if (state.next !== null) return 'epoch-over'
  const fault = take(state, item, open, out)
  if (fault !== undefined) return fault
  state.ordered++
  settle(state, out)
  return undefined
}

function take(
  state: CouncilState,
  item: Item,
  open: Opener,
  out: EventSink
): ItemFault | undefined {
  switch (item.kind) {
    case 'statement': {
      const opened = open(item.envelope, state)
      if (typeof opened === 'string') return opened
      if (opened.untilMs <= state.nowMs) return 'late'
      advance(state, opened.atMs, out)
      return speak(state, opened, out)
    }
    case 'certify':
      return certify(state, item, out)
    case 'evidence': {
      const checked = verifyEvidence(state.epoch, item.evidence, state.verifyAs)
      if (!checked.ok) return checked.fault
      if (state.convicted.has(checked.value)) return 'already-convicted'
      state.convicted = new Set([...state.convicted, checked.value])
      const member = state.effects.validators[checked.value]!
      out({ type: 'convicted', member, evidence: item.evidence })
      return undefined
    }
    case 'tick':
      if (item.atMs !== state.dueMs) return 'not-due'
      advance(state, item.atMs, out)
      return undefined
    default:
      return item satisfies never
  }
}

/** Lets the mesh's time go on; it never goes back, whatever a speaker's clock says. */
function advance(state: CouncilState, atMs: number, out: EventSink): void {
  state.nowMs = Math.max(state.nowMs, atMs)
  tell(state, { kind: 'tick' }, out)
  state.weigh()
}

function certify(
  state: CouncilState,
  { proposal: id, claim }: Extract<Item, { kind: 'certify' }>,
  out: EventSink
): ItemFault | undefined {
  const proposal = state.book.get(id)
  if (proposal === undefined) return 'unknown-proposal'
  if (state.claims.has(id) || proposal.certified) return 'already-certified'
  if (motionDigest(claim.motion) !== motionDigest(motionOf(proposal))) return 'other-motion'
  const checked = state.verifyClaim(proposal, claim)
  if (!checked.ok) return checked.fault
  const { action, kind, notAfterMs } = claim.motion
  const actionClass = classOf(kind) as 'C' | 'D' | 'E'
  const certificate = { actionDigest: action, actionClass, notAfterMs }
  const refused = tell(state, { kind: 'certify', id, certificate }, out)
  if (refused !== undefined) return refused
  state.claims = new Map(state.claims).set(id, { claim, approvedIn: state.approvedIn(id) })
  out({ type: 'certified', proposal: id })
  return undefined
}

/** What follows from an item by itself: time that has come, rounds that end, keys that have both turned. */
function settle(state: CouncilState, out: EventSink): void {
  tell(state, { kind: 'tick' }, out)
  for (const proposal of state.book.live()) {
    const { id, phase } = proposal
    const isVoting = phase === Phase.draft || phase === Phase.open || phase === Phase.counting
    if (!isVoting) state.rounds = settleRound(state.rounds, id, state.epoch)
    if (state.next === null) execute(state, proposal, out)
  }
  const isLive = ([id]: readonly [Digest, unknown]): boolean => state.book.get(id)?.ended === false
  state.claims = new Map([...state.claims].filter(isLive))
  state.rounds = new Map([...state.rounds].filter(isLive))
}

function execute(state: CouncilState, proposal: Proposal, out: EventSink): void {
  const { id, draft, actionDigest } = proposal
  const certified = state.claims.get(id)
  if (!isReady(proposal) || certified === undefined) return
  const { preState, postState, effects, plan } = simulate(state, id, draft.action)
  const execution = { actionDigest, preState, postState }
  tell(state, { kind: 'execute', id, execution }, out)
  if (proposal.enactedMs === undefined) return
  state.effects = effects
  state.next = plan
  if (draft.action.kind === 'set-policy') {
    state.policies.add(draft.action.policy, state.weights.epoch + 1)
  }
  const { effectUntilMs } = proposal
  const decision = {
    ...{ number: state.decided, proposal: id, action: draft.action, atMs: state.nowMs },
    ...(effectUntilMs === undefined ? {} : { untilMs: effectUntilMs }),
    ...(draft.type === ProposalType.emergency ? {} : { result: proposal.result().certificate }),
    ...{ postState, approval: certified.claim }
  }
  state.keep(decision)
  out({ type: 'decided', decision, approvedIn: certified.approvedIn })
}

/** Whether both keys have turned and the windows are over; an emergency acts on its approvals. */
function isReady({ phase, draft, certified, enactedMs }: Proposal): boolean {
  const isOpenEmergency = draft.type === ProposalType.emergency && phase === Phase.open
  return certified && enactedMs === undefined && (phase === Phase.executable || isOpenEmergency)
}
