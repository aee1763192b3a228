import {
  NEEDLESS_WEIGHT,
  PATIENCE_LEAST,
  PATIENCE_MOST,
  PATIENCE_SHIFT,
  PATIENCE_START
} from './limits.ts'
import { NOBODY, Stage, type TreeCastStore } from './store.ts'

/** Patience with the parent, ms. */
export function patienceMs(store: TreeCastStore, row: number, entry: number): number {
  return store.patience[placeOf(store, row, entry)]! >> 4
}

/**
 * Learns from a copy that came over `slot`: the first one of a message that was announced before, or,
 * of one that was pulled, a second.
 */
export function settle(store: TreeCastStore, row: number, entry: number, slot: number): void {
  if (store.stage[entry] === Stage.heard) {
    if (store.opener[entry] === NOBODY) return
    lengthen(store, row, entry, -1)
    // The push overtook the pull, or it is the pull's fruit and the push may still come.
    if (store.asked[entry] === NOBODY || store.asked[entry] === slot) return
  } else if (store.asked[entry] === NOBODY) return
  store.asked[entry] = NOBODY
  lengthen(store, row, entry, NEEDLESS_WEIGHT)
}

function lengthen(store: TreeCastStore, row: number, entry: number, weight: number): void {
  const place = placeOf(store, row, entry)
  const patience = store.patience[place]!
  const change = weight * Math.max(1, patience >> PATIENCE_SHIFT)
  store.patience[place] = Math.min(PATIENCE_MOST, Math.max(PATIENCE_LEAST, patience + change))
}

function placeOf(store: TreeCastStore, row: number, entry: number): number {
  return row * PATIENCE_START.length + store.sizeClass[entry]!
}
