import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** Node reserves larger stretches of address space, which hold nothing. */
const MAPPING_MAX_BYTES = 2 ** 27

/**
 * How often secrets are in a process's memory, guarded pages included; `undefined` where it can't be
 * read.
 */
export function countIn(pid: number, secrets: readonly Uint8Array[]): number[] | undefined {
  let memory: number
  try {
    memory = openSync(`/proc/${pid}/mem`, 'r')
  } catch {
    return undefined
  }
  const found = secrets.map(() => 0)
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')) {
    const [from, to] = line
      .split(' ')[0]!
      .split('-')
      .map(hex => BigInt(`0x${hex}`))
    const length = Number(to! - from!)
    if (length > MAPPING_MAX_BYTES) continue
    const bytes = Buffer.alloc(length)
    try {
      readSync(memory, bytes, 0, length, from!)
    } catch {
      // A mapping that nobody can read, the kernel's own for one.
      continue
    }
    for (const [at, secret] of secrets.entries()) {
      for (let hit = bytes.indexOf(secret); hit >= 0; hit = bytes.indexOf(secret, hit + 1)) {
        found[at]!++
      }
    }
  }
  closeSync(memory)
  return found
}
