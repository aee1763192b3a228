import { Certificate, type CertificateClaim, type Outcome } from '../certificate/certificate.ts'
import { Kind } from '../certificate/statement.ts'
import { type Vote, votesOf } from '../certificate/vote.ts'
import { ruleOf } from '../evidence/evidence.ts'
import { sameBytes } from './bytes.ts'
import { type Block, checkJustification } from './header.ts'
import { maySayNow, say } from './say.ts'
import { claimOf, type Slot } from './slot.ts'
import { asMessage, type EngineState, isCeremony } from './state.ts'

/** Counts a verified vote. On a quorum: the certificate, for all (R3, R4, R6). */
export function count(state: EngineState, slot: Slot, vote: Vote): void {
  const { kind, digest } = vote
  const power = slot.count(vote, state.epoch.powerAt(vote.validator)!)
  if (kind === Kind.propose || !state.epoch.isQuorum(power)) return
  if (slot.certificate(kind) !== undefined) return
  const checked = check(state, claimOf(state.epoch, slot.votes(kind, digest)))
  if (!checked.ok) return
  learn(state, checked.value)
  state.broadcast(asMessage(checked.value))
}

/** Verifies a claim; signatures that were verified as votes are known to be good. */
export function check(state: EngineState, claim: CertificateClaim): Outcome<Certificate, string> {
  const { kind, view, digest } = claim
  const slot = state.find(kind, view)
  return Certificate.verify(state.epoch, claim, (validator, statement, signature) => {
    const vote = slot?.vote(kind, validator)
    const isKnown = vote?.digest === digest && sameBytes(vote.signature, signature)
    return isKnown || state.ports.verify(validator, statement, signature)
  })
}

/** Takes a certificate in. Certificates, never clocks, move a node on (R7). */
export function learn(state: EngineState, certificate: Certificate): void {
  const { kind, view, digest } = certificate
  const { floor } = state.chain
  if (!isCeremony(kind) && view < floor.view) return
  const slot = state.slot(kind, view)
  if (slot.certificate(kind) !== undefined) return
  slot.keep(certificate)
  state.unanswered = 0
  state.store(asMessage(certificate))
  if (isCeremony(kind)) {
    if (!state.isRecovering) state.out({ type: 'checkpoint', certificate })
    return
  }
  if (kind === Kind.finalize) {
    if (view === floor.view && digest !== floor.digest) return state.fork(certificate)
    if (view > (state.target?.view ?? floor.view)) state.target = certificate
  }
  if (view >= state.view) {
    state.view = view + 1
    state.pacemaker.enter(kind === Kind.nullify)
  }
  finalize(state, slot)
}

/** R3: finalizes what is notarized, justified and at hand, unless I gave the view up or chose else. */
export function finalize(state: EngineState, slot: Slot): void {
  const notarized = slot.certificate(Kind.notarize)
  if (notarized === undefined || slot.view <= state.chain.floor.view) return
  const { digest } = notarized
  if (!state.chain.has(digest) || !maySayNow(state, slot, Kind.finalize, digest)) return
  const block = state.chain.get(digest)!
  if (isJustified(state, slot, block)) return say(state, slot, Kind.finalize, digest)
  slot.proposed ??= { block, isJustified: false }
  for (const vote of votesOf(notarized)) convict(state, slot, vote)
}

/** Who finalizes a block vouches for it (E4); one that was asked for isn't checked before. */
function isJustified(state: EngineState, { proposed }: Slot, block: Block): boolean {
  if (proposed?.block.digest === block.digest) return proposed.isJustified
  return checkJustification(block.header, state.epoch, claim => check(state, claim)).ok
}

/** Keeps a block that is certified, or proposed and justified. */
export function adopt(state: EngineState, block: Block): void {
  if (!state.chain.add(block)) return
  state.store({ type: 'blocks', epochId: state.epoch.id, blocks: [block] })
  const slot = state.slots.get(block.header.view)
  if (slot !== undefined) finalize(state, slot)
}

/** Names what a vote proves together with what is known of its validator; `false` if nothing. */
export function convict(state: EngineState, slot: Slot, vote: Vote): boolean {
  if (slot.convicted.has(vote.validator)) return false
  const { proposed } = slot
  const isVouched = vote.kind === Kind.notarize || vote.kind === Kind.finalize
  if (isVouched && proposed?.isJustified === false && proposed.block.digest === vote.digest) {
    slot.convicted.add(vote.validator)
    const evidence = { rule: 'E4', a: vote, header: proposed.block.header } as const
    state.out({ type: 'evidence', evidence })
    return true
  }
  for (const before of slot.votesOf(vote.validator)) {
    const rule = ruleOf(before, vote)
    if (rule === null) continue
    slot.convicted.add(vote.validator)
    state.out({ type: 'evidence', evidence: { rule, a: before, b: vote } })
    return true
  }
  return false
}
