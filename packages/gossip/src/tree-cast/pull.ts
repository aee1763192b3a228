import { TreeCastOutput, type TreeCastSink } from './codes.ts'
import { ANSWER_MS, OPEN_SHARE, sizeClass } from './limits.ts'
import { patienceMs } from './patience.ts'
import { SLOTS } from './plan.ts'
import { find, NOBODY, open, Stage, type TreeCastStore } from './store.ts'

/** In `asked` of a message that is heard of: all announcers were asked; the next one is at once. */
const EXHAUSTED = 0xfe

/** A peer says that it has a message. */
export function announced(
  store: TreeCastStore,
  row: number,
  slot: number,
  id: number,
  sizeBytes: number,
  at: number,
  out: TreeCastSink
): void {
  const bit = 1 << slot
  let entry = find(store, row, id)
  if (entry >= 0 && store.stage[entry] === Stage.had) {
    store.holders[entry]! |= bit
    return
  }
  if (entry < 0) {
    const opened = row * SLOTS + slot
    if (id === 0 || store.opened[opened]! >= store.limits.messages / OPEN_SHARE) return
    entry = open(store, row, id, Stage.heard)
    store.opened[opened]!++
    store.opener[entry] = slot
    store.sizeClass[entry] = sizeClass(sizeBytes)
    wait(store, row, entry, patienceMs(store, row, entry), at, out)
  }
  store.holders[entry]! |= bit
  store.untried[entry]! |= bit
  if (store.asked[entry] === EXHAUSTED) ask(store, row, entry, at, out)
}

/** A delay is over; what has come meanwhile, or was given a new delay, is left alone. */
export function timer(
  store: TreeCastStore,
  row: number,
  id: number,
  at: number,
  out: TreeCastSink
): void {
  const entry = find(store, row, id)
  if (entry < 0 || store.stage[entry] !== Stage.heard || store.asked[entry] === EXHAUSTED) return
  if (((at - store.atMs[entry]!) | 0) < 0) return
  const asked = store.asked[entry]!
  if (asked !== NOBODY) out(TreeCastOutput.unanswered, row, asked, id, 0)
  ask(store, row, entry, at, out)
}

/** Asks the fastest announcer that wasn't asked yet. */
function ask(
  store: TreeCastStore,
  row: number,
  entry: number,
  at: number,
  out: TreeCastSink
): void {
  const first = row * SLOTS
  let slot = -1
  for (let left = store.untried[entry]! & store.linked[row]!; left !== 0; left &= left - 1) {
    const other = 31 - Math.clz32(left & -left)
    if (slot < 0 || store.delayMs[first + other]! < store.delayMs[first + slot]!) slot = other
  }
  if (slot < 0) {
    store.asked[entry] = EXHAUSTED
    return
  }
  store.untried[entry]! &= ~(1 << slot)
  store.asked[entry] = slot
  out(TreeCastOutput.want, row, slot, store.id[entry]!, 0)
  const answerMs = 2 * (store.delayMs[first + slot]! + patienceMs(store, row, entry)) + ANSWER_MS
  wait(store, row, entry, answerMs, at, out)
}

function wait(
  store: TreeCastStore,
  row: number,
  entry: number,
  delayMs: number,
  at: number,
  out: TreeCastSink
): void {
  store.atMs[entry] = at + delayMs
  out(TreeCastOutput.wake, row, 0, store.id[entry]!, delayMs)
}
