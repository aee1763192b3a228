import type { Certificate } from '../certificate/certificate.ts'
import { NO_DIGEST } from '../certificate/codec.ts'
import { Kind } from '../certificate/statement.ts'
import { draftBlock, hasItems, isEnding, isLegal, type Place, thatFit } from './body.ts'
import { need } from './catch-up.ts'
import { Phase } from './pacemaker.ts'
import { maySay } from './rules.ts'
import { nullify, say } from './say.ts'
import type { EngineState } from './state.ts'

/** R1: the leader proposes on the highest certified block, if there is something to decide. */
export function propose(state: EngineState): void {
  const { self, view, chain, epoch, pending, ports, pacemaker } = state
  if (self === null || chain.floor.ending !== null || epoch.leader(view) !== self) return
  const said = state.slots.get(view)?.said
  if (said !== undefined && !maySay(said, Kind.propose, NO_DIGEST)) return
  if (pending.size === 0 && !isUndecided(state)) return
  const place = findPlace(state)
  if (place === null) return
  const path = chain.pathTo(place.parentDigest)
  if (!('blocks' in path)) return need(state, place.parentDigest)
  const ancestors = path.blocks
  const items = isEnding(chain.floor, ancestors) ? [] : thatFit(pending.select(ports, ancestors))
  // A block that only carries others to finality waits for Δ: mostly the votes get there first.
  const isWaiting = pacemaker.phase <= Phase.patience || !hasItems(ancestors)
  if (items.length === 0 && isWaiting) return
  const draft = draftBlock(epoch, chain.floor, ancestors, items, place, ports)
  if (draft === null) return pending.drop(items)
  const slot = state.slot(Kind.propose, view)
  slot.draft = draft
  say(state, slot, Kind.propose, draft.digest)
}

/** R2: one notarization, for the first proposal, if it is justified and legal; else as if none came. */
export function notarize(state: EngineState): void {
  const { chain, epoch, ports } = state
  const slot = state.slots.get(state.view)
  const proposed = slot?.proposed
  if (state.self === null || !slot || !proposed || slot.isRefused) return
  const { block, isJustified } = proposed
  if (chain.floor.ending !== null || !maySay(slot.said, Kind.notarize, block.digest)) return
  const { parentDigest } = block.header
  const path = isJustified ? chain.pathTo(parentDigest) : { conflict: parentDigest }
  if ('missing' in path) return need(state, parentDigest)
  if ('blocks' in path && isLegal(epoch, chain.floor, path.blocks, block, ports)) {
    return say(state, slot, Kind.notarize, block.digest)
  }
  slot.isRefused = true
  nullify(state)
}

/** Whether a certified block with items waits for its finality, or may do so. */
export function isUndecided(state: EngineState): boolean {
  const { chain, slots } = state
  for (const { view, certified } of slots.values()) {
    if (certified === undefined || view <= chain.floor.view) continue
    const block = chain.get(certified.digest)
    if (block === undefined || block.header.height !== null) return true
  }
  return false
}

/** Where a block of this view goes; `null` while certificates are missing. */
function findPlace(state: EngineState): Place | null {
  const { view, chain, slots } = state
  const { floor } = chain
  const skipped: Certificate[] = []
  for (let at = view - 1; at > floor.view; at--) {
    const slot = slots.get(at)
    const parent = slot?.certified
    if (parent !== undefined) {
      const justification = { parent, skipped: skipped.reverse() }
      return { view, parentView: at, parentDigest: parent.digest, justification }
    }
    const skip = slot?.certificate(Kind.nullify)
    if (skip === undefined) return null
    skipped.push(skip)
  }
  const justification = { parent: floor.certificate, skipped: skipped.reverse() }
  return { view, parentView: floor.view, parentDigest: floor.digest, justification }
}
