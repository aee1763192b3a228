import { readFile } from 'node:fs/promises'
import type { Signal } from '@torusmesh/operator'

const LOOK_EVERY_MS = 10_000

/** What `/proc` says of the process that holds the node's keys. */
export interface ProcStatus {
  /** Process that traces this one, 0 for none. */
  readonly tracer: number
  readonly swappedKb: number
  /** Its memory may be written to a core file. */
  readonly dumps: boolean
}

/** Reads `/proc/self/status` and `/proc/self/limits`; fields that are missing count as harmless. */
export function procStatus(status: string, limits: string): ProcStatus {
  const number = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d{1,12})`, 'm').exec(status)?.[1] ?? 0)
  const core = /^Max core file size\s+(\S+)/m.exec(limits)?.[1] ?? '0'
  return { tracer: number('TracerPid'), swappedKb: number('VmSwap'), dumps: core !== '0' }
}

/** What is new in it that people are to know. */
export function signalsOf(before: ProcStatus, after: ProcStatus): Signal[] {
  const signals: Signal[] = []
  if (after.tracer !== 0 && after.tracer !== before.tracer) {
    signals.push({
      kind: 'vault-touched',
      by: `process ${after.tracer} traces the node`,
      allowed: false
    })
  }
  if (after.swappedKb > 0 && before.swappedKb === 0) {
    signals.push({ kind: 'memory-spill', how: 'swap', process: 'the node' })
  }
  if (after.dumps && !before.dumps) {
    signals.push({
      kind: 'memory-spill',
      how: 'core-dump',
      process: 'the node (core files are on)'
    })
  }
  return signals
}

const HARMLESS: ProcStatus = { tracer: 0, swappedKb: 0, dumps: false }

/** Watches this process from `/proc`; where there is none nothing is seen. */
export function watchMachine(onSignal: (signal: Signal) => void): () => void {
  let before = HARMLESS
  const look = async (): Promise<void> => {
    const read = (name: string): Promise<string> =>
      readFile(`/proc/self/${name}`, 'utf8').catch(() => '')
    const after = procStatus(await read('status'), await read('limits'))
    for (const signal of signalsOf(before, after)) onSignal(signal)
    before = after
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()
  look()
  return () => clearInterval(timer)
}
