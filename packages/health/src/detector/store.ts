import { HealthError } from '../errors.ts'
import { checkLimits, type DetectorLimits, REFUTE_MS } from './limits.ts'

/** Most peers one node can watch: 6 torus neighbours and cell mates. */
export const SLOTS = 16

/**
 * State of a watched peer; the numbers are what the column holds.
 *
 * `probation` is heard again after flapping, but not yet called alive. `accused` is `suspect` with this
 * node's own accusation standing, `condemned` is `accused` by a quorum, and may still refute.
 */
export const PeerState = {
  vacant: 0,
  alive: 1,
  probation: 2,
  suspect: 3,
  accused: 4,
  condemned: 5,
  down: 6,
  left: 7
} as const
export type PeerState = (typeof PeerState)[keyof typeof PeerState]

/** What else than silence is known of a peer; `fading` is an `answered` not renewed for one period. */
export const Evidence = { none: 0, fading: 1, answered: 2, refused: 3 } as const
export type Evidence = (typeof Evidence)[keyof typeof Evidence]

/**
 * State of the failure detector for `rows` nodes, one row a node, as columns.
 *
 * A live node binds a store of one row, the simulator a million; the machine can't tell. All columns
 * are views of one buffer in which a row's words lie together, so that an input finds them in two or
 * three cache lines. Entries of a row are at {@link rowAt}, those of its peers at `rowAt + slot`.
 * Times are ms modulo 2^32: only their differences count, and those stay below 2^31.
 */
export interface DetectorStore {
  readonly rows: number
  /** Peers a row can watch. */
  readonly slots: number
  readonly limits: DetectorLimits
  /** All state, row after row. */
  readonly words: Int32Array
  /** Words of a row. */
  readonly stride: number

  /** When this peer was last heard. */
  readonly heardMs: Int32Array
  /** A {@link PeerState}. */
  readonly state: Int32Array
  /** An {@link Evidence}. */
  readonly evidence: Int32Array
  /** Highest incarnation this peer has spoken with. */
  readonly incarnation: Uint32Array
  /** Its last recovery while it is alive or on probation; while condemned: since when. */
  readonly sinceMs: Int32Array
  /** Who else accuses its present incarnation, one bit each: in this period, and in the one before. */
  readonly accusers: Int32Array
  readonly accusersBefore: Int32Array
  /** How many watch this peer, this node included. */
  readonly watchers: Int32Array
  /** Recoveries within the flap window. */
  readonly revivals: Int32Array
  /** Highest incarnation under which this peer accuses this node. */
  readonly accusesAs: Uint32Array

  readonly tickMs: Int32Array
  readonly beatMs: Int32Array
  readonly renewMs: Int32Array
  readonly refutedMs: Int32Array
  readonly doubtMs: Int32Array
  readonly doubting: Int32Array
  /** Before this time no tick finds a peer to look at. */
  readonly calmMs: Int32Array
  /** This node's own incarnation, as its beats carry it. */
  readonly self: Uint32Array
  /** The incarnation its next refutation will claim; above `self` while one is due. */
  readonly claim: Uint32Array
}

/** Words of a row that aren't of a peer, and of each peer. */
const ROW_WORDS = 9
const PEER_WORDS = 10

/**
 * @param now - injected time, integer ms
 * @param slots - peers a row can watch, 1 to `SLOTS`
 * @throws {HealthError} `bad-rows`, `bad-slot`, `bad-limits`
 */
export function createDetectorStore(
  rows: number,
  limits: DetectorLimits,
  now: number,
  slots: number = SLOTS
): DetectorStore {
  if (!Number.isInteger(slots) || slots < 1 || slots > SLOTS) {
    throw new HealthError('bad-slot', `give a row 1 to ${SLOTS} slots`)
  }
  const stride = ROW_WORDS + PEER_WORDS * slots
  if (!Number.isInteger(rows) || rows < 1 || rows * stride > 0x7fff_ffff) {
    throw new HealthError('bad-rows', 'give at least one row and at most 2^31 words of state')
  }
  checkLimits(limits)
  const words = new Int32Array(rows * stride)
  const field = (at: number): Int32Array => words.subarray(at)
  const numbers = (at: number): Uint32Array => new Uint32Array(words.buffer, 4 * at)
  // What every tick and beat looks at comes first.
  const peers = (n: number): number => ROW_WORDS + n * slots
  const store: DetectorStore = {
    rows,
    slots,
    limits: { ...limits },
    words,
    stride,
    tickMs: field(0),
    beatMs: field(1),
    renewMs: field(2),
    doubting: field(3),
    calmMs: field(4),
    self: numbers(5),
    claim: numbers(6),
    refutedMs: field(7),
    doubtMs: field(8),
    heardMs: field(peers(0)),
    state: field(peers(1)),
    evidence: field(peers(2)),
    incarnation: numbers(peers(3)),
    sinceMs: field(peers(4)),
    accusers: field(peers(5)),
    accusersBefore: field(peers(6)),
    watchers: field(peers(7)),
    revivals: field(peers(8)),
    accusesAs: numbers(peers(9))
  }
  for (let row = 0; row < rows; row++) startRow(store, row, now)
  return store
}

/** Makes a row that of a node which starts now, watches nobody, and has incarnation 0. */
export function startRow(store: DetectorStore, row: number, now: number): void {
  const at = rowAt(store, row)
  store.words.fill(0, at, at + store.stride)
  store.tickMs[at] = now
  store.beatMs[at] = now
  store.renewMs[at] = now
  store.refutedMs[at] = now - REFUTE_MS
  store.calmMs[at] = now
}

/** Where the entries of a row are in the columns, and those of its peers: `+ slot`. */
export function rowAt(store: DetectorStore, row: number): number {
  return row * store.stride
}

/** Bytes of all state. */
export function storeBytes(store: DetectorStore): number {
  return store.words.byteLength
}
