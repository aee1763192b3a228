import type { KeyRange } from './keys.ts'

/** Puts `value` under `key`, or deletes `key` if there is no value. */
export interface StoreOperation {
  readonly key: Uint8Array
  readonly value?: Uint8Array
}

/** One record of a store. */
export type StoreRecord = readonly [key: Uint8Array, value: Uint8Array]

/**
 * The ledger's port to a store of bytes, ordered by key. It is trusted to be durable, not to be
 * right: the ledger verifies whatever comes back.
 *
 * Every method rejects with a {@link LedgerError}; after a failed `write`, the store may hold all
 * of the batch or none of it.
 */
export interface LedgerStore {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** Values in the order of `keys`. */
  getMany(keys: readonly Uint8Array[]): Promise<Array<Uint8Array | undefined>>
  /** Up to `limit` records of a range, ascending, or descending from its end if `reverse`. */
  range(range: KeyRange, limit: number, reverse?: boolean): Promise<StoreRecord[]>
  /**
   * Writes a batch, all of it or nothing. Keys and values are copied before the call returns its
   * promise.
   *
   * @param sync - the promise resolves only when this batch and all earlier ones would survive a
   *   power cut
   */
  write(batch: readonly StoreOperation[], sync: boolean): Promise<void>
  /** Waits for writes under way, then releases the store. May be called twice. */
  close(): Promise<void>
}
