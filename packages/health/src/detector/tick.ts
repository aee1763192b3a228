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
import { type DetectorStore, Evidence, PeerState, rowAt } from './store.ts'
import { since } from './time.ts'
import { accuse } from './verdict.ts'

/** Largest age kept; far beyond every threshold, and far below where 32 bits wrap. */
const AGE_MAX_MS = 0x3fff_ffff

/** Half a tick of tolerance, else a timer that drifts by 1 ms would beat every fifth tick. */
const BEAT_AFTER_MS: number = BEAT_MS - TICK_MS / 2

/** Beats, listens, accuses. */
export function tick(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  const own = rowAt(store, row)
  store.tickMs[own] = at
  const beats = since(at, store.beatMs[own]!) >= BEAT_AFTER_MS
  if (beats) {
    store.beatMs[own] = at
    out(DetectorOutput.beat, row, 0, store.self[own]!, 0)
  }
  if (since(at, store.renewMs[own]!) >= RENEW_MS) renew(store, own, at)
  answerLate(store, row, at, out)
  if ((!beats && since(store.calmMs[own]!, at) > 0) || isCalm(store, own, at)) return
  if (listen(store, row, at, beats, out) > 0) accuse(store, row, at, out)
}

/**
 * How long ticks say nothing: one that comes less than so many ms after `now` has no output, provided
 * that nothing comes before it but other ticks, and beats of peers that are alive or on probation,
 * which have no output either. A shell of many nodes may put all these off, and hand them in later:
 * the ticks at once ({@link coast}), and of each peer's beats the last one, with its own time.
 *
 * @param now - of the row's last input, integer ms
 * @param assured - a bit for each slot whose next beats are sure to come, the first no later than
 *   `BEAT_MS` after the last one heard, and then `BEAT_MS` apart
 * @param beats - so many next ones of its own don't count as outputs
 */
export function quietMs(
  store: DetectorStore,
  row: number,
  now: number,
  assured = 0,
  beats = 0
): number {
  const own = rowAt(store, row)
  const at = now | 0
  if (store.claim[own]! > store.self[own]!) return 0
  const untilBeatMs = BEAT_AFTER_MS - since(at, store.beatMs[own]!) + beats * BEAT_MS
  return Math.max(0, Math.min(untilBeatMs, calmForMs(store, own, at, assured)))
}

/**
 * Takes in at once every tick up to one at `now`, `TICK_MS` apart, all of them within what
 * {@link quietMs} said. Beats that came meanwhile are handed in after it: no quiet tick looks at them.
 *
 * @param now - of the last of these ticks, integer ms
 * @returns how many of its own beats were due
 */
export function coast(store: DetectorStore, row: number, now: number): number {
  const own = rowAt(store, row)
  const at = now | 0
  store.tickMs[own] = at
  while (since(at, store.renewMs[own]!) >= RENEW_MS) {
    renew(store, own, firstTick(store.renewMs[own]! + RENEW_MS, at))
  }
  if (since(at, store.beatMs[own]!) < BEAT_AFTER_MS) return 0
  const firstMs = firstTick(store.beatMs[own]! + BEAT_AFTER_MS, at)
  const more = (since(at, firstMs) / BEAT_MS) | 0
  store.beatMs[own] = firstMs + more * BEAT_MS
  return 1 + more
}

/** The first tick at or after `dueMs` of those that lead up to `at`. */
function firstTick(dueMs: number, at: number): number {
  const lateMs = since(at, dueMs)
  return at - lateMs + (lateMs % TICK_MS)
}

/**
 * Whether there is nothing to look at, and for how long: what nearly every tick finds. It holds until
 * anything but ticks and beats of live peers comes in.
 */
function isCalm(store: DetectorStore, own: number, at: number): boolean {
  const forMs = calmForMs(store, own, at, 0)
  store.calmMs[own] = at + forMs
  return forMs > 0
}

/** How long no tick finds anything to look at; 0 or less: one now would. */
function calmForMs(store: DetectorStore, own: number, at: number, assured: number): number {
  if (store.doubting[own] === 1) return 0
  const { state, heardMs, evidence, slots } = store
  const { probeMs } = store.limits
  let forMs = AGE_MAX_MS
  for (let slot = 0; slot < slots; slot++) {
    const is = state[own + slot]!
    if (is === PeerState.vacant || is >= PeerState.down) continue
    if (is !== PeerState.alive || evidence[own + slot] === Evidence.refused) return 0
    if (((assured >>> slot) & 1) === 1) continue
    forMs = Math.min(forMs, probeMs - since(at, heardMs[own + slot]!))
  }
  return forMs
}

/** Once a period: standing accusations are to be made again, old ones are forgotten. */
function renew(store: DetectorStore, own: number, at: number): void {
  store.renewMs[own] = at
  if (since(at, store.refutedMs[own]!) > REFUTE_MS) store.refutedMs[own] = at - REFUTE_MS
  if (since(at, store.doubtMs[own]!) > DOUBT_LIMIT_MS) store.doubtMs[own] = at - DOUBT_LIMIT_MS
  for (let peer = own; peer < own + store.slots; peer++) {
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
    const peer = rowAt(store, row) + slot
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
