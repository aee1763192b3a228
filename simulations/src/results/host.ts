import { appendFile } from 'node:fs/promises'
import { arch, cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'

/** One sitting at a sweep. */
export interface Sitting {
  /** ISO 8601. */
  readonly startedAt: string
  readonly wallMs: number
  /** Runs made in it; those found ready aren't counted. */
  readonly runs: number
}

/**
 * Adds a sitting and the machine it was on to `host.jsonl`, the one file that differs between equal
 * sweeps: nothing of it decides a result.
 */
export async function appendHost(folder: string, sitting: Sitting): Promise<void> {
  const machine = {
    platform: `${type()} ${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem()
  }
  await appendFile(join(folder, 'host.jsonl'), `${JSON.stringify({ ...sitting, machine })}\n`)
}
