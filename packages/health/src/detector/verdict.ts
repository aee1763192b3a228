import { HealthError } from '../errors.ts'
import { DetectorOutput, type DetectorSink } from './codes.ts'
import { INCARNATION_LEAP, quorumOf, RENEW_MS } from './limits.ts'
import { initiates } from './self.ts'
import { type DetectorStore, Evidence, PeerState, rowAt, SLOTS } from './store.ts'
import { since } from './time.ts'

/** Counts another watcher's accusation. */
export function join(
  store: DetectorStore,
  row: number,
  slot: number,
  accuser: number,
  incarnation: number,
  at: number,
  out: DetectorSink
): void {
  const peer = rowAt(store, row) + slot
  const state = store.state[peer]!
  if (!(accuser >= 0 && accuser < SLOTS)) {
    throw new HealthError('bad-slot', 'give an accuser from 0 to 15')
  }
  if (state === PeerState.down) support(store, row, slot, incarnation, at, out)
  if (state === PeerState.vacant || state >= PeerState.down) return
  // A higher incarnation isn't adopted from anybody but its owner: a liar could make us deaf to it.
  if (incarnation < store.incarnation[peer]!) return
  store.accusers[peer]! |= 1 << accuser
  if (state >= PeerState.accused) judge(store, row, slot, at, out)
}

/**
 * Another watcher has come to miss a peer later than this node, to whom it is down, or after a word that
 * this node hasn't heard: alone it would never find a quorum. What the peer couldn't refute is left to
 * itself.
 */
function support(
  store: DetectorStore,
  row: number,
  slot: number,
  incarnation: number,
  at: number,
  out: DetectorSink
): void {
  const peer = rowAt(store, row) + slot
  const ahead = incarnation - store.incarnation[peer]!
  const silentMs = since(at, store.heardMs[peer]!)
  if (ahead < 0 || ahead > INCARNATION_LEAP || silentMs < RENEW_MS) return
  // As with a reminder: the next one only after so long.
  store.heardMs[peer] = at
  out(DetectorOutput.accuse, row, slot, incarnation, silentMs)
}

/** Accuses who has been silent for too long, and looks what has become of standing accusations. */
export function accuse(store: DetectorStore, row: number, at: number, out: DetectorSink): void {
  const first = initiates(store, row, at)
  for (let slot = 0; slot < store.slots; slot++) {
    const peer = rowAt(store, row) + slot
    const state = store.state[peer]!
    if (state < PeerState.suspect || state >= PeerState.down) continue
    const others = othersAccusing(store, peer)
    const silentMs = since(at, store.heardMs[peer]!)
    if (silentMs < accuseAfterMs(store, peer, others)) {
      store.state[peer] = PeerState.suspect
    } else if (state === PeerState.suspect && (first || others > 0)) {
      store.state[peer] = PeerState.accused
      out(DetectorOutput.accuse, row, slot, store.incarnation[peer]!, silentMs)
    }
    judge(store, row, slot, at, out)
  }
}

/** Silence needed to accuse: the more others do, the nearer to the threshold of suspicion. */
function accuseAfterMs(store: DetectorStore, peer: number, others: number): number {
  const { suspectMs, accuseMs, stalledMs } = store.limits
  switch (store.evidence[peer]! as Evidence) {
    case Evidence.refused:
      return 0
    case Evidence.answered:
    case Evidence.fading:
      return stalledMs
    case Evidence.none: {
      const needed = Math.max(quorumOf(store.watchers[peer]!) - 1, 1)
      const missing = Math.max(needed - others, 0)
      return suspectMs + ((((accuseMs - suspectMs) * missing) / needed) | 0)
    }
  }
}

/** Counts the accusers of a peer this node itself accuses; a quorum is final once it stands long enough. */
function judge(
  store: DetectorStore,
  row: number,
  slot: number,
  at: number,
  out: DetectorSink
): void {
  const peer = rowAt(store, row) + slot
  if (store.state[peer]! < PeerState.accused) return
  if (othersAccusing(store, peer) + 1 < quorumOf(store.watchers[peer]!)) {
    store.state[peer] = PeerState.accused
    return
  }
  if (store.state[peer] === PeerState.accused) {
    store.state[peer] = PeerState.condemned
    store.sinceMs[peer] = at
  }
  const graceMs = store.evidence[peer] === Evidence.refused ? 0 : store.limits.refuteMs
  if (since(at, store.sinceMs[peer]!) < graceMs) return
  store.state[peer] = PeerState.down
  out(DetectorOutput.down, row, slot, store.incarnation[peer]!, 0)
}

function othersAccusing(store: DetectorStore, peer: number): number {
  let bits = store.accusers[peer]! | store.accusersBefore[peer]!
  let count = 0
  for (; bits !== 0; bits &= bits - 1) count++
  return count
}
