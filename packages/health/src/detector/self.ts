import { DetectorOutput, type DetectorSink } from './codes.ts'
import { DOUBT_LIMIT_MS, INCARNATION_LEAP, REFUTE_MS } from './limits.ts'
import { type DetectorStore, rowAt } from './store.ts'
import { since } from './time.ts'

const INCARNATION_MAX = 0xffff_ffff

/**
 * Answers accusations of this node, `REFUTE_MS` apart at least; what comes sooner waits for a tick.
 *
 * @param proven - a quorum accuses it: one of them is honest, so this node did once speak as that
 */
export function answer(
  store: DetectorStore,
  row: number,
  incarnation: number,
  proven: boolean,
  at: number,
  out: DetectorSink
): void {
  const own = rowAt(store, row)
  const self = store.self[own]!
  if (incarnation >= INCARNATION_MAX) return
  if (incarnation > self + INCARNATION_LEAP && !proven) return
  store.claim[own] = Math.max(store.claim[own]!, self, incarnation + 1)
  if (since(at, store.refutedMs[own]!) >= REFUTE_MS) refute(store, row, at, out)
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
