import { BEAT_MS, type DetectorStore, PeerState, rowAt } from '@torusmesh/health'
import type { Present } from './present.ts'

/** Words of a node: which slots may take a beat in (low half) and have one (high half), … */
export const SLOTS_AT = 0
/** … when its machine ticks next, when the event comes that wakes it, from when on it may rest or 0 … */
export const TICK_AT = 1
export const WAKE_AT = 2
export const RESTLESS_AT = 3
/** … over which links it needn't send its beats (low half), in which slots they repeat (high half) … */
export const REPEAT_AT = 4
/** … and for each slot when the beat arrives, or the next one, and with what incarnation. */
export const BEATS_AT = 5
export const WAITING_SHIFT = 16
export const LOW_HALF = 0xffff
/** Turns a slot's two bits over: a beat goes in, or out. */
export const TURN: number = (1 << WAITING_SHIFT) | 1
/** Set while the detector was calm when last seen: then no slot has opened or closed since. */
export const CALM: number = 1 << 15

/** Whether a slot may take a beat in: words `at` and on are a node's. */
export function isOpen(words: Int32Array, at: number, slot: number): boolean {
  return ((words[at + SLOTS_AT]! >>> slot) & 1) === 1
}

/** Whether a beat waits in a slot. */
export function waits(words: Int32Array, at: number, slot: number): boolean {
  return ((words[at + SLOTS_AT]! >>> (slot + WAITING_SHIFT)) & 1) === 1
}

/** Whether it, or the next one to come, stands for all that follow. */
export function repeats(words: Int32Array, at: number, slot: number): boolean {
  return ((words[at + REPEAT_AT]! >>> (slot + WAITING_SHIFT)) & 1) === 1
}

/** Slots with peers of whom a beat says nothing new. */
export function openSlots(store: DetectorStore, local: number): number {
  const own = rowAt(store, local)
  let open = 0
  for (let slot = 0; slot < store.slots; slot++) {
    const state = store.state[own + slot]!
    if (state === PeerState.alive || state === PeerState.probation) open |= 1 << slot
  }
  return open
}

/** Slots in which beats repeat that the detector will take. */
export function assuredSlots(
  store: DetectorStore,
  local: number,
  words: Int32Array,
  at: number,
  present: Present
): number {
  const own = rowAt(store, local)
  let assured = 0
  for (let rest = words[at + REPEAT_AT]! >>> WAITING_SHIFT; rest !== 0; rest &= rest - 1) {
    const slot = 31 - Math.clz32(rest & -rest)
    const beat = at + BEATS_AT + 2 * slot
    const silentMs = (present.msOf(words[beat]!) - store.heardMs[own + slot]!) | 0
    const isTaken = words[beat + 1]! >>> 0 >= store.incarnation[own + slot]!
    if (silentMs <= BEAT_MS && isTaken) assured |= 1 << slot
  }
  return assured
}
