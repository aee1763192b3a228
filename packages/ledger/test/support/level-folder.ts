import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for a test, and how to get rid of it. */
export function makeFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'ledger-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Copies a closed store to `to`, replacing what is there. */
export function copyFolder(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true })
}

/** The store's files that hold anything, by name. */
export function filesOf(path: string): Array<{ name: string; sizeBytes: number }> {
  return readdirSync(path)
    .sort()
    .map(name => ({ name, sizeBytes: statSync(join(path, name)).size }))
    .filter(({ sizeBytes }) => sizeBytes > 0)
}

/** Flips one bit of a file; `at` picks the bit. */
export function flipBit(path: string, name: string, at: number): void {
  const bytes = readFileSync(join(path, name))
  bytes[(at >> 3) % bytes.length]! ^= 1 << (at & 7)
  writeFileSync(join(path, name), bytes)
}
