import { ClassicLevel } from 'classic-level'
import { toBuffer } from '../bytes.ts'
import type { KeyRange } from '../keys.ts'
import type { LedgerStore, StoreOperation, StoreRecord } from '../store.ts'
import { ledgerErrorOf } from './level-errors.ts'
import { checkTables } from './table-check.ts'

export interface LevelStoreInit {
  /**
   * Memory for records not yet sorted, up to twice this; default 256 KiB, a busy node alone takes 4
   * MiB.
   */
  readonly writeBufferBytes?: number
  /**
   * Memory for blocks read; default 64 KiB. The ledger reads sequentially and hardly gains from
   * more.
   */
  readonly cacheBytes?: number
}

const DEFAULT_WRITE_BUFFER_BYTES = 256 * 1024
const DEFAULT_CACHE_BYTES = 64 * 1024

/** What one read of a range may hold in memory before LevelDB is asked again. */
const RANGE_BYTES = 1024 * 1024

/**
 * Opens a LevelDB store in folder `path`, made if need be. One process at a time may have it open.
 *
 * Rejects with `LEDGER_LOCKED`, `LEDGER_PERMISSION`, `LEDGER_DISK_FULL`, `LEDGER_UNREADABLE` or
 * `LEDGER_IO`.
 */
export async function openLevelStore(
  path: string,
  init: LevelStoreInit = {}
): Promise<LedgerStore> {
  try {
    checkTables(path)
    const database = new ClassicLevel<Buffer, Buffer>(path, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
      // Signatures and hashes don't compress.
      compression: false,
      writeBufferSize: init.writeBufferBytes ?? DEFAULT_WRITE_BUFFER_BYTES,
      cacheSize: init.cacheBytes ?? DEFAULT_CACHE_BYTES
    })
    await database.open()
    return new LevelStore(database, path)
  } catch (error) {
    throw ledgerErrorOf(error, path)
  }
}

class LevelStore implements LedgerStore {
  readonly #database: ClassicLevel<Buffer, Buffer>
  readonly #path: string

  constructor(database: ClassicLevel<Buffer, Buffer>, path: string) {
    this.#database = database
    this.#path = path
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#run(async () => {
      const value = await this.#database.get(toBuffer(key), { fillCache: false })
      return value ?? this.#scanFor(key)
    })
  }

  getMany(keys: readonly Uint8Array[]): Promise<Array<Uint8Array | undefined>> {
    return this.#run(async () => {
      const values = await this.#database.getMany(keys.map(toBuffer), { fillCache: false })
      return Promise.all(values.map((value, i) => value ?? this.#scanFor(keys[i]!)))
    })
  }

  range({ gte, lt }: KeyRange, limit: number, reverse = false): Promise<StoreRecord[]> {
    const range = { gte: toBuffer(gte), lt: toBuffer(lt), limit, reverse }
    const options = { ...range, fillCache: false, highWaterMarkBytes: RANGE_BYTES }
    return this.#run(() => this.#database.iterator(options).all())
  }

  write(operations: readonly StoreOperation[], sync: boolean): Promise<void> {
    return this.#run(() => {
      const batch = this.#database.batch()
      for (const { key, value } of operations) {
        if (value === undefined) batch.del(toBuffer(key))
        else batch.put(toBuffer(key), toBuffer(value))
      }
      return batch.write({ sync })
    })
  }

  close(): Promise<void> {
    return this.#run(() => this.#database.close())
  }

  /**
   * One flipped bit in a table's Bloom filter makes a key seem absent; an iterator does not ask the
   * filter.
   */
  async #scanFor(key: Uint8Array): Promise<Uint8Array | undefined> {
    const [record] = await this.#database.iterator({ gte: toBuffer(key), limit: 1 }).all()
    return record?.[0].equals(key) ? record[1] : undefined
  }

  async #run<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      throw ledgerErrorOf(error, this.#path)
    }
  }
}
