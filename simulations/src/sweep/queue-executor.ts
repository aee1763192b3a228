import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { type Executor, type ExecutorOptions, failedOutcome, type JobOutcome } from './executor.ts'
import { failureOf } from './failure.ts'
import type { SweepJob } from './job.ts'
import { connectRedis, KEEP_S, PREFIX, queueName, type RedisInit, resultKey } from './redis.ts'
import { outcomeOf } from './run-job.ts'

export interface QueueExecutorInit extends RedisInit {
  /** Jobs in Redis at a time; 2,048 if left out. Keeps both memories small, and all workers busy. */
  readonly window?: number
}

const WINDOW = 2_048
/** Jobs whose results are fetched at a time. */
const FETCHES = 16

/**
 * Has jobs run by `runSweepWorker` processes on any machines, over BullMQ on Redis or Valkey. A job
 * stays in Redis until its outcome was reported, so neither a lost worker, nor a restarted Redis,
 * nor a lost coordinator loses one; done twice it has the same bytes.
 */
export function queueExecutor(init: QueueExecutorInit): Executor {
  return {
    async run(jobs, options) {
      const queue = jobs[Symbol.iterator]()
      const first = queue.next()
      if (first.done || options.signal?.aborted) return
      const redis = await connectRedis(init)
      try {
        const coordinator = await Coordinator.open(redis, first.value, queue, init, options)
        await coordinator.run()
      } finally {
        redis.disconnect()
      }
    }
  }
}

class Coordinator {
  readonly #redis: Redis
  readonly #queue: Queue
  readonly #events: QueueEvents
  readonly #jobs: Iterator<SweepJob>
  readonly #init: QueueExecutorInit
  readonly #options: ExecutorOptions
  readonly #window: number
  /** In Redis and not reported, by id. */
  readonly #open = new Map<string, SweepJob>()
  /** Ids of which something was heard, to look after. */
  readonly #heard = new Set<string>()
  readonly #looking = new Set<string>()
  readonly #end = Promise.withResolvers<void>()
  #isFilling = false
  #isEmpty = false
  #isOver = false

  static async open(
    redis: Redis,
    first: SweepJob,
    rest: Iterator<SweepJob>,
    init: QueueExecutorInit,
    options: ExecutorOptions
  ): Promise<Coordinator> {
    const { Queue, QueueEvents } = await import('bullmq')
    const name = queueName(first.code)
    const shared = { connection: redis, prefix: PREFIX }
    const queue = new Queue(name, shared)
    // From the first event there is: none is missed between adding jobs and listening.
    const events = new QueueEvents(name, { ...shared, lastEventId: '0-0' })
    return new Coordinator(redis, queue, events, prepended(first, rest), init, options)
  }

  private constructor(
    redis: Redis,
    queue: Queue,
    events: QueueEvents,
    jobs: Iterator<SweepJob>,
    init: QueueExecutorInit,
    options: ExecutorOptions
  ) {
    this.#redis = redis
    this.#queue = queue
    this.#events = events
    this.#jobs = jobs
    this.#init = init
    this.#options = options
    this.#window = init.window ?? WINDOW
  }

