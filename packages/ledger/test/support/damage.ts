import { createMemoryStore, type LedgerStore, leafHash, type MemoryStore } from '../../src/index.ts'
import { bundleKey, partialKey, STATE_KEY, tileKey } from '../../src/keys.ts'
import { CompactRange } from '../../src/merkle/compact-range.ts'
import { Tree } from '../../src/merkle/tree.ts'
import { decodeState, encodeState } from '../../src/state.ts'

/** A store's records by key in latin1, to be damaged at will. */
export type Records = Map<string, Buffer>

export const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('latin1')

export async function recordsOf(store: LedgerStore): Promise<Records> {
  const all = { gte: Buffer.of(0), lt: Buffer.of(255) }
  const records = await store.range(all, 1_000_000)
  return new Map(records.map(([key, value]) => [nameOf(key), Buffer.from(value)]))
}

export async function storeOf(records: Records): Promise<MemoryStore> {
  const store = createMemoryStore()
  const batch = [...records].map(([key, value]) => ({ key: Buffer.from(key, 'latin1'), value }))
  await store.write(batch, true)
  return store
}

/** The log's entries, each with its length in front, in order. */
export function entriesOf(records: Records, size: number): Buffer[] {
  const entries: Buffer[] = []
  while (entries.length < size) {
    const key = entries.length % 256 === 0 ? bundleKey(entries.length / 256) : undefined
    const record =
      (key && records.get(nameOf(key))) ?? records.get(nameOf(partialKey(entries.length)))
    if (record === undefined) throw new Error(`no record starts with event ${entries.length}`)
    entries.push(...split(record))
  }
  return entries
}

/**
 * Replaces what the store holds of the log by `entries`: full bundles, and one part for the rest.
 */
export function setEntries(records: Records, entries: readonly Buffer[]): void {
  for (const name of [...records.keys()])
    if (name[0] === 'b' || name[0] === 'p') records.delete(name)
  for (let from = 0; from < entries.length; from += 256) {
    const bundle = entries.slice(from, from + 256)
    const key = bundle.length === 256 ? bundleKey(from / 256) : partialKey(from)
    records.set(nameOf(key), Buffer.concat(bundle))
  }
}

/**
 * As {@link setEntries}, but a full bundle keeps its record whatever number of entries it has by
 * now.
 */
export function setBundles(records: Records, bundles: ReadonlyArray<readonly Buffer[]>): void {
  for (const name of [...records.keys()]) if (name[0] === 'p') records.delete(name)
  for (const [index, bundle] of bundles.entries()) {
    const full = records.has(nameOf(bundleKey(index)))
    records.set(nameOf(full ? bundleKey(index) : partialKey(index * 256)), Buffer.concat(bundle))
  }
}

export function bundlesOf(entries: readonly Buffer[]): Buffer[][] {
  const bundles: Buffer[][] = []
  for (let from = 0; from < entries.length; from += 256)
    bundles.push(entries.slice(from, from + 256))
  return bundles
}

/** Where event `seq` lies: its entry, as part of the record that holds it. */
export function locate(records: Records, seq: number): { entry: Buffer } {
  for (let first = seq; first >= 0; first--) {
    const bundle = first % 256 === 0 ? records.get(nameOf(bundleKey(first / 256))) : undefined
    const record = bundle ?? records.get(nameOf(partialKey(first)))
    if (record !== undefined) return { entry: split(record)[seq - first]! }
  }
  throw new Error(`no record holds event ${seq}`)
}

function split(record: Buffer): Buffer[] {
  const entries: Buffer[] = []
  for (let at = 0; at < record.length; ) {
    const end = at + 2 + record.readUInt16BE(at)
    entries.push(record.subarray(at, end))
    at = end
  }
  return entries
}

/**
 * Changes the last payload byte of event `seq` and mends every link after it, as a forger without
 * the key would.
 */
export function forge(entries: readonly Buffer[], seq: number): Buffer[] {
  const forged = entries.map(entry => Buffer.from(entry))
  forged[seq]![forged[seq]!.length - 1]! ^= 1
  for (let i = seq + 1; i < forged.length; i++) {
    forged[i]!.write(leafHash(forged[i - 1]!, 2), 2 + 55, 'latin1')
  }
  return forged
}

/** Makes the state record agree with `entries`. */
export function rewriteState(records: Records, entries: readonly Buffer[]): void {
  const range = new CompactRange()
  let head = ''
  for (const entry of entries) {
    head = leafHash(entry, 2)
    range.append(head)
  }
  const state = decodeState(records.get(nameOf(STATE_KEY))!)!
  const rewritten = { ...state, size: entries.length, head, nodes: range.nodes() }
  records.set(nameOf(STATE_KEY), Buffer.from(encodeState(rewritten)))
}

/** Makes every tile agree with `entries`, partial ones up to the width they have. */
export function rewriteTiles(records: Records, entries: readonly Buffer[]): void {
  const put = (level: number, index: number, tile: Buffer): void => {
    const old = records.get(nameOf(tileKey(level, index)))
    if (old !== undefined) records.set(nameOf(tileKey(level, index)), tile.subarray(0, old.length))
  }
  const tree = Tree.empty({ onTile: put })
  for (const entry of entries) tree.append(leafHash(entry, 2))
  for (const level of [0, 1])
    put(level, Math.floor(entries.length / 256 ** (level + 1)), tree.edge(level))
}
