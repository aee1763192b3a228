import { Worker } from 'node:worker_threads'
import type { RunSpec } from '../scenario/spec.ts'
import { type Attempt, attempt } from './attempt.ts'
import type { LaneReply, LaneRequest } from './lane-thread.ts'

/** Where the runs of a swarm are run, one after the other. */
export interface Lane {
  run(spec: RunSpec, options: LaneOptions): Promise<Attempt>
  close(): Promise<void>
}

export interface LaneOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** The caller's own thread. */
export function ownLane(): Lane {
  return { run: attempt, close: async () => {} }
}

/** A source file runs its thread from source, a built one from the build. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const THREAD_URL: URL = new URL(`./lane-thread.${EXTENSION}`, import.meta.url)

/** A thread of its own. */
export function threadLane(): Lane {
  const worker = new Worker(THREAD_URL)
  return {
    run: (spec, { timeoutMs, signal }) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          signal?.removeEventListener('abort', aborted)
          worker.off('message', answered).off('error', failed)
        }
        const answered = (reply: LaneReply): void => {
          settle()
          if ('attempt' in reply) resolve(reply.attempt)
          else reject(reply.error)
        }
        const failed = (error: unknown): void => {
          settle()
          reject(error)
        }
        const aborted = (): void => failed(signal!.reason)
        signal?.addEventListener('abort', aborted, { once: true })
        worker.on('message', answered).on('error', failed)
        worker.postMessage({ spec, timeoutMs } satisfies LaneRequest)
      }),
    close: async () => {
      await worker.terminate()
    }
  }
}
