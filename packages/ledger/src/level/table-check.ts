import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError, LedgerErrorCode } from '../errors.ts'
import { liveTables } from './manifest.ts'
import { readVarint } from './varint.ts'

/** Bytes `[offset, offset + size)` of a table, not counting a block's trailer. */
interface Handle {
  readonly offset: number
  readonly size: number
}

/** One key of a block and where its value lies. */
interface BlockEntry {
  readonly key: Buffer
  readonly value: Handle
}

const FOOTER_BYTES = 48
const MAGIC = Buffer.from('57fb808b247547db', 'hex')
/** Compression type u8 and checksum u32 after each block. */
const TRAILER_BYTES = 5
const NOT_COMPRESSED = 0
/** Sequence and type after each key. */
const KEY_TRAILER_BYTES = 8
/** Longest key in a ledger is 9 bytes, in LevelDB's own meta block some 40. */
const MAX_KEY_BYTES = 64
const MAX_ENTRY_HEAD_BYTES: number = 3 * 5 + MAX_KEY_BYTES

/**
 * Checks the structure of the tables that a LevelDB folder uses: block handles, restarts, key
 * lengths and key order, but not values. LevelDB trusts these: one flipped bit there ends the
 * process by an assertion or a stray read, before anybody can say what is wrong. Values it leaves
 * to the ledger's own verification.
 *
 * Throws `LEDGER_UNREADABLE`. Reads a few hundred bytes for each block.
 */
export function checkTables(folder: string): void {
  const names = list(folder)
  const isData = (name: string): boolean => /^\d+\.(ldb|log)$/.test(name)
  // Without this file LevelDB would start a new database over the old one.
  if (!names.includes('CURRENT') && names.some(isData)) throw damaged(join(folder, 'CURRENT'), 0)
  const live = liveTables(folder)
  for (const name of names) {
    if (name.endsWith('.ldb') && live?.has(Number.parseInt(name, 10)))
      checkTable(join(folder, name))
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function checkTable(path: string): void {
  const file = open(path)
  if (file === undefined) return
  try {
    const table = new Table(path, file, fstatSync(file).size)
    let last: Buffer | undefined
    const assertAscends = (key: Buffer, at: number): void => {
      if (last !== undefined && !isAscending(last, key)) throw damaged(path, at)
      last = key
    }
    for (const { key: bound, value } of table.entries(table.indexHandle())) {
      const block = table.entries(table.handleAt(value.offset, value.size))
      for (const { key } of block) assertAscends(key, value.offset)
      // The index's key for a block is not below its last key, and below the next block's first.
      if (last?.equals(bound) !== true) assertAscends(bound, value.offset)
    }
  } finally {
    closeSync(file)
  }
}

/** Undefined if the table is gone: LevelDB says so itself, or has another process to say so. */
function open(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

class Table {
  readonly #path: string
  readonly #file: number
  readonly #sizeBytes: number

  constructor(path: string, file: number, sizeBytes: number) {
    this.#path = path
    this.#file = file
    this.#sizeBytes = sizeBytes
  }

  indexHandle(): Handle {
    const at = this.#sizeBytes - FOOTER_BYTES
    const footer = this.#read(at, FOOTER_BYTES)
    if (!footer.subarray(-MAGIC.length).equals(MAGIC)) throw damaged(this.#path, at)
    const meta = this.#handle(footer, 0, at)
    return this.#handle(footer, meta.next, at).handle
  }

  /** The block handle that lies at `offset`. */
  handleAt(offset: number, size: number): Handle {
    return this.#handle(this.#read(offset, size), 0, offset).handle
  }

  /** Keys of a block, in order. */
  entries({ offset, size }: Handle): BlockEntry[] {
    const fail = (): never => {
      throw damaged(this.#path, offset)
    }
    const trailer = this.#read(offset + size, 1)
    const count = size < 4 ? 0 : this.#read(offset + size - 4, 4).readUInt32LE()
    const end = size - 4 - 4 * count
    if (trailer[0] !== NOT_COMPRESSED || count < 1 || end < 0) return fail()
    const restarts = new Set<number>()
    const array = this.#read(offset + end, 4 * count)
    for (let i = 0; i < count; i++) restarts.add(array.readUInt32LE(4 * i))
    const entries: BlockEntry[] = []
    let key = Buffer.alloc(0)
    for (let at = 0; at < end; ) {
      const head = this.#read(offset + at, Math.min(MAX_ENTRY_HEAD_BYTES, end - at))
      const [shared, a] = readVarint(head, 0)
      const [own, b] = readVarint(head, a)
      const [length, c] = readVarint(head, b)
      const value = { offset: offset + at + c + own, size: length }
      const next = at + c + own + length
      const bad = shared > key.length || (restarts.delete(at) && shared > 0) || next > end
      if (bad || c < 0 || c + own > head.length || shared + own < KEY_TRAILER_BYTES) return fail()
      key = Buffer.concat([key.subarray(0, shared), head.subarray(c, c + own)])
      entries.push({ key, value })
      at = next
    }
    // A restart that is no entry's start, or an empty block's one at 0.
    return restarts.size > (end === 0 ? 1 : 0) ? fail() : entries
  }

  #handle(bytes: Buffer, at: number, where: number): { handle: Handle; next: number } {
    const [offset, a] = readVarint(bytes, at)
    const [size, next] = readVarint(bytes, a)
    const fits = next >= 0 && offset + size + TRAILER_BYTES <= this.#sizeBytes
    if (!fits) throw damaged(this.#path, where)
    return { handle: { offset, size }, next }
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    const fits = offset >= 0 && offset + length <= this.#sizeBytes
    if (!fits || readSync(this.#file, bytes, 0, length, offset) !== length) {
      throw damaged(this.#path, offset)
    }
    return bytes
  }
}

/** LevelDB's order: by key, then from the newest sequence to the oldest. */
function isAscending(a: Buffer, b: Buffer): boolean {
  const [keyA, keyB] = [a, b].map(key => key.subarray(0, -KEY_TRAILER_BYTES))
  const order = keyA!.compare(keyB!)
  if (order !== 0) return order < 0
  return a.readBigUInt64LE(keyA!.length) > b.readBigUInt64LE(keyB!.length)
}

function damaged(path: string, at: number): LedgerError {
  const next = 'keep the folder as evidence and restore it from an archive'
  return new LedgerError(LedgerErrorCode.unreadable, `${path}: damaged at byte ${at}: ${next}`)
}
