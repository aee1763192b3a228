import { DetectorOutput, type DetectorSink } from './codes.ts'
import {
  BEAT_MS,
  DOUBT_LEAST,
  DOUBT_LIMIT_MS,
  FLAP_WINDOW_MS,
  REFUTE_MS,
  RENEW_MS,
  TICK_MS
} from './limits.ts'
import { rehabilitate, served } from './peers.ts'
import { answerLate, doubt } from './self.ts'
import { type DetectorStore, Evidence, PeerState } from './store.ts'
import { since } from './time.ts'
import { accuse } from './verdict.ts'

/** Largest age kept; far beyond every threshold, and far below where 32 bits wrap. */
const AGE_MAX_MS = 0x3fff_ffff

/** Beats, listens, accuses. */
export function tick(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  store.tickMs[row] = at
  // Half a tick of tolerance, else a timer that drifts by 1 ms would beat every fifth tick.
  const beats = since(at, store.beatMs[row]!) >= BEAT_MS - TICK_MS / 2
  if (beats) {
    store.beatMs[row] = at
    out(DetectorOutput.beat, row, 0, store.self[row]!, 0)
  }
  if (since(at, store.renewMs[row]!) >= RENEW_MS) renew(store, row, at)
  answerLate(store, row, at, out)
  if (isQuiet(store, row, at)) return
  if (listen(store, row, at, beats, out) > 0) accuse(store, row, at, out)
}

/** Whether there is nothing to look at: what nearly every tick finds, so it is looked for first. */
function isQuiet(store: DetectorStore, row: number, at: number): boolean {
  if (store.doubting[row] === 1) return false
  const { state, heardMs, evidence, slots } = store
  const { probeMs } = store.limits
  const end = (row + 1) * slots
  for (let peer = row * slots; peer < end; peer++) {
    const is = state[peer]!
    if (is === PeerState.vacant || is >= PeerState.down) continue
    if (is !== PeerState.alive || evidence[peer] === Evidence.refused) return false
    if (since(at, heardMs[peer]!) >= probeMs) return false
  }
  return true
}

/** Once a period: standing accusations are to be made again, old ones are forgotten. */
function renew(store: DetectorStore, row: number, at: number): void {
  store.renewMs[row] = at
  if (since(at, store.refutedMs[row]!) > REFUTE_MS) store.refutedMs[row] = at - REFUTE_MS
  if (since(at, store.doubtMs[row]!) > DOUBT_LIMIT_MS) store.doubtMs[row] = at - DOUBT_LIMIT_MS
  const end = (row + 1) * store.slots
  for (let peer = row * store.slots; peer < end; peer++) {
    const state = store.state[peer]!
    store.accusersBefore[peer] = store.accusers[peer]!
    store.accusers[peer] = 0
    if (state === PeerState.accused) store.state[peer] = PeerState.suspect
    if (store.evidence[peer] === Evidence.answered) store.evidence[peer] = Evidence.fading
    else if (store.evidence[peer] === Evidence.fading) store.evidence[peer] = Evidence.none
    if (since(at, store.heardMs[peer]!) > AGE_MAX_MS) store.heardMs[peer] = at - AGE_MAX_MS
    if (state === PeerState.alive && since(at, store.sinceMs[peer]!) >= FLAP_WINDOW_MS) {
      store.revivals[peer] = 0
    }
  }
}

/** Finds who is silent, and whether that says more about this node. Returns how many are suspect. */
function listen(
  store: DetectorStore,
  row: number,
  at: number,
  beats: boolean,
  out: DetectorSink
): number {
  const { probeMs, suspectMs, accuseMs } = store.limits
  let live = 0
  let suspects = 0
  let unexplained = 0
  for (let slot = 0; slot < store.slots; slot++) {
    const peer = row * store.slots + slot
    const state = store.state[peer]!
    if (state === PeerState.vacant || state >= PeerState.down) continue
    live++
    const silentMs = since(at, store.heardMs[peer]!)
    const evidence = store.evidence[peer]!
    if (silentMs >= probeMs && (silentMs < accuseMs || beats)) {
      out(DetectorOutput.probe, row, slot, 0, 0)
    }
    // An answer of its host, of either kind, came through: this node's own side works.
    if (silentMs >= probeMs && evidence === Evidence.none) unexplained++
    if (silentMs >= suspectMs || evidence === Evidence.refused) {
      if (state < PeerState.suspect) {
        store.state[peer] = PeerState.suspect
        out(DetectorOutput.suspect, row, slot, store.incarnation[peer]!, 0)
      }
      suspects++
    } else if (state === PeerState.probation && served(store, peer, at)) {
      rehabilitate(store, row, slot, out)
    }
  }
  doubt(store, row, unexplained >= Math.max(DOUBT_LEAST, (live + 1) >> 1), at, out)
  return suspects
}
