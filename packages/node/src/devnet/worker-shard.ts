import { Worker } from 'node:worker_threads'
import type { KeySet } from '@torusmesh/protocol'
import type { Logger } from '../log/index.ts'
import type { HostRow } from './host-row.ts'
import type { LedgerCounts, ReportCounts, Shard, ShardEvents, ShardInit } from './shard.ts'
import { ShardCaller, type ShardMessage } from './shard-protocol.ts'
import type { Arrival } from './spread.ts'

/** A source file runs its worker from source, a built one from the build. */
const WORKER_URL: URL = new URL(
  import.meta.url.endsWith('.ts') ? './shard-worker.ts' : './shard-worker.js',
  import.meta.url
)

/** Hosts in a thread of their own. Calls are rejected once the thread has ended. */
export class WorkerShard implements Shard {
  readonly #worker: Worker
  readonly #caller: ShardCaller

  constructor(init: ShardInit, logger: Logger, events: ShardEvents) {
    this.#worker = new Worker(WORKER_URL, { workerData: init })
    this.#caller = new ShardCaller(this.#worker)
    this.#worker.on('message', (message: ShardMessage) => this.#received(message, logger, events))
    this.#worker.on('error', error =>
      this.#caller.lose(error instanceof Error ? error : new Error(String(error)))
    )
    this.#worker.on('exit', () => this.#caller.lose(new Error('the thread of a shard has ended')))
  }

  prepare(): Promise<KeySet[]> {
    return this.#caller.call('prepare')
  }

  open(genesis: Uint8Array, members: readonly string[]): Promise<Map<string, readonly string[]>> {
    return this.#caller.call('open', genesis, members)
  }

  connect(addresses: ReadonlyMap<string, readonly string[]>): Promise<void> {
    return this.#caller.call('connect', addresses)
  }

  watch(): Promise<void> {
    return this.#caller.call('watch')
  }

  wired(): Promise<number> {
    return this.#caller.call('wired')
  }

  rows(): Promise<HostRow[]> {
    return this.#caller.call('rows')
  }

  reports(): Promise<ReportCounts> {
    return this.#caller.call('reports')
  }

  sayReturned(host: number): Promise<Uint8Array> {
    return this.#caller.call('sayReturned', host)
  }

  publish(host: number, envelope: Uint8Array): Promise<number> {
    return this.#caller.call('publish', host, envelope)
  }

  watchSpread(envelope: Uint8Array): Promise<void> {
    return this.#caller.call('watchSpread', envelope)
  }

  arrivals(): Promise<readonly Arrival[]> {
    return this.#caller.call('arrivals')
  }

  kill(host: number): Promise<number> {
    return this.#caller.call('kill', host)
  }

  halt(): Promise<void> {
    return this.#caller.call('halt')
  }

  stop(): Promise<void> {
    return this.#caller.call('stop')
  }

  verify(): Promise<LedgerCounts> {
    return this.#caller.call('verify')
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #received(message: ShardMessage, logger: Logger, events: ShardEvents): void {
    switch (message.kind) {
      case 'value':
      case 'error':
        return this.#caller.settle(message)
      case 'standings':
        return events.standings(message.changes)
      case 'progress':
        return events.progress(message.phase, message.done)
      case 'log':
        return relog(logger, message.line)
      default:
        return message satisfies never
    }
  }
}

const LEVELS = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal'
} as const

/** Writes a line of the other thread's log into this one's. */
function relog(logger: Logger, line: string): void {
  const { level, time: _, msg, ...fields } = JSON.parse(line)
  logger[LEVELS[level as keyof typeof LEVELS]](fields, msg)
}
