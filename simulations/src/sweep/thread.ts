import { Worker } from 'node:worker_threads'
import { SweepError } from './errors.ts'
import type { SweepJob } from './job.ts'

export interface JobThreadInit {
  /** Module that exports `runScenario`; the simulator's own if left out. */
  readonly runModule?: URL
  /** How often a job that took its thread down is tried again; 2 if left out. */
  readonly retries?: number
}

const RETRIES = 2

/** A source file runs its thread from source, a built one from the build. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const THREAD_URL: URL = new URL(`./job-thread.${EXTENSION}`, import.meta.url)
const RUN_MODULE: URL = new URL(`../scenario/run.${EXTENSION}`, import.meta.url)

/** A thread that runs one job at a time, and is started anew when a job takes it down. */
export class JobThread {
  readonly #runModule: URL
  readonly #retries: number
  #worker: Worker | undefined
  #closed = false

  constructor(init: JobThreadInit = {}) {
    this.#runModule = init.runModule ?? RUN_MODULE
    this.#retries = init.retries ?? RETRIES
  }

  /**
   * @returns the job's replies as bytes
   * @throws SweepError `worker-crashed` after the retries, `cancelled` after {@link JobThread.close}
   */
  async run(job: SweepJob): Promise<Uint8Array<ArrayBuffer>> {
    for (let tries = 0; ; tries++) {
      if (this.#closed) throw new SweepError('cancelled', 'the sweep was stopped; run it again')
      try {
        return await this.#try(job)
      } catch (error) {
        if (this.#closed || tries < this.#retries) continue
        const why = error instanceof Error ? error.message : String(error)
        const what = `its thread died ${tries + 1} times (${why})`
        throw new SweepError('worker-crashed', `${what}; run one seed of it alone`)
      }
    }
  }

  /** Ends the thread at once, whatever it runs. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
  }

  #try(job: SweepJob): Promise<Uint8Array<ArrayBuffer>> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', answered).off('error', failed).off('exit', exited)
      }
      const answered = (bytes: Uint8Array<ArrayBuffer>): void => {
        settle()
        resolve(bytes)
      }
      const failed = (error: unknown): void => {
        settle()
        reject(error)
      }
      const exited = (code: number): void => failed(new Error(`exit code ${code}`))
      worker.on('message', answered).on('error', failed).on('exit', exited)
      worker.postMessage(job)
    })
  }

  #start(): Worker {
    const worker = new Worker(THREAD_URL, { workerData: { runModule: this.#runModule.href } })
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined
    }
    // Without a listener an error of a thread would end the process.
    return worker.on('error', forget).on('exit', forget)
  }
}
