import type { KeySet } from '@torusmesh/protocol'
import type { NodeConfig } from '../config/index.ts'
import type { Standing } from '../view.ts'
import type { DemoSummary } from './demo-summary.ts'
import type { HostRow } from './host-row.ts'
import type { Arrival } from './spread.ts'

/** What a shard is made from; passes between threads. */
export interface ShardInit {
  /** The index in the devnet of its first host; its hosts follow each other. */
  readonly first: number
  /** Of its hosts: what their folders are called. */
  readonly names: readonly string[]
  /** Holds the folders of all hosts. */
  readonly folder: string
  /** Whether keys outlive the run. */
  readonly keepsKeys: boolean
  readonly config: NodeConfig
  /** See {@link DevnetInit.oneWayMs}. */
  readonly oneWayMs?: Float32Array | undefined
  /** Threads that sign and make keys for these hosts. */
  readonly poolThreads: number
}

export type ShardPhase = 'keys' | 'hosts' | 'verifying'

/** A standing changed in one host's view of the mesh. */
export interface StandingChange {
  /** The index of the host in whose view it changed. */
  readonly host: number
  readonly member: string
  readonly standing: Standing
  /** By {@link sharedNowMs}. */
  readonly atMs: number
}

/** What a shard tells unasked. */
export interface ShardEvents {
  standings(changes: readonly StandingChange[]): void
  progress(phase: ShardPhase, done: number): void
}

export type ReportCounts = DemoSummary['reports']
export type LedgerCounts = DemoSummary['ledger']

/**
 * Hosts that share one thread. Everything passed is structured-cloneable and hosts go by their index
 * in the devnet, so that a shard is used alike in this thread and in another.
 */
export interface Shard {
  /** Keys for every host, those in its folder or new ones, in the order of the hosts. */
  prepare(): Promise<KeySet[]>
  /**
   * Opens every host: ledgers verified, listening.
   *
   * @param members - the keys of all hosts of the devnet, by index
   * @returns addresses by member key
   */
  open(genesis: Uint8Array, members: readonly string[]): Promise<Map<string, readonly string[]>>
  /** Lets every host dial; `addresses` are those of the whole mesh. */
  connect(addresses: ReadonlyMap<string, readonly string[]>): Promise<void>
  /** Lets every host beat, report and watch: once all are wired, for beats take the time of dials. */
  watch(): Promise<void>
  /** Living hosts all of whose links are open. */
  wired(): Promise<number>
  rows(): Promise<HostRow[]>
  reports(): Promise<ReportCounts>
  /** A statement of a host for the whole mesh, durable in its ledger, not yet sent. */
  sayReturned(host: number): Promise<Uint8Array>
  /** @returns when it was sent, by {@link sharedNowMs} */
  publish(host: number, envelope: Uint8Array): Promise<number>
  /** Follows how one statement spreads, from now on. */
  watchSpread(envelope: Uint8Array): Promise<void>
  /** How it came to those hosts that it came to. */
  arrivals(): Promise<readonly Arrival[]>
  /**
   * Ends a host as `kill -9` would.
   *
   * @returns when, by {@link sharedNowMs}
   */
  kill(host: number): Promise<number>
  /** Nothing happens by itself any more; links stay open. */
  halt(): Promise<void>
  /** Closes every host, also those of an `open` that is under way or failed. */
  stop(): Promise<void>
  /** Verifies the ledgers of all hosts, which have stopped, from their folders. */
  verify(): Promise<LedgerCounts>
  /** Ends the shard's thread, whatever it does. */
  close(): Promise<void>
}

/** Monotonic milliseconds that mean the same in every thread of the process. */
export function sharedNowMs(): number {
  return performance.timeOrigin + performance.now()
}
