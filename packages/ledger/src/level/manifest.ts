import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readVarint } from './varint.ts'

const BLOCK_BYTES = 32 * 1024
/** Checksum u32, length u16, type u8 before each fragment. */
const HEADER_BYTES = 7
const Fragment = { full: 1, first: 2, middle: 3, last: 4 } as const

/** Tags of a version edit's fields, and what follows each: numbers, then strings. */
const FIELDS: Readonly<Record<number, { readonly numbers: number; readonly strings: number }>> = {
  1: { numbers: 0, strings: 1 }, // comparator
  2: { numbers: 1, strings: 0 }, // log
  3: { numbers: 1, strings: 0 }, // next file
  4: { numbers: 1, strings: 0 }, // last sequence
  5: { numbers: 1, strings: 1 }, // compact pointer
  6: { numbers: 2, strings: 0 }, // deleted file: level, number
  7: { numbers: 3, strings: 2 }, // new file: level, number, size; smallest, largest key
  9: { numbers: 1, strings: 0 } // previous log
}
const DELETED_FILE = 6
const NEW_FILE = 7

/**
 * Numbers of the tables that LevelDB's manifest names: those in use. A crash leaves others, half
 * written, that nobody will read.
 *
 * @returns undefined if there is no manifest, or none that can be read; LevelDB checks its
 *   checksums itself
 */
export function liveTables(folder: string): Set<number> | undefined {
  const log = read(folder)
  if (log === undefined) return undefined
  const live = new Set<number>()
  for (const edit of recordsOf(log)) if (!apply(edit, live)) return undefined
  return live
}

function read(folder: string): Buffer | undefined {
  try {
    const name = readFileSync(join(folder, 'CURRENT'), 'utf8').trim()
    return readFileSync(join(folder, name))
  } catch {
    return undefined
  }
}

function* recordsOf(log: Buffer): Generator<Buffer> {
  let parts: Buffer[] = []
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES)
    const start = at + HEADER_BYTES
    const [length, type] = [log.readUInt16LE(at + 4), log[at + 6]]
    if (left < HEADER_BYTES || type === 0) {
      at += left
      continue
    }
    if (type === Fragment.full || type === Fragment.first) parts = []
    parts.push(log.subarray(start, start + length))
    if (type === Fragment.full || type === Fragment.last) yield Buffer.concat(parts)
    at = start + length
  }
}

/** Applies a version edit to the set of tables; false if it can't be read. */
function apply(edit: Buffer, live: Set<number>): boolean {
  for (let at = 0; at < edit.length; ) {
    const [tag, next] = readVarint(edit, at)
    const field = FIELDS[tag]
    if (field === undefined) return false
    const numbers: number[] = []
    at = next
    for (let i = 0; i < field.numbers; i++) {
      const [value, after] = readVarint(edit, at)
      numbers.push(value)
      at = after
    }
    for (let i = 0; i < field.strings; i++) {
      const [length, after] = readVarint(edit, at)
      at = after < 0 || after + length > edit.length ? -1 : after + length
    }
    if (at < 0) return false
    if (tag === NEW_FILE) live.add(numbers[1]!)
    if (tag === DELETED_FILE) live.delete(numbers[1]!)
  }
  return true
}
