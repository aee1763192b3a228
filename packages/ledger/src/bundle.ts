import { toBuffer } from './bytes.ts'
import { bundleKey, keyNumber, partsFrom } from './keys.ts'
import { BUNDLE_EVENTS } from './limits.ts'
import type { LedgerStore } from './store.ts'

/** Bytes of the length before each entry of a bundle (tlog-tiles, "Log entries"). */
export const ENTRY_LENGTH_BYTES = 2

/**
 * The entries of bundle `index` in C2SP form: one record if they were written together, else their
 * parts.
 *
 * @returns undefined if the store holds none of it
 */
export async function readBundle(store: LedgerStore, index: number): Promise<Buffer | undefined> {
  const full = await store.get(bundleKey(index))
  return full === undefined ? readParts(store, index * BUNDLE_EVENTS) : toBuffer(full)
}

/**
 * The entries from `seq`, at which a part must start, to the end of its bundle; undefined if there
 * are none.
 */
export async function readParts(store: LedgerStore, seq: number): Promise<Buffer | undefined> {
  const parts = await store.range(partsFrom(seq), BUNDLE_EVENTS)
  const [first] = parts
  if (first === undefined || keyNumber(first[0]) !== seq) return undefined
  return Buffer.concat(parts.map(([, entries]) => entries))
}

/** The entries from `seq` to the end of its bundle, wherever its parts start. */
export async function readRest(store: LedgerStore, seq: number): Promise<Buffer | undefined> {
  const parts = await readParts(store, seq)
  if (parts !== undefined) return parts
  const bundle = await readBundle(store, Math.floor(seq / BUNDLE_EVENTS))
  const at = bundle === undefined ? -1 : skipEntries(bundle, seq % BUNDLE_EVENTS)
  return at < 0 ? undefined : bundle?.subarray(at)
}

/** Offset after the entry at offset `at`, or -1 if there is none. */
export function entryEnd(entries: Buffer, at: number): number {
  if (at < 0 || at + ENTRY_LENGTH_BYTES > entries.length) return -1
  const end = at + ENTRY_LENGTH_BYTES + entries.readUInt16BE(at)
  return end > entries.length ? -1 : end
}

/** Offset after the first `count` entries, or -1 if there are fewer. */
export function skipEntries(entries: Buffer, count: number): number {
  let at = 0
  for (let i = 0; i < count && at >= 0; i++) at = entryEnd(entries, at)
  return at
}

/** Entry `position` of a bundle without its length, or undefined if there is none. */
export function entryAt(entries: Buffer, position: number): Buffer | undefined {
  const at = skipEntries(entries, position)
  const end = entryEnd(entries, at)
  return end < 0 ? undefined : entries.subarray(at + ENTRY_LENGTH_BYTES, end)
}
