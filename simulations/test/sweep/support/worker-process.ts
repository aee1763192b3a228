import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { runSweepWorker } from '../../../src/sweep/queue-worker.ts'
import { CODE } from './plans.ts'

/** Short, so that the jobs of a killed worker are soon found. */
const LOCK_MS = 300

export const HANGING_MODULE: URL = new URL('./run-hanging.ts', import.meta.url)
export const HANGS_FROM = 5

/** A worker in a process of its own, once it is ready. */
export async function startWorker(url: string, runModule: URL): Promise<ChildProcess> {
  const child = fork(new URL(import.meta.url), [url, runModule.href])
  await once(child, 'message')
  return child
}

/** kill −9, unless it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

if (process.argv[1] === import.meta.filename) {
  const [, , url, runModule] = process.argv
  await runSweepWorker({
    url: url!,
    code: CODE,
    threads: 1,
    runModule: new URL(runModule!),
    lockMs: LOCK_MS,
    onReady: () => process.send?.('ready')
  })
}
