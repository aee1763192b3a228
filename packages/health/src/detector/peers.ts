import { DetectorOutput, type DetectorSink } from './codes.ts'
import { FLAP_LIMIT, PROBATION_DOUBLINGS_MAX, PROBATION_MS, RENEW_MS } from './limits.ts'
import { type DetectorStore, Evidence, PeerState, rowAt, SLOTS } from './store.ts'
import { since } from './time.ts'

export function watch(
  store: DetectorStore,
  peer: number,
  incarnation: number,
  watchers: number,
  at: number
): void {
  store.state[peer] = PeerState.alive
  store.evidence[peer] = Evidence.none
  store.incarnation[peer] = incarnation
  store.heardMs[peer] = at
  watchedBy(store, peer, watchers)
  store.revivals[peer] = 0
  store.accusesAs[peer] = 0
  forgetAccusers(store, peer)
}

export function unwatch(store: DetectorStore, peer: number): void {
  store.state[peer] = PeerState.vacant
}

/** This node is always one of them. */
export function watchedBy(store: DetectorStore, peer: number, watchers: number): void {
  store.watchers[peer] = Math.min(Math.max(watchers, 1), SLOTS)
}

/** What was said of an earlier incarnation no longer counts. */
function forgetAccusers(store: DetectorStore, peer: number): void {
  store.accusers[peer] = 0
  store.accusersBefore[peer] = 0
}

/** A sign of life, if it is of the incarnation known or a later one. */
export function hear(
  store: DetectorStore,
  row: number,
  slot: number,
  incarnation: number,
  at: number,
  out: DetectorSink
): void {
  const peer = rowAt(store, row) + slot
  const state = store.state[peer]!
  const known = store.incarnation[peer]!
  if (state === PeerState.vacant) return
  if (incarnation > known) {
    store.incarnation[peer] = incarnation
    forgetAccusers(store, peer)
  } else if (state >= PeerState.down) {
    // A beat that was still under way must not revive it; one that goes on beating missed its accusation,
    // or lost its memory with the incarnation it had.
    if (state === PeerState.down) remind(store, row, slot, at, out)
    return
  } else if (incarnation < known) return
  store.heardMs[peer] = at
  store.evidence[peer] = Evidence.none
  if (state >= PeerState.suspect) revive(store, row, slot, at, out)
}

function remind(
  store: DetectorStore,
  row: number,
  slot: number,
  at: number,
  out: DetectorSink
): void {
  const peer = rowAt(store, row) + slot
  if (since(at, store.heardMs[peer]!) < RENEW_MS) return
  store.heardMs[peer] = at
  out(DetectorOutput.remind, row, slot, store.incarnation[peer]!, 0)
}

/** Who recovers too often is believed only after a while. */
function revive(
  store: DetectorStore,
  row: number,
  slot: number,
  at: number,
  out: DetectorSink
): void {
  const own = rowAt(store, row)
  const peer = own + slot
  store.calmMs[own] = at
  store.sinceMs[peer] = at
  if (store.revivals[peer]! < FLAP_LIMIT + PROBATION_DOUBLINGS_MAX + 1) store.revivals[peer]!++
  if (store.revivals[peer]! > FLAP_LIMIT) store.state[peer] = PeerState.probation
  else rehabilitate(store, row, slot, out)
}

/** Calls a peer alive again. */
export function rehabilitate(
  store: DetectorStore,
  row: number,
  slot: number,
  out: DetectorSink
): void {
  const peer = rowAt(store, row) + slot
  store.state[peer] = PeerState.alive
  out(DetectorOutput.clear, row, slot, store.incarnation[peer]!, 0)
}

/** Leaving is a statement, not a failure. */
export function leave(store: DetectorStore, peer: number, incarnation: number): void {
  if (store.state[peer] === PeerState.vacant || incarnation < store.incarnation[peer]!) return
  store.incarnation[peer] = incarnation
  store.state[peer] = PeerState.left
}

/** Whether its probation is over. */
export function served(store: DetectorStore, peer: number, at: number): boolean {
  const doublings = store.revivals[peer]! - FLAP_LIMIT - 1
  return since(at, store.sinceMs[peer]!) >= PROBATION_MS << doublings
}
