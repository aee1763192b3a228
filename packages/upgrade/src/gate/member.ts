import {
  type Digest,
  Mark,
  type MemberIndex,
  NO_ARTEFACT,
  type Phase,
  Reason,
  type Word
} from './codes.ts'
import { bitOf } from './rules.ts'
import type { GateState } from './state.ts'

/** A node's own step: what it does next, if anything. */
export function goOn(state: GateState): void {
  const { step, wave, ownWave } = state
  if (!state.rules.mayGoOn(state.isHalted)) return stop(state)
  switch (step) {
    case 'idle':
      if (wave > ownWave) decline(state, Reason.late)
      else if (wave === ownWave) perform(state, 'preflight')
      break
    case 'ready':
      if (wave > ownWave) decline(state, Reason.late)
      else if (mayBegin(state)) begin(state, 'execute')
      break
    case 'healthy':
      if (wave > ownWave) {
        mark(state, Mark.kept)
        state.step = 'over'
      }
      break
    default:
  }
}

/** The executor's answer. */
export function executed(state: GateState, phase: Phase, ok: boolean, digest: Digest): void {
  if (phase !== state.step) return
  switch (phase) {
    case 'preflight':
      if (!ok) return decline(state, Reason.notReady)
      if (!state.isVoted(digest)) return decline(state, Reason.foreignArtefact)
      state.step = 'ready'
      break
    case 'execute':
      return ok ? perform(state, 'heal') : fail(state, Reason.executorFailed)
    case 'heal':
      return ok ? perform(state, 'verify') : fail(state, Reason.executorFailed)
    case 'verify':
      if (!ok) return fail(state, Reason.executorFailed)
      if (!state.isVoted(digest)) return fail(state, Reason.foreignArtefact)
      state.step = 'healthy'
      if (!state.isHalted) mark(state, Mark.healthy, digest)
      break
    case 'rollback':
      if (!ok) {
        state.step = 'stuck'
        return
      }
      mark(state, Mark.reverted)
      state.step = 'over'
      break
    default:
      phase satisfies never
  }
}

/**
 * After a restart: what was begun is looked at before anything else is done. A failed member goes
 * back at once; one that is well, and was on its way back, waits for its turn again.
 */
export function resume(state: GateState): void {
  if (state.step === 'rollback') return perform(state, 'rollback')
  if (state.step === 'over' || !state.hasBegun) return
  // Dependents may have lost it with the node.
  perform(state, 'heal')
}

/** I1 to I3 hold on the members as they are now, and nobody is down who wasn't before. */
function mayBegin(state: GateState): boolean {
  const { plan, rules, ownWave } = state
  for (const member of state.silentMs.keys()) {
    const isOfWave = plan.waveOf[member] === ownWave
    if (!isOfWave && !state.excused.has(member)) return false
  }
  const active = [...plan.members[ownWave]!]
  for (const earlier of plan.members.slice(0, ownWave)) {
    for (const member of earlier) if (!state.isSettled(member)) active.push(member)
  }
  const down = new Set(state.silentMs.keys())
  return rules.prove(plan.positions, active, plan.limits, down).length === 0
}

/**
 * The way back is a step too. Whoever may be in the middle of one counts: all that haven't promised
 * otherwise, but those of earlier waves that wait for this one. So the members that are in a step at
 * the same time were all proven together by one of them.
 */
function mayReturn(state: GateState): boolean {
  const { plan, rules, self, ownWave } = state
  const active = plan.positions.members.flatMap((_, member) =>
    member === self || mayAct(state, member, ownWave) ? [member] : []
  )
  const down = new Set(state.silentMs.keys())
  return rules.prove(plan.positions, active, plan.limits, down).length === 0
}

function mayAct(state: GateState, member: MemberIndex, ownWave: number): boolean {
  if (state.isSettled(member)) return false
  const waits = (state.book.marks[member]! & bitOf(Mark.returns)) !== 0
  return !(waits && !state.book.isFaulty(member) && state.plan.waveOf[member]! < ownWave)
}

function stop(state: GateState): void {
  switch (state.step) {
    case 'idle':
    case 'ready':
    case 'preflight':
      mark(state, Mark.stays, NO_ARTEFACT, Reason.ordered)
      state.step = 'over'
      break
    case 'healthy':
      mark(state, Mark.returns)
      state.step = 'waiting'
      break
    case 'waiting':
      if (mayReturn(state)) begin(state, 'rollback')
      break
    default:
  }
}

/** A failed member is missing already: it goes back at once. */
function fail(state: GateState, reason: Reason): void {
  const isReturning = (state.book.marks[state.self]! & bitOf(Mark.returns)) !== 0
  if (!isReturning) mark(state, Mark.failed, NO_ARTEFACT, reason)
  begin(state, 'rollback')
}

function decline(state: GateState, reason: Reason): void {
  mark(state, Mark.declined, NO_ARTEFACT, reason)
  state.step = 'over'
}

function begin(state: GateState, phase: 'execute' | 'rollback'): void {
  state.hasBegun = true
  state.persist({ type: 'began', phase })
  perform(state, phase)
}

function perform(state: GateState, phase: Phase): void {
  state.step = phase
  state.out({ type: 'execute', phase })
}

function mark(
  state: GateState,
  mark: Mark,
  digest: Digest = NO_ARTEFACT,
  reason: Reason = Reason.none
): void {
  const word: Word = { kind: 'mark', mark, digest, reason }
  if ((state.book.marks[state.self]! & bitOf(mark)) !== 0) return
  state.say(word)
}
