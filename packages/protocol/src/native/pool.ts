import { Worker } from 'node:worker_threads'
import { ProtocolError, type ProtocolErrorCode } from '../errors.ts'
import type { Urgency } from '../suites/attestation.ts'
import type { KeyPair, SuiteId } from '../suites/suite.ts'
import { type FalconCheck, packChecks } from './batch.ts'
import { Lanes } from './lanes.ts'
import type { PoolAnswer, PoolTask } from './worker.ts'

export interface AttestationPoolInit {
  /** Threads to start; 1 if left out. */
  readonly threads?: number
  /** Tasks that may wait; 256 if left out. */
  readonly maxWaiting?: number
}

/** Key generation, Falcon signing and batches of Falcon verification, off the main thread. */
export interface AttestationPool {
  readonly threads: number
  /** Tasks that wait for a thread. */
  readonly waiting: number
  /** Whether a task would be taken now. */
  canAcceptWork(): boolean
  /** Fresh random keys. */
  generateKeyPair(suite: SuiteId): Promise<KeyPair>
  sign(
    suite: SuiteId,
    secretKey: Uint8Array,
    message: Uint8Array,
    context: Uint8Array,
    urgency?: Urgency
  ): Promise<Uint8Array>
  /** Checks Falcon-512 signatures of lengths that fit the suite: one byte each, 1 if valid. */
  verifyFalcon(checks: readonly FalconCheck[]): Promise<Uint8Array>
  /** Ends the threads; what waits or runs is rejected with `pool-closed`. */
  close(): Promise<void>
}

interface Job {
  readonly task: PoolTask
  readonly transfer: readonly ArrayBuffer[]
  readonly resolve: (value: unknown) => void
  readonly reject: (error: ProtocolError) => void
}

const MAX_WAITING = 256

/** A source file runs its worker from source, a built one from the build. */
const WORKER_URL: URL = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url
)

/**
 * Starts a pool. Tasks are rejected with a ProtocolError: `pool-full` beyond `maxWaiting`, `pool-closed`
 * after {@link AttestationPool.close}, `pool-failed` when the thread died, or what the suite says.
 */
export function createAttestationPool(init: AttestationPoolInit = {}): AttestationPool {
  return new WorkerPool(init.threads ?? 1, init.maxWaiting ?? MAX_WAITING)
}

class WorkerPool implements AttestationPool {
  readonly threads: number
  readonly #maxWaiting: number
  readonly #waiting = new Lanes<Job>()
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Job>()
  #closed = false

  constructor(threads: number, maxWaiting: number) {
    this.threads = threads
    this.#maxWaiting = maxWaiting
    for (let thread = 0; thread < threads; thread++) this.#start()
  }

  get waiting(): number {
    return this.#waiting.length
  }

  canAcceptWork(): boolean {
    const hasThreads = this.#idle.length + this.#busy.size > 0
    return !this.#closed && hasThreads && this.#waiting.length < this.#maxWaiting
  }

  async generateKeyPair(suite: SuiteId): Promise<KeyPair> {
    return (await this.#run({ op: 'keygen', suite }, 'routine')) as KeyPair
  }

  async sign(
    suite: SuiteId,
    secretKey: Uint8Array,
    message: Uint8Array,
    context: Uint8Array,
    urgency: Urgency = 'routine'
  ): Promise<Uint8Array> {
    const task = { op: 'sign', suite, secretKey, message, context } as const
    return (await this.#run(task, urgency)) as Uint8Array
  }

  async verifyFalcon(checks: readonly FalconCheck[]): Promise<Uint8Array> {
    const packed = packChecks(checks)
    // Peers wait for what is being verified.
    return (await this.#run({ op: 'verify', checks: packed }, 'urgent', [packed])) as Uint8Array
  }

  async close(): Promise<void> {
    this.#closed = true
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()]
    this.#abandon('pool-closed', 'the attestation pool was closed')
    await Promise.all(workers.map(worker => worker.terminate()))
  }

  #start(): void {
    const worker = new Worker(WORKER_URL)
    // An idle pool keeps no process alive.
    worker.unref()
    worker.on('message', (answer: PoolAnswer) => this.#settle(worker, answer))
    worker.on('error', error => this.#lose(worker, error))
    this.#idle.push(worker)
  }

  #run(task: PoolTask, urgency: Urgency, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (!this.canAcceptWork()) return Promise.reject(this.#refusal())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, transfer, resolve, reject }, urgency)
      this.#dispatch()
    })
  }

  #refusal(): ProtocolError {
    if (this.#closed) return new ProtocolError('pool-closed', 'the attestation pool was closed')
    if (this.#idle.length + this.#busy.size === 0) {
      return new ProtocolError('pool-failed', 'all threads of the attestation pool have died')
    }
    return new ProtocolError('pool-full', `${this.#maxWaiting} tasks wait; slow down`)
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.pop()!
      const job = this.#waiting.shift()!
      this.#busy.set(worker, job)
      worker.ref()
      worker.postMessage(job.task, [...job.transfer])
    }
  }

  #settle(worker: Worker, answer: PoolAnswer): void {
    const job = this.#busy.get(worker)
    this.#busy.delete(worker)
    if (job === undefined || this.#closed) return
    worker.unref()
    this.#idle.push(worker)
    if (answer.ok) job.resolve(answer.value)
    else job.reject(new ProtocolError(answer.code as ProtocolErrorCode, answer.message))
    this.#dispatch()
  }

  /** A thread that died is not replaced: what killed it would kill the next. */
  #lose(worker: Worker, error: unknown): void {
    const job = this.#busy.get(worker)
    this.#busy.delete(worker)
    const at = this.#idle.indexOf(worker)
    if (at >= 0) this.#idle.splice(at, 1)
    const name = error instanceof Error ? error.name : 'unknown error'
    job?.reject(new ProtocolError('pool-failed', `a thread of the attestation pool died: ${name}`))
    if (this.#idle.length + this.#busy.size > 0) return
    this.#abandon('pool-failed', 'all threads of the attestation pool have died')
  }

  #abandon(code: ProtocolErrorCode, message: string): void {
    const jobs = [...this.#busy.values(), ...this.#waiting.drain()]
    this.#busy.clear()
    for (const job of jobs) job.reject(new ProtocolError(code, message))
  }
}
