import type { LedgerError } from './errors.ts'

/** Timers, injected: the wall clock's in a node, virtual ones in a simulator or a test. */
export interface Scheduler {
  setTimer(callback: () => void, delayMs: number): unknown
  clearTimer(timer: unknown): void
}

export interface GroupCommitInit {
  readonly scheduler: Scheduler
  /** How long an idle ledger waits for company before it writes. */
  readonly windowMs: number
  /** Events that end the wait at once. */
  readonly maxEvents: number
  /** Writes everything that waits, durably, as one group. */
  readonly write: () => Promise<void>
  /** Called once, when a write fails: nothing is written after that. */
  readonly onFailure: (error: unknown) => LedgerError
}

/**
 * Decides when to write: one synced write at a time, and whatever arrives meanwhile is the next
 * group. Only an idle ledger waits for its window.
 */
export class GroupCommit {
  readonly #init: GroupCommitInit
  /** The group that takes events now; there is none while nothing waits. */
  #filling: PromiseWithResolvers<void> | undefined
  #writing: Promise<void> | undefined
  #events = 0
  #timer: unknown
  #due = false
  #failure: LedgerError | undefined

  constructor(init: GroupCommitInit) {
    this.#init = init
  }

  /** Counts `events` into the group that takes events now; resolves when that group is durable. */
  join(events: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#filling ??= Promise.withResolvers()
    this.#events += events
    if (this.#writing === undefined) {
      if (this.#events >= this.#init.maxEvents) this.#runSoon()
      else this.#timer ??= this.#init.scheduler.setTimer(this.#run, this.#init.windowMs)
    }
    return this.#filling.promise
  }

  /** Writes what waits without its window; resolves when everything joined so far is durable. */
  flush(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const last = this.#filling?.promise ?? this.#writing ?? Promise.resolve()
    this.#run()
    return last
  }

  /** After the caller's burst: what it still adds belongs to this group. */
  #runSoon(): void {
    if (this.#due) return
    this.#due = true
    queueMicrotask(this.#run)
  }

  readonly #run = (): void => {
    this.#due = false
    if (this.#timer !== undefined) this.#init.scheduler.clearTimer(this.#timer)
    this.#timer = undefined
    const group = this.#filling
    if (group === undefined || this.#writing !== undefined) return
    this.#filling = undefined
    this.#events = 0
    this.#writing = group.promise
    // Those who joined see a failure by their own promises; a group of records alone may have
    // nobody waiting.
    group.promise.catch(() => undefined)
    this.#init.write().then(
      () => {
        this.#writing = undefined
        group.resolve()
        this.#run()
      },
      (error: unknown) => {
        const failure = this.#init.onFailure(error)
        this.#failure = failure
        this.#writing = undefined
        group.reject(failure)
        this.#filling?.promise.catch(() => undefined)
        this.#filling?.reject(failure)
        this.#filling = undefined
      }
    )
  }
}
