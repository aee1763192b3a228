import { GossipError } from '../errors.ts'
import { checkLimits, PATIENCE_START, type TreeCastLimits } from './limits.ts'
import { SLOTS, type TreeCastPlan } from './plan.ts'

/** What is known of a message: nothing, that others have it, or the message itself. */
export const Stage = { vacant: 0, heard: 1, had: 2 } as const
export type Stage = (typeof Stage)[keyof typeof Stage]

/** In `asked`: nobody was, or is, waited for. */
export const NOBODY = 0xff

/**
 * State of tree cast for `rows` nodes, one row a node, as columns.
 *
 * A live node binds a store of one row, the simulator a million; the machine can't tell. Columns of
 * links have `rows * SLOTS` entries, those of messages `rows * limits.messages`, a ring a row. Times
 * are ms modulo 2^32: only their differences count, and those stay below 2^31. Masks have one bit a slot.
 */
export interface TreeCastStore {
  readonly rows: number
  readonly plan: TreeCastPlan
  readonly limits: TreeCastLimits

  readonly cell: Int32Array
  readonly linked: Uint16Array
  /** How this node ranks its links, two words. */
  readonly ranks: Int32Array
  /** 1 while the ranks have changed and weren't told. */
  readonly untold: Uint8Array
  /** By size class, sixteenths of a ms. */
  readonly patience: Uint16Array
  /** Where the next message goes in the ring. */
  readonly cursor: Uint16Array

  /** One way; 0 before the first measurement. */
  readonly delayMs: Uint16Array
  /** Entries the peer opened with announcements of what hasn't come. */
  readonly opened: Uint16Array
  /** How the peer ranks its links, two words. */
  readonly peerRanks: Int32Array

  readonly id: Int32Array
  readonly stage: Uint8Array
  /** Since when a message is had; until when it is waited for. */
  readonly atMs: Int32Array
  /** Who has it, by their own word. */
  readonly holders: Uint16Array
  /** Announcers not yet asked. */
  readonly untried: Uint16Array
  /** Whom it was sent on demand. */
  readonly served: Uint16Array
  /** Who announced it first. */
  readonly opener: Uint8Array
  /** Who was asked last, or {@link NOBODY}. */
  readonly asked: Uint8Array
  readonly sizeClass: Uint8Array
}

/**
 * @param cellOf - the cell of each row
 * @throws {GossipError} `bad-rows`, `bad-limits`, `bad-cell`
 */
export function createTreeCastStore(
  rows: number,
  plan: TreeCastPlan,
  limits: TreeCastLimits,
  cellOf: (row: number) => number
): TreeCastStore {
  checkLimits(limits)
  const messages = rows * limits.messages
  if (!Number.isInteger(rows) || rows < 1 || Math.max(messages, rows * SLOTS * 2) > 0x7fff_ffff) {
    throw new GossipError('bad-rows', 'give at least one row and at most 2^31 messages')
  }
  const cell = Int32Array.from({ length: rows }, (_, row) => cellOf(row))
  if (!cell.every(value => plan.graph.torus.isCell(value))) {
    throw new GossipError('bad-cell', 'give each row a cell of the plan')
  }
  const classes = PATIENCE_START.length
  return {
    rows,
    plan,
    limits: { ...limits },
    cell,
    linked: new Uint16Array(rows),
    ranks: new Int32Array(rows * 2).fill(-1),
    untold: new Uint8Array(rows),
    patience: Uint16Array.from({ length: rows * classes }, (_, i) => PATIENCE_START[i % classes]!),
    cursor: new Uint16Array(rows),
    delayMs: new Uint16Array(rows * SLOTS),
    opened: new Uint16Array(rows * SLOTS),
    peerRanks: new Int32Array(rows * SLOTS * 2),
    id: new Int32Array(messages),
    stage: new Uint8Array(messages),
    atMs: new Int32Array(messages),
    holders: new Uint16Array(messages),
    untried: new Uint16Array(messages),
    served: new Uint16Array(messages),
    opener: new Uint8Array(messages),
    asked: new Uint8Array(messages),
    sizeClass: new Uint8Array(messages)
  }
}

/** Bytes of all columns; the plan, which all rows share, is not among them. */
export function storeBytes(store: TreeCastStore): number {
  let bytes = 0
  for (const column of Object.values(store)) {
    if (ArrayBuffer.isView(column)) bytes += column.byteLength
  }
  return bytes
}

/** Where a message is, or -1. */
export function find(store: TreeCastStore, row: number, id: number): number {
  const { messages } = store.limits
  const ids = store.id
  const first = row * messages
  // Newest first: what arrives is mostly about what came last.
  const newest = first + store.cursor[row]!
  for (let at = newest - 1; at >= first; at--) if (ids[at] === id) return at
  for (let at = first + messages - 1; at >= newest; at--) if (ids[at] === id) return at
  return -1
}

/** Takes the oldest entry of the ring for a message. */
export function open(store: TreeCastStore, row: number, id: number, stage: Stage): number {
  const { messages } = store.limits
  const place = store.cursor[row]!
  const at = row * messages + place
  store.cursor[row] = place + 1 === messages ? 0 : place + 1
  if (store.stage[at] === Stage.heard) close(store, row, at)
  store.id[at] = id
  store.stage[at] = stage
  store.holders[at] = 0
  store.untried[at] = 0
  store.served[at] = 0
  store.opener[at] = NOBODY
  store.asked[at] = NOBODY
  return at
}

/** An entry that a peer opened has got its message, or makes room. */
export function close(store: TreeCastStore, row: number, at: number): void {
  const slot = store.opener[at]!
  if (slot !== NOBODY) store.opened[row * SLOTS + slot]!--
}

/**
 * Whether a message is worth sending to the peer in `slot`: this node has it, and the peer hasn't said
 * that it has it too. A queue asks when the message's turn comes.
 */
export function needs(store: TreeCastStore, row: number, slot: number, id: number): boolean {
  const at = find(store, row, id)
  if (at < 0 || store.stage[at] !== Stage.had) return false
  return ((store.holders[at]! >> slot) & 1) === 0 && ((store.linked[row]! >> slot) & 1) === 1
}
