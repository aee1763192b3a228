import type { Digest } from '../certificate/codec.ts'
import { type Epoch, isChurnAllowed, planRoot } from '../certificate/epoch.ts'
import type { Floor } from './chain.ts'
import type { EnginePorts } from './codes.ts'
import { Block, bodyBytes, type Header, type Justification } from './header.ts'
import { BODY_MAX_BYTES, ITEMS_MAX } from './limits.ts'

/** Where a block goes: what it needs beside its items. */
export interface Place {
  readonly view: number
  readonly parentView: number
  readonly parentDigest: Digest
  readonly justification: Justification
}

/** Whether the epoch ends with one of these blocks: after it only blocks without items are legal. */
export function isEnding(floor: Floor, ancestors: readonly Block[]): boolean {
  return floor.ending !== null || ancestors.some(({ header }) => header.nextPlan !== null)
}

/** Whether one of these blocks still has something to decide. Blocks without items have not. */
export function hasItems(blocks: readonly Block[]): boolean {
  return blocks.some(({ header }) => header.height !== null)
}

/** The block of these items after the ancestors; `null` where they are illegal there. */
export function draftBlock(
  epoch: Epoch,
  floor: Floor,
  ancestors: readonly Block[],
  items: readonly Uint8Array[],
  place: Place,
  ports: EnginePorts
): Block | null {
  const effect = effectOf(epoch, floor, ancestors, items, ports)
  if (effect === null) return null
  const { policyVersion } = epoch
  return Block.build({ epochId: epoch.id, policyVersion, ...place, ...effect }, items)
}

/** Whether a block says of itself what its items do after its ancestors (R2). */
export function isLegal(
  epoch: Epoch,
  floor: Floor,
  ancestors: readonly Block[],
  block: Block,
  ports: EnginePorts
): boolean {
  const { parentView, policyVersion, height, stateRoot, nextPlan } = block.header
  // A block without items must have something to carry, or the mesh would never be quiet.
  if (block.items.length === 0 && parentView === 0) return false
  const effect = effectOf(epoch, floor, ancestors, block.items, ports)
  return (
    policyVersion === epoch.policyVersion &&
    height === effect?.height &&
    stateRoot === effect.stateRoot &&
    nextPlan === effect.nextPlan
  )
}

/** What items do to the chain. */
type Effect = Pick<Header, 'height' | 'stateRoot' | 'nextPlan'>

function effectOf(
  epoch: Epoch,
  floor: Floor,
  ancestors: readonly Block[],
  items: readonly Uint8Array[],
  ports: EnginePorts
): Effect | null {
  if (items.length === 0) {
    const stateRoot = ancestors.at(-1)?.header.stateRoot ?? floor.stateRoot
    return { height: null, stateRoot, nextPlan: null }
  }
  if (isEnding(floor, ancestors) || items.length > ITEMS_MAX) return null
  if (bodyBytes(items) > BODY_MAX_BYTES) return null
  const execution = ports.execute(ancestors, items)
  if (execution === null) return null
  const { stateRoot, next } = execution
  if (next !== null && !isChurnAllowed(epoch.validators, next.validators)) return null
  const below = ancestors.findLast(({ header }) => header.height !== null)?.header.height
  const height = (below ?? floor.height) + 1
  return { height, stateRoot, nextPlan: next === null ? null : planRoot(next) }
}

/** As many of the items as one block takes. */
export function thatFit(items: readonly Uint8Array[]): Uint8Array[] {
  const fitting: Uint8Array[] = []
  let bytes = 0
  for (const item of items) {
    bytes += item.length
    if (bytes > BODY_MAX_BYTES || fitting.length >= ITEMS_MAX) break
    fitting.push(item)
  }
  return fitting
}
