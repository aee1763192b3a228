import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunTiming } from '../scenario/outcome.ts'

/** Where and when runs ran: nothing of it decides a result. */
export interface HostFacts {
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  /** ISO 8601. */
  readonly startedAt: string
}

/**
 * Adds a line to `host.jsonl`, the one file that differs between equal sweeps: the host's facts, or
 * how fast a run went.
 */
export async function appendHost(
  folder: string,
  line: { readonly host: HostFacts } | { readonly run: string; readonly timing: RunTiming }
): Promise<void> {
  await appendFile(join(folder, 'host.jsonl'), `${JSON.stringify(line)}\n`)
}
