import { availableParallelism } from 'node:os'
import { codeVersion } from './code-version.ts'
import { SweepError } from './errors.ts'
import { failedOutcome } from './executor.ts'
import { failureOf } from './failure.ts'
import { encodeReply, packFrames } from './frame.ts'
import { checkJob, type SweepJob } from './job.ts'
import {
  connectRedis,
  KEEP_S,
  MAX_RESULT_BYTES,
  PREFIX,
  queueName,
  type RedisInit,
  resultKey
} from './redis.ts'
import { JobThread, type JobThreadInit } from './thread.ts'

export interface SweepWorkerOptions extends RedisInit, JobThreadInit {
  /** Jobs at a time, a thread each; as many as the machine has cores if left out. */
  readonly threads?: number
  /** {@link codeVersion} if left out. */
  readonly code?: string
  /** Ends the worker when its running jobs are done. */
  readonly signal?: AbortSignal
  readonly onReady?: () => void
  readonly onStart?: (job: SweepJob) => void
  readonly onDone?: (job: SweepJob) => void
  /** For so long without a sign of life a job belongs to its worker; 15 s if left out. */
  readonly lockMs?: number
}

const LOCK_MS = 15_000
/** A job that took so many workers down is given up. */
const MAX_STALLS = 3

/**
 * Runs jobs of sweeps of the same version of the code, of whatever coordinator, until the signal.
 * Jobs run in threads, so that the process can always show a sign of life.
 *
 * @throws SweepError `redis-unreachable`
 */
export async function runSweepWorker(options: SweepWorkerOptions): Promise<void> {
  const { signal, code = codeVersion(), lockMs = LOCK_MS } = options
  const width = Math.max(1, options.threads ?? availableParallelism())
  const threads = Array.from({ length: width }, () => new JobThread(options))
  const redis = await connectRedis(options)
  const { UnrecoverableError, Worker } = await import('bullmq')
  const idle = [...threads]

  const process = async (data: unknown): Promise<null> => {
    const job = checkedJob(data, code, line => new UnrecoverableError(line))
    const thread = idle.pop()!
    options.onStart?.(job)
    try {
      const bytes = await bytesOf(job, thread)
      // Before the job counts as done: done again, it is overwritten by the same bytes.
      await redis.set(resultKey(job), Buffer.from(bytes.buffer), 'EX', KEEP_S)
    } finally {
      idle.push(thread)
    }
    options.onDone?.(job)
    return null
  }

  const worker = new Worker(queueName(code), ({ data }) => process(data), {
    connection: redis,
    prefix: PREFIX,
    concurrency: width,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MAX_STALLS,
    runRetryDelay: 1_000
  })
  // A lost connection is noticed where it is made, and a lost lock ends in a job done twice.
  worker.on('error', () => {})
  try {
    await worker.waitUntilReady()
    options.onReady?.()
    await aborted(signal)
  } finally {
    await worker.close(redis.status !== 'ready')
    await Promise.all(threads.map(thread => thread.close()))
    redis.disconnect()
  }
}

function checkedJob(data: unknown, code: string, refuse: (line: string) => Error): SweepJob {
  try {
    return checkJob(data, code)
  } catch (error) {
    throw refuse(failureOf(error, 'bad-job').message)
  }
}

async function bytesOf(job: SweepJob, thread: JobThread): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await thread.run(job)
    if (bytes.length <= MAX_RESULT_BYTES) return bytes
    throw new SweepError(
      'result-too-large',
      `results of a job have ${bytes.length} bytes, ${MAX_RESULT_BYTES} fit through Redis; use --shard, or this machine alone`
    )
  } catch (error) {
    const { replies } = failedOutcome(job, failureOf(error, 'worker-crashed'))
    return packFrames(replies.map(encodeReply))
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) resolve()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
