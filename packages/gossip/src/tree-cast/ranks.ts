import { RERANK_SHARE, UNMEASURED_MS } from './limits.ts'
import { SLOTS } from './plan.ts'
import type { TreeCastStore } from './store.ts'

/** Rank of a link that isn't there. */
export const UNLINKED = 15

/**
 * Rank of a slot in what a node says of its links: 0 is the fastest, {@link UNLINKED} none. Two words
 * hold four bits a slot, slots 0 to 7 in the first.
 */
export function rankOf(word0: number, word1: number, slot: number): number {
  return ((slot < 8 ? word0 : word1) >>> ((slot & 7) << 2)) & 15
}

/**
 * A link's delay; whether the ranks changed. A delay near the one in use changes nothing, so that
 * measurements that waver don't turn the trees round.
 */
export function measure(store: TreeCastStore, row: number, slot: number, ms: number): boolean {
  const at = row * SLOTS + slot
  const delayMs = Math.min(0xffff, Math.max(1, ms > 0 ? ms | 0 : UNMEASURED_MS))
  const known = store.delayMs[at]!
  if (known !== 0 && Math.abs(delayMs - known) * RERANK_SHARE <= known) return false
  store.delayMs[at] = delayMs
  return rank(store, row)
}

/** Ranks the linked slots by delay, equal ones by number; whether anything changed. */
export function rank(store: TreeCastStore, row: number): boolean {
  const { delayMs } = store
  const first = row * SLOTS
  const linked = store.linked[row]!
  let word0 = 0
  let word1 = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    let place = UNLINKED
    if ((linked >> slot) & 1) {
      place = 0
      for (let other = 0; other < SLOTS; other++) {
        if (((linked >> other) & 1) === 0) continue
        const lead = delayMs[first + other]! - delayMs[first + slot]!
        if (lead < 0 || (lead === 0 && other < slot)) place++
      }
      // All 16 linked: the last two share a rank, and the lower number goes first.
      place = Math.min(place, UNLINKED - 1)
    }
    if (slot < 8) word0 |= place << (slot << 2)
    else word1 |= place << ((slot & 7) << 2)
  }
  if (store.ranks[row * 2] === word0 && store.ranks[row * 2 + 1] === word1) return false
  store.ranks[row * 2] = word0
  store.ranks[row * 2 + 1] = word1
  return true
}

/**
 * Whether the peer in `slot` takes messages of the source at `offset` from this node: among the peer's
 * neighbours that are closer to the source, it has this one ranked first. A peer that has said nothing
 * ranks all alike, and the lowest slot goes first.
 */
export function isChild(store: TreeCastStore, row: number, slot: number, offset: number): boolean {
  const { degree, back } = store.plan
  const own = back[slot]!
  const choices = store.plan.choices[offset * degree + slot]!
  if (((choices >> own) & 1) === 0) return false
  const said = (row * SLOTS + slot) * 2
  const word0 = store.peerRanks[said]!
  const word1 = store.peerRanks[said + 1]!
  const ownRank = rankOf(word0, word1, own)
  for (let left = choices & ~(1 << own); left !== 0; left &= left - 1) {
    const other = 31 - Math.clz32(left & -left)
    const otherRank = rankOf(word0, word1, other)
    if (otherRank < ownRank || (otherRank === ownRank && other < own)) return false
  }
  return true
}
