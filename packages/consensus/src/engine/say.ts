import { type Digest, NO_DIGEST } from '../certificate/codec.ts'
import { Kind } from '../certificate/statement.ts'
import type { Ballot } from '../certificate/vote.ts'
import { maySay } from './rules.ts'
import type { Slot } from './slot.ts'
import { type EngineState, isCeremony } from './state.ts'

/** Says something once and for all: it binds this node from the moment its signature is asked for. */
export function say(state: EngineState, slot: Slot, kind: Ballot['kind'], digest: Digest): void {
  if (!maySayNow(state, slot, kind, digest)) return
  slot.said[kind] = digest
  sign(state, slot, kind, digest)
}

/** Whether this node votes, and hasn't said anything that binds it otherwise. */
export function maySayNow(state: EngineState, slot: Slot, kind: Kind, digest: Digest): boolean {
  if (state.self === null || state.isRecovering) return false
  if (state.chain.floor.ending !== null && !isCeremony(kind)) return false
  return maySay(slot.said, kind, digest)
}

/** Asks the vault for a signature; asking again for the same is harmless. */
export function sign(state: EngineState, slot: Slot, kind: Ballot['kind'], digest: Digest): void {
  const { view } = slot
  const statement = state.epoch.statement(kind, view, digest)
  state.out({ type: 'sign', ballot: { kind, view, digest }, statement })
}

/** R5: gives the current view up, unless I finalized it. */
export function nullify(state: EngineState): void {
  say(state, state.slot(Kind.nullify, state.view), Kind.nullify, NO_DIGEST)
}