  async run(): Promise<void> {
    const { signal } = this.#options
    const stop = (): void => this.#end.resolve()
    // Whatever an outage lost is there again once all open jobs are added anew: who is there already
    // is `duplicated`, and looked after.
    const again = (): void => this.#guard(this.#add([...this.#open.values()]))
    signal?.addEventListener('abort', stop, { once: true })
    this.#listen()
    this.#redis.on('ready', again)
    try {
      await this.#fill()
      await this.#warnWithoutWorkers()
      await this.#end.promise
      if (signal?.aborted) await this.#withdraw()
    } finally {
      this.#isOver = true
      signal?.removeEventListener('abort', stop)
      this.#redis.off('ready', again)
      await Promise.allSettled([this.#events.close(), this.#queue.close()])
    }
  }

  #listen(): void {
    const look = ({ jobId }: { readonly jobId: string }): void => {
      if (this.#open.has(jobId)) this.#heard.add(jobId)
      this.#look()
    }
    this.#events.on('completed', look).on('failed', look).on('duplicated', look)
    this.#events.on('active', ({ jobId }) => {
      const job = this.#open.get(jobId)
      if (job !== undefined) this.#options.onStart?.(job)
    })
    // A lost connection is noticed where it is made; other errors end the sweep.
    const failed = (error: Error): void => {
      if (this.#redis.status === 'ready' && !isConnectionError(error)) this.#end.reject(error)
    }
    this.#events.on('error', failed)
    this.#queue.on('error', failed)
  }

  async #fill(): Promise<void> {
    if (this.#isFilling || this.#isOver) return
    this.#isFilling = true
    const added: SweepJob[] = []
    while (!this.#isEmpty && this.#open.size < this.#window) {
      const { value: job, done } = this.#jobs.next()
      if (done) this.#isEmpty = true
      else {
        this.#open.set(job.id, job)
        added.push(job)
      }
    }
    await this.#add(added)
    this.#isFilling = false
    if (this.#isEmpty && this.#open.size === 0) this.#end.resolve()
  }

  /** A job that is there already is left as it is. */
  async #add(jobs: readonly SweepJob[]): Promise<void> {
    if (jobs.length === 0) return
    const opts = { removeOnComplete: { age: KEEP_S }, removeOnFail: { age: KEEP_S } }
    await this.#queue.addBulk(
      jobs.map(job => ({ name: 'job', data: job, opts: { ...opts, jobId: job.id } }))
    )
  }

  #look(): void {
    for (const id of this.#heard) {
      if (this.#looking.size >= FETCHES || this.#isOver) return
      if (this.#looking.has(id)) continue
      this.#heard.delete(id)
      const job = this.#open.get(id)
      if (job === undefined) continue
      this.#looking.add(id)
      this.#guard(
        this.#lookAfter(job).finally(() => {
          this.#looking.delete(id)
          this.#look()
        })
      )
    }
  }

  async #lookAfter(job: SweepJob): Promise<void> {
    const outcome = await this.#outcomeOf(job)
    if (outcome === undefined || this.#isOver) return
    await this.#options.onDone(outcome)
    await this.#forget(job)
    this.#open.delete(job.id)
    // In bulks: half a window at a time.
    if (this.#open.size <= this.#window / 2) await this.#fill()
  }

  /** `undefined` while it waits or runs. */
  async #outcomeOf(job: SweepJob): Promise<JobOutcome | undefined> {
    const state = await this.#queue.getJobState(job.id)
    if (state === 'failed') {
      const reason = (await this.#queue.getJob(job.id))?.failedReason ?? 'no worker finished it'
      return failedOutcome(job, failureOf(new Error(reason), 'worker-crashed'))
    }
    if (state !== 'completed') return undefined
    const bytes = await this.#redis.getBuffer(resultKey(job))
    if (bytes === null) {
      await this.#forget(job)
      await this.#add([job])
      return undefined
    }
    try {
      return outcomeOf(job, bytes)
    } catch (error) {
      return failedOutcome(job, failureOf(error, 'damaged-result'))
    }
  }

  async #forget(job: SweepJob): Promise<void> {
    await this.#redis.del(resultKey(job))
    await this.#queue.remove(job.id)
  }

  /** After a stop nobody starts on what waits; what runs stays for the next time. */
  async #withdraw(): Promise<void> {
    if (this.#redis.status !== 'ready') return
    const waiting = [...this.#open.keys()].map(id => this.#queue.remove(id))
    await Promise.allSettled(waiting)
  }

  async #warnWithoutWorkers(): Promise<void> {
    if (this.#isOver || (await this.#queue.getWorkersCount()) > 0) return
    this.#init.onNotice?.(
      'no worker with this version of the code is connected; start some with `torusmesh sim worker`'
    )
  }

  #guard(work: Promise<void>): void {
    work.catch(error => {
      if (!this.#isOver) this.#end.reject(error)
    })
  }
}

function* prepended<T>(first: T, rest: Iterator<T>): Generator<T> {
  yield first
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value
}

function isConnectionError({ message, ...error }: Error & { code?: string }): boolean {
  return error.code !== undefined || /connection is closed|ECONN|EPIPE|LOADING/i.test(message)
}
