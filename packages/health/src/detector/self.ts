import { Accusing, DetectorOutput, type DetectorSink } from './codes.ts'
import { DOUBT_LIMIT_MS, INCARNATION_LEAP, quorumOf, REFUTE_MS } from './limits.ts'
import { type DetectorStore, PeerState, rowAt } from './store.ts'
import { since } from './time.ts'

const INCARNATION_MAX = 0xffff_ffff

/**
 * Answers accusations of this node, `REFUTE_MS` apart at least; what comes sooner waits for a tick. Those
 * far ahead of it are answered once a quorum says so: one of them is honest, so this node did once speak
 * as that, and has forgotten.
 */
export function answer(
  store: DetectorStore,
  row: number,
  slot: number,
  incarnation: number,
  accusing: Accusing,
  at: number,
  out: DetectorSink
): void {
  const own = rowAt(store, row)
  const self = store.self[own]!
  if (incarnation >= INCARNATION_MAX) return
  let believed = incarnation
  if (incarnation > self + INCARNATION_LEAP && accusing !== Accusing.quorum) {
    if (accusing !== Accusing.peer) return
    store.accusesAs[own + slot] = Math.max(store.accusesAs[own + slot]!, incarnation)
    believed = quorumAccusesAs(store, own)
    if (believed === self) return
  }
  store.claim[own] = Math.max(store.claim[own]!, self, believed + 1)
  if (since(at, store.refutedMs[own]!) >= REFUTE_MS) refute(store, row, at, out)
}

/** The highest incarnation under which, or a later one, a quorum of its peers accuses this node; or its own. */
function quorumAccusesAs(store: DetectorStore, own: number): number {
  let watchers = 0
  for (let peer = own; peer < own + store.slots; peer++) {
    if (store.state[peer] !== PeerState.vacant) watchers++
  }
  let highest = store.self[own]!
  for (let peer = own; peer < own + store.slots; peer++) {
    const incarnation = store.accusesAs[peer]!
    if (store.state[peer] === PeerState.vacant || incarnation <= highest) continue
    let accusers = 0
    for (let other = own; other < own + store.slots; other++) {
      if (store.state[other] !== PeerState.vacant && store.accusesAs[other]! >= incarnation) {
        accusers++
      }
    }
    if (accusers >= quorumOf(watchers)) highest = incarnation
  }
  return highest
}

/** Refutes on a tick what came too soon after the last refutation. */
export function answerLate(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  const own = rowAt(store, row)
  if (store.claim[own]! <= store.self[own]!) return
  if (since(at, store.refutedMs[own]!) >= REFUTE_MS) refute(store, row, at, out)
}

function refute(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  const own = rowAt(store, row)
  const self = store.claim[own]!
  store.self[own] = self
  store.refutedMs[own] = at
  out(DetectorOutput.refute, row, 0, self, 0)
}

/** Who finds half of its peers silent at once is more likely the sick one (Lifeguard, made topological). */
export function doubt(
  store: DetectorStore,
  row: number,
  doubts: boolean,
  at: number,
  out: DetectorSink
): void {
  const own = rowAt(store, row)
  if (doubts === (store.doubting[own] === 1)) return
  store.doubting[own] = doubts ? 1 : 0
  store.doubtMs[own] = at
  out(doubts ? DetectorOutput.doubt : DetectorOutput.sure, row, 0, 0, 0)
}

/** Whether this node may be the first to accuse: it trusts its eyes, or has doubted them long enough. */
export function initiates(store: DetectorStore, row: number, at: number): boolean {
  const own = rowAt(store, row)
  return store.doubting[own] === 0 || since(at, store.doubtMs[own]!) >= DOUBT_LIMIT_MS
}
