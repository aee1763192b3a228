import { DetectorOutput, type DetectorSink } from './codes.ts'
import { DOUBT_LIMIT_MS, INCARNATION_LEAP, REFUTE_MS } from './limits.ts'
import type { DetectorStore } from './store.ts'
import { since } from './time.ts'

const INCARNATION_MAX = 0xffff_ffff

/** Answers accusations of this node, `REFUTE_MS` apart at least; what comes sooner waits for a tick. */
export function answer(
  store: DetectorStore,
  row: number,
  incarnation: number,
  at: number,
  out: DetectorSink
): void {
  const self = store.self[row]!
  if (incarnation > self + INCARNATION_LEAP || incarnation >= INCARNATION_MAX) return
  store.claim[row] = Math.max(store.claim[row]!, self, incarnation + 1)
  if (since(at, store.refutedMs[row]!) >= REFUTE_MS) refute(store, row, at, out)
}

/** Refutes on a tick what came too soon after the last refutation. */
export function answerLate(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  if (store.claim[row]! <= store.self[row]!) return
  if (since(at, store.refutedMs[row]!) >= REFUTE_MS) refute(store, row, at, out)
}

function refute(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  store.self[row] = store.claim[row]!
  store.refutedMs[row] = at
  out(DetectorOutput.refute, row, 0, store.self[row]!, 0)
}

/** Who finds half of its peers silent at once is more likely the sick one (Lifeguard, made topological). */
export function doubt(
  store: DetectorStore,
  row: number,
  doubts: boolean,
  at: number,
  out: DetectorSink
): void {
  if (doubts === (store.doubting[row] === 1)) return
  store.doubting[row] = doubts ? 1 : 0
  store.doubtMs[row] = at
  out(doubts ? DetectorOutput.doubt : DetectorOutput.sure, row, 0, 0, 0)
}

/** Whether this node may be the first to accuse: it trusts its eyes, or has doubted them long enough. */
export function initiates(store: DetectorStore, row: number, at: number): boolean {
  return store.doubting[row] === 0 || since(at, store.doubtMs[row]!) >= DOUBT_LIMIT_MS
}
