import type { MessagePort, Worker } from 'node:worker_threads'
import type { Shard, ShardPhase, StandingChange } from './shard.ts'

/** What another thread can be asked: all but to end itself. */
export type ShardMethod = Exclude<keyof Shard, 'close'>

export type ShardArguments<M extends ShardMethod> = Parameters<Shard[M]>
export type ShardValue<M extends ShardMethod> = Awaited<ReturnType<Shard[M]>>

interface ShardRequest {
  readonly id: number
  readonly method: ShardMethod
  readonly args: unknown[]
}

/** What the thread of a shard posts. */
export type ShardMessage =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'error'
      readonly id: number
      readonly code: string | undefined
      readonly message: string
    }
  | { readonly kind: 'standings'; readonly changes: readonly StandingChange[] }
  | { readonly kind: 'progress'; readonly phase: ShardPhase; readonly done: number }
  /** A line of the log, JSON. */
  | { readonly kind: 'log'; readonly line: string }

/** Answers requests that come through `port`. */
export function serveShard(port: MessagePort, shard: Promise<Shard>): void {
  port.on('message', async ({ id, method, args }: ShardRequest) => {
    try {
      const call = (await shard)[method] as (...args: unknown[]) => Promise<unknown>
      post(port, { kind: 'value', id, value: await call.apply(await shard, args) })
    } catch (error) {
      const { code, message } = error as Error & { code?: unknown }
      const known = typeof code === 'string' ? code : undefined
      post(port, { kind: 'error', id, code: known, message })
    }
  })
}

export function post(port: MessagePort, message: ShardMessage): void {
  port.postMessage(message)
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Asks a shard in another thread. */
export class ShardCaller {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #lost: Error | undefined

  constructor(worker: Worker) {
    this.#worker = worker
  }

  call<M extends ShardMethod>(method: M, ...args: ShardArguments<M>): Promise<ShardValue<M>> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    const id = this.#nextId++
    const request: ShardRequest = { id, method, args }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: value => resolve(value as ShardValue<M>), reject })
      this.#worker.postMessage(request)
    })
  }

  settle(answer: Extract<ShardMessage, { kind: 'value' | 'error' }>): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.kind === 'value') waiting?.resolve(answer.value)
    else waiting?.reject(errorOf(answer))
  }

  /** The thread has ended: nothing is answered any more. */
  lose(error: Error): void {
    this.#lost ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#lost)
    this.#waiting.clear()
  }
}

function errorOf({ code, message }: Extract<ShardMessage, { kind: 'error' }>): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
