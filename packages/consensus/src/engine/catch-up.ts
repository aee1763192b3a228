import type { Certificate, CertificateClaim } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { CertificateKind, Kind } from '../certificate/statement.ts'
import { type Ballot, isSigned, type Vote } from '../certificate/vote.ts'
import { sameBytes } from './bytes.ts'
import { CERTIFICATES_PER_ANSWER } from './limits.ts'
import type { Message } from './message.ts'
import { sign } from './say.ts'
import type { Slot } from './slot.ts'
import { asMessage, type EngineState, isCeremony } from './state.ts'

type Question = Extract<Message, { type: 'want-blocks' | 'want-certificates' }>

/** R5: sends my words of this view again, byte for byte, with what let me enter it. */
export function repeat(state: EngineState): void {
  const slot = state.slots.get(state.view)
  if (slot !== undefined) repeatWords(state, slot)
  const entered = entry(state)
  if (entered !== null) state.broadcast(asMessage(entered))
}

/** Sends my words for checkpoints again: views come and go while some haven't heard them. */
export function repeatCeremony(state: EngineState): void {
  repeatWords(state, state.ceremony)
}

function repeatWords(state: EngineState, slot: Slot): void {
  for (const [kind, digest] of slot.said.entries()) {
    if (slot === state.ceremony && slot.certificate(kind as CertificateKind) !== undefined) continue
    const word = slot.words.get(kind as Kind)
    if (digest !== null && word === undefined) sign(state, slot, kind as Ballot['kind'], digest)
    if (word?.isDurable) state.broadcast(word.message)
  }
}

/**
 * Asks for what is missing: another validator each time.
 *
 * @param wasAway - there may be more than what is known to be missing
 */
export function seek(state: EngineState, wasAway = false): void {
  const { chain, epoch } = state
  const highest = highestCertified(state)
  if (highest !== null) need(state, highest.digest)
  for (const digest of chain.wanted) {
    ask(state, { type: 'want-blocks', epochId: epoch.id, digest, aboveView: chain.floor.view })
  }
  // A voter that is behind is helped when it repeats a vote; nobody hears an observer.
  const isDeaf = wasAway || state.self === null
  const fromView = gap(state) ?? (isDeaf ? chain.floor.view + 1 : null)
  if (fromView === null) return
  state.unanswered++
  ask(state, { type: 'want-certificates', epochId: epoch.id, fromView })
}

/** Asks for the lowest missing block below a certified one. */
export function need(state: EngineState, digest: Digest): void {
  const { chain, epoch } = state
  const path = chain.pathTo(digest)
  if (!('missing' in path) || !chain.want(path.missing)) return
  const aboveView = chain.floor.view
  ask(state, { type: 'want-blocks', epochId: epoch.id, digest: path.missing, aboveView })
}

/** A vote that comes again shows that its sender is stuck where I am not. */
export function help(state: EngineState, vote: Vote): void {
  const { validator, kind, view } = vote
  const { floor } = state.chain
  // Who is still in an epoch that is over can be in any view.
  const isOver = floor.ending !== null
  if ((view >= state.view && !isOver) || validator === state.self) return
  let claim: CertificateClaim | null | undefined = entry(state)
  if (isCeremony(kind)) claim = state.ceremony.certificate(kind)
  else if (isOver || view <= floor.view) claim = floor.certificate
  if (!claim) return
  const known = state.find(kind, view)?.vote(kind, validator)
  const isKnown = known !== undefined && sameBytes(known.signature, vote.signature)
  if (!(isKnown || isSigned(state.epoch, vote, state.ports.verify)) || !mayAnswer(state, validator))
    return
  state.out({ type: 'send', to: validator, message: asMessage(claim) })
}

/** Answers a peer, so often and so much. */
export function answer(state: EngineState, from: number, question: Question): void {
  const { chain, epoch } = state
  if (question.epochId !== epoch.id) return state.reject(from, 'foreign-epoch')
  if (!mayAnswer(state, from)) return state.reject(from, 'too-many-requests')
  if (question.type === 'want-certificates') return answerViews(state, from, question.fromView)
  const { digest, aboveView } = question
  const blocks = chain.answer(digest, aboveView)
  if (blocks.length === 0) return state.out({ type: 'serve', to: from, digest, aboveView })
  const message: Message = { type: 'blocks', epochId: epoch.id, blocks }
  state.out({ type: 'send', to: from, message })
}

function answerViews(state: EngineState, from: number, fromView: number): void {
  const { floor } = state.chain
  const start = Math.max(fromView, floor.view)
  const end = Math.min(start + CERTIFICATES_PER_ANSWER, state.view)
  for (let view = start; view < end; view++) {
    const claim = view === floor.view ? floor.certificate : state.slots.get(view)?.exit
    if (claim) state.out({ type: 'send', to: from, message: asMessage(claim) })
  }
}

/** What let me enter this view. */
function entry(state: EngineState): CertificateClaim | null {
  return state.slots.get(state.view - 1)?.exit ?? state.chain.floor.certificate
}

/** The block to build on, as far as I know: those it needs are all that are needed. */
function highestCertified(state: EngineState): Certificate | null {
  let highest: Certificate | null = null
  for (const { certified } of state.slots.values()) {
    if (certified && certified.view > (highest?.view ?? state.chain.floor.view)) highest = certified
  }
  return highest
}

/** The lowest view above the floor that I know no outcome of. */
function gap(state: EngineState): number | null {
  for (let view = state.chain.floor.view + 1; view < state.view; view++) {
    if (state.slots.get(view)?.exit === undefined) return view
  }
  return null
}

function mayAnswer(state: EngineState, peer: number): boolean {
  return state.answers.allow(peer, state.nowMs, state.epoch.delayMs)
}

/** Asks one validator; another one the next time. */
function ask(state: EngineState, question: Question): void {
  const { epoch, self } = state
  const count = epoch.validators.length
  const others = self === null ? count : count - 1
  if (others < 1) return
  const first = self === null ? 0 : self + 1
  const to = (first + (state.asked++ % others)) % count
  state.out({ type: 'send', to, message: question })
}
