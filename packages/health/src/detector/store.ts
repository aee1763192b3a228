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
 * A live node binds a store of one row, the simulator a million; the machine can't tell. Columns of
 * peers have `rows * slots` entries, indexed `row * slots + slot`. Times are ms modulo 2^32: only their
 * differences count, and those stay below 2^31.
 */
export interface DetectorStore {
  readonly rows: number
  /** Peers a row can watch. */
  readonly slots: number
  readonly limits: DetectorLimits

  /** When this peer was last heard. */
  readonly heardMs: Int32Array
  /** Highest incarnation this peer has spoken with. */
  readonly incarnation: Uint32Array
  /** Its last recovery while it is alive or on probation; while condemned: since when. */
  readonly sinceMs: Int32Array
  /** Who else accuses its present incarnation, one bit each: in this period, and in the one before. */
  readonly accusers: Uint16Array
  readonly accusersBefore: Uint16Array
  readonly state: Uint8Array
  readonly evidence: Uint8Array
  /** How many watch this peer, this node included. */
  readonly watchers: Uint8Array
  /** Recoveries within the flap window. */
  readonly revivals: Uint8Array

  readonly tickMs: Int32Array
  readonly beatMs: Int32Array
  readonly renewMs: Int32Array
  readonly refutedMs: Int32Array
  readonly doubtMs: Int32Array
  readonly doubting: Uint8Array
  /** This node's own incarnation, as its beats carry it. */
  readonly self: Uint32Array
  /** The incarnation its next refutation will claim; above `self` while one is due. */
  readonly claim: Uint32Array
}

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
  if (!Number.isInteger(rows) || rows < 1 || rows > 0x7fff_ffff / SLOTS) {
    throw new HealthError('bad-rows', 'give at least one row and at most 2^31 slots')
  }
  if (!Number.isInteger(slots) || slots < 1 || slots > SLOTS) {
    throw new HealthError('bad-slot', `give a row 1 to ${SLOTS} slots`)
  }
  checkLimits(limits)
  const peers = rows * slots
  return {
    rows,
    slots,
    limits: { ...limits },
    heardMs: new Int32Array(peers),
    incarnation: new Uint32Array(peers),
    sinceMs: new Int32Array(peers),
    accusers: new Uint16Array(peers),
    accusersBefore: new Uint16Array(peers),
    state: new Uint8Array(peers),
    evidence: new Uint8Array(peers),
    watchers: new Uint8Array(peers),
    revivals: new Uint8Array(peers),
    tickMs: new Int32Array(rows).fill(now),
    beatMs: new Int32Array(rows).fill(now),
    renewMs: new Int32Array(rows).fill(now),
    refutedMs: new Int32Array(rows).fill(now - REFUTE_MS),
    doubtMs: new Int32Array(rows),
    doubting: new Uint8Array(rows),
    self: new Uint32Array(rows),
    claim: new Uint32Array(rows)
  }
}

/** Bytes of all columns. */
export function storeBytes(store: DetectorStore): number {
  let bytes = 0
  for (const column of Object.values(store)) {
    if (ArrayBuffer.isView(column)) bytes += column.byteLength
  }
  return bytes
}
