import { HealthError } from '../errors.ts'
import { type Accusing, DetectorInput, type DetectorSink } from './codes.ts'
import { TICK_MS } from './limits.ts'
import { hear, leave, unwatch, watch, watchedBy } from './peers.ts'
import { answer } from './self.ts'
import { type DetectorStore, Evidence, rowAt } from './store.ts'
import { tick } from './tick.ts'
import { since } from './time.ts'
import { join } from './verdict.ts'

/**
 * Handles one input for one node. Deterministic: no clock, no randomness, no I/O.
 *
 * @param row - which node of the store
 * @param slot - which watched peer, 0 to `store.slots` - 1; ignored by inputs without one
 * @param a - see {@link DetectorInput}; incarnations are unsigned 32-bit
 * @param now - injected time, integer ms, never going back
 * @throws {HealthError} `bad-slot`
 */
export function step(
  store: DetectorStore,
  row: number,
  input: DetectorInput,
  slot: number,
  a: number,
  b: number,
  now: number,
  out: DetectorSink
): void {
  // A slot out of range would silently be another node's.
  if (!(slot >= 0 && slot < store.slots)) {
    throw new HealthError('bad-slot', `give a slot from 0 to ${store.slots - 1}`)
  }
  const at = now | 0
  const own = rowAt(store, row)
  const lateMs = since(at, store.tickMs[own]!) - TICK_MS
  if (lateMs > TICK_MS) forgive(store, row, lateMs, at)
  const peer = own + slot
  if (input !== DetectorInput.tick && input !== DetectorInput.heard) store.calmMs[own] = at
  switch (input) {
    case DetectorInput.tick:
      tick(store, row, at, out)
      break
    case DetectorInput.watch:
      watch(store, peer, a, b, at)
      break
    case DetectorInput.unwatch:
      unwatch(store, peer)
      break
    case DetectorInput.watchers:
      watchedBy(store, peer, a)
      break
    case DetectorInput.heard:
      hear(store, row, slot, a, at, out)
      break
    case DetectorInput.unreachable:
      store.evidence[peer] = Evidence.refused
      break
    case DetectorInput.stalled:
      store.evidence[peer] = Evidence.answered
      break
    case DetectorInput.accused:
      join(store, row, slot, a, b, at, out)
      break
    case DetectorInput.refuted:
      if (a > store.incarnation[peer]!) hear(store, row, slot, a, at, out)
      break
    case DetectorInput.left:
      leave(store, peer, a)
      break
    case DetectorInput.accusedSelf:
      answer(store, row, slot, a, b as Accusing, at, out)
      break
    default:
      input satisfies never
  }
}

/** A tick that comes late shows that this node stood still: what it didn't hear then, it couldn't. */
function forgive(store: DetectorStore, row: number, lateMs: number, at: number): void {
  const own = rowAt(store, row)
  store.tickMs[own]! += lateMs
  store.doubtMs[own]! += lateMs
  for (let peer = own; peer < own + store.slots; peer++) {
    store.heardMs[peer]! += Math.min(lateMs, since(at, store.heardMs[peer]!))
    store.sinceMs[peer]! += lateMs
  }
}
