import type { CertificateClaim } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import { Kind } from '../certificate/statement.ts'
import { isSigned, type Vote } from '../certificate/vote.ts'
import { ruleOf } from '../evidence/evidence.ts'
import { answer, help, need } from './catch-up.ts'
import { adopt, check, convict, count, learn } from './certify.ts'
import { type Block, checkJustification } from './header.ts'
import { UNDECIDED_MAX } from './limits.ts'
import type { Message } from './message.ts'
import type { Slot } from './slot.ts'
import { type EngineState, isCeremony } from './state.ts'

/**
 * Takes a message in. Cheap checks come before dear ones: size (see `decodeMessage`), epoch,
 * membership, duplicate, window, signature. Nothing is kept, or a key of anything, before the last,
 * but for one vote a validator and kind that says what is certain already.
 */
export function receive(state: EngineState, from: number, message: Message): void {
  switch (message.type) {
    case 'vote':
      return receiveVote(state, from, message.vote)
    case 'proposal':
      return receiveProposal(state, from, message.block, message.signature)
    case 'certificate':
      return receiveCertificate(state, from, message.claim)
    case 'blocks':
      return receiveBlocks(state, from, message.epochId, message.blocks)
    case 'want-blocks':
    case 'want-certificates':
      return answer(state, from, message)
    default:
      message satisfies never
  }
}

function receiveVote(state: EngineState, from: number, vote: Vote): void {
  const { epochId, kind, view, digest, validator } = vote
  if (epochId !== state.epoch.id) return state.reject(from, 'foreign-epoch')
  if (state.epoch.powerAt(validator) === undefined) return state.reject(from, 'not-member')
  const known = state.find(kind, view)
  const before = known?.vote(kind, validator)
  if (before?.digest === digest || known?.convicted.has(validator)) {
    help(state, vote)
    return state.reject(from, 'duplicate')
  }
  if (isCeremony(kind) ? view !== 0 : !isOpen(state, view)) {
    if (view > 0 && view < state.chain.floor.view) help(state, vote)
    return state.reject(from, 'out-of-window')
  }
  const isLate = known !== undefined && isSurplus(state, known, vote)
  if (isLate && known.putBy(vote)) return
  if (!isSigned(state.epoch, vote, state.ports.verify)) return state.reject(from, 'bad-signature')
  // Own words are known here before anybody hears them: this one is of a state that is lost.
  if (validator === state.self) return state.observe('lost-state')
  const slot = state.slot(kind, view)
  slot.isSeen = true
  recall(state, slot, vote)
  const isFirst = slot.vote(kind, validator) === undefined
  if (!convict(state, slot, vote) || isFirst) count(state, slot, vote)
  // Nobody repeats what all have: its sender is stuck.
  if (isLate) help(state, vote)
}

/**
 * Whether a vote adds nothing: what it says is certain, and it contradicts nothing that its validator
 * said. The first is put by unverified; {@link recall} comes back to it if something does.
 */
function isSurplus(state: EngineState, slot: Slot, vote: Vote): boolean {
  const { validator, digest } = vote
  // In my name it may be a word that I lost.
  if (!slot.isCertain(vote) || validator === state.self) return false
  const { proposed } = slot
  if (proposed?.isJustified === false && proposed.block.digest === digest) return false
  return slot.votesOf(validator).every(before => ruleOf(before, vote) === null)
}

/** Verifies and counts what was put by of a validator, where it contradicts the vote. */
function recall(state: EngineState, slot: Slot, vote: Vote): void {
  for (const late of slot.lateOf(vote.validator)) {
    if (ruleOf(late, vote) === null || !isSigned(state.epoch, late, state.ports.verify)) continue
    if (slot.vote(late.kind, late.validator) === undefined) count(state, slot, late)
  }
}

function receiveProposal(
  state: EngineState,
  from: number,
  block: Block,
  signature: Uint8Array
): void {
  const { header, digest } = block
  const { epochId, view } = header
  if (epochId !== state.epoch.id) return state.reject(from, 'foreign-epoch')
  if (state.chain.wanted.has(digest)) adopt(state, block)
  const leader = state.epoch.leader(view)
  const before = state.slots.get(view)
  if (before?.proposed?.block.digest === digest || before?.convicted.has(leader)) {
    return state.reject(from, 'duplicate')
  }
  if (view < state.view || view > state.view + 1) return state.reject(from, 'out-of-window')
  const vote = { kind: Kind.propose, epochId, view, digest, validator: leader, signature }
  if (!isSigned(state.epoch, vote, state.ports.verify)) return state.reject(from, 'bad-signature')
  if (leader === state.self) return state.observe('lost-state')
  const slot = state.slot(Kind.propose, view)
  slot.isSeen = true
  convict(state, slot, vote)
  if (slot.proposed !== null) return
  const justified = checkJustification(header, state.epoch, claim => check(state, claim))
  slot.proposed = { block, isJustified: justified.ok }
  slot.count(vote, 0)
  if (justified.ok) {
    for (const certificate of justified.value) learn(state, certificate)
    return adopt(state, block)
  }
  for (const kind of [Kind.notarize, Kind.finalize]) {
    for (const vote of slot.votes(kind, digest)) convict(state, slot, vote)
  }
  state.reject(from, 'bad-justification')
}

function receiveCertificate(state: EngineState, from: number, claim: CertificateClaim): void {
  const { kind, epochId, view } = claim
  if (epochId !== state.epoch.id) return state.reject(from, 'foreign-epoch')
  if (state.find(kind, view)?.certificate(kind) !== undefined) {
    return state.reject(from, 'duplicate')
  }
  if (isCeremony(kind) ? view !== 0 : view < Math.max(1, state.chain.floor.view)) {
    return state.reject(from, 'out-of-window')
  }
  const checked = check(state, claim)
  if (!checked.ok) return state.reject(from, 'bad-certificate')
  learn(state, checked.value)
}

function receiveBlocks(
  state: EngineState,
  from: number,
  epochId: Digest,
  blocks: readonly Block[]
): void {
  if (epochId !== state.epoch.id) return state.reject(from, 'foreign-epoch')
  for (const block of blocks) {
    if (!state.chain.wanted.has(block.digest)) return state.reject(from, 'unwanted')
    adopt(state, block)
    // Its parent may be the next in the answer.
    need(state, block.digest)
  }
}

/** Whether votes of a view are of use: from the last final one to the one after mine. */
function isOpen(state: EngineState, view: number): boolean {
  const { chain, slots } = state
  if (view < Math.max(1, chain.floor.view) || view > state.view + 1) return false
  return view >= state.view || slots.has(view) || slots.size < UNDECIDED_MAX
}
