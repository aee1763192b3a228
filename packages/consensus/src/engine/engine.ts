import { Kind } from '../certificate/statement.ts'
import { type Ballot, isSigned } from '../certificate/vote.ts'
import { repeat, repeatCeremony, seek } from './catch-up.ts'
import { adopt, count, finalize } from './certify.ts'
import type { Floor } from './chain.ts'
import type { EngineInput } from './codes.ts'
import { commit, signCheckpoints } from './commit.ts'
import type { Message } from './message.ts'
import { Phase } from './pacemaker.ts'
import { isUndecided, notarize, propose } from './propose.ts'
import { receive } from './receive.ts'
import { recover } from './recovery.ts'
import { nullify } from './say.ts'
import { type EngineInit, type EngineSink, EngineState } from './state.ts'

/** Where a node stands. */
export interface EngineStatus {
  readonly view: number
  readonly floor: Floor
  /** Whether it votes. */
  readonly isVoter: boolean
}

/**
 * One validator's side of one epoch of accountable, quiescent Simplex. R1–R9 name the rules of the
 * protocol where they are kept. Deterministic: no clock, no randomness, no I/O.
 *
 * Write-ahead: a word of this node is signed, then persisted, then sent and counted. Until then only
 * this node and its vault know it, so that a crash can't make it contradict itself.
 */
export class Engine {
  private readonly state: EngineState

  /**
   * Takes up where the records end.
   *
   * @throws ConsensusError `foreign-record` for a record of another epoch, `bad-record` for one that
   *   doesn't verify: such a store isn't this node's. Start without records as an observer then.
   */
  constructor(init: EngineInit) {
    this.state = new EngineState(init)
    recover(this.state, init.records ?? [])
  }

  /**
   * Handles one input.
   *
   * @param nowMs - injected time, integer ms, never going back
   * @throws ConsensusError `bad-port` where `execute` contradicts a final block
   */
  handle(input: EngineInput, nowMs: number, out: EngineSink): void {
    const { state } = this
    state.nowMs = nowMs
    state.out = out
    switch (input.type) {
      case 'start':
        for (const slot of state.slots.values()) finalize(state, slot)
        break
      case 'message':
        receive(state, input.from, input.message)
        break
      case 'timer':
        expire(state)
        break
      case 'signed':
        signed(state, input.ballot, input.signature)
        break
      case 'persisted':
        state.outbox.persisted(input.sequence)
        break
      case 'seek':
        seek(state, true)
        break
      case 'submit':
        state.unanswered = 0
        state.pending.add(input.item)
        state.pending.retain(state.ports)
        break
      default:
        input satisfies never
    }
    commit(state)
    signCheckpoints(state)
    propose(state)
    notarize(state)
    rearm(state)
  }

  get status(): EngineStatus {
    const { view, chain, self } = this.state
    return { view, floor: chain.floor, isVoter: self !== null }
  }
}

/** The vault's answer: make it durable, then send and count it. */
function signed(state: EngineState, ballot: Ballot, signature: Uint8Array): void {
  const { kind, view, digest } = ballot
  const { epoch, self } = state
  const slot = state.find(kind, view)
  if (self === null || slot?.said[kind] !== digest || slot.words.has(kind)) return
  const vote = { kind, view, digest, epochId: epoch.id, validator: self, signature }
  if (!isSigned(state.epoch, vote, state.ports.verify)) return
  const block = kind === Kind.propose ? slot.draft : null
  const message: Message =
    block === null ? { type: 'vote', vote } : { type: 'proposal', block, signature }
  const word = { message, isDurable: false }
  slot.words.set(kind, word)
  state.store(message, () => {
    word.isDurable = true
    state.broadcast(message)
    count(state, slot, vote)
    if (block === null) return
    slot.proposed ??= { block, isJustified: true }
    adopt(state, block)
  })
}

/** R5: at 2Δ without a proposal worth a vote, at 3Δ without a certificate; then every Δ again. */
function expire(state: EngineState): void {
  const phase = state.pacemaker.expire(state.nowMs)
  if (phase !== null) seek(state)
  if (phase !== null) repeatCeremony(state)
  if (phase === Phase.advance) nullify(state)
  if (phase === Phase.repeat) repeat(state)
  if (phase !== Phase.leader) return
  const said = state.slots.get(state.view)?.said
  if (said === undefined || said[Kind.notarize] === null) nullify(state)
}

/** R9: timers run only while there is something to do or somebody else is in this view. */
function rearm(state: EngineState): void {
  if (isBusy(state)) state.pacemaker.wake(state.nowMs)
  else state.pacemaker.sleep()
  const { dueMs } = state.pacemaker
  if (dueMs === state.timerMs) return
  state.timerMs = dueMs
  state.out({ type: 'timer', atMs: dueMs })
}

function isBusy(state: EngineState): boolean {
  const { ceremony, chain, pending, self, slots, view } = state
  for (const kind of [Kind.opening, Kind.closing]) {
    if (ceremony.said[kind] !== null && ceremony.certificate(kind) === undefined) return true
  }
  if (chain.floor.ending !== null) return false
  // An observer can't propose: it asks everybody once whether its items are decided.
  const isPatient = self !== null || state.unanswered < state.epoch.validators.length
  const hasItems = pending.size > 0 && isPatient
  return hasItems || slots.get(view)?.isSeen === true || isUndecided(state)
}
