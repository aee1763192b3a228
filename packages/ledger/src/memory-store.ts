import { toBuffer } from './bytes.ts'
import { LedgerError, LedgerErrorCode } from './errors.ts'
import type { KeyRange } from './keys.ts'
import type { LedgerStore, StoreOperation, StoreRecord } from './store.ts'

export interface MemoryStoreInit {
  /** Stands for the disk: awaited before a synced write counts as durable. Default: at once. */
  readonly beforeSync?: () => Promise<void>
}

/** A {@link LedgerStore} that can lose power. */
export interface MemoryStore extends LedgerStore {
  /** Records held, durable or not. */
  readonly records: number
  /**
   * Cuts the power: this store is dead, and what a disk would still have is in the one returned.
   *
   * A batch is one checksummed record of the store's log. So of the batches not yet synced any
   * subset may survive, each whole or not at all, wherever the lost bytes lie.
   *
   * @param survives - asked for each unsynced batch, oldest first
   */
  crash(survives: (index: number) => boolean): MemoryStore
}

type Batch = ReadonlyArray<readonly [key: string, value: Buffer | undefined]>

/** A store in memory: for tests and the simulator. */
export function createMemoryStore(init: MemoryStoreInit = {}): MemoryStore {
  return new PowerlessStore(init, new Map())
}

class PowerlessStore implements MemoryStore {
  readonly #init: MemoryStoreInit
  /** What readers see. Keys are latin1 strings: they sort as their bytes do. */
  readonly #visible: SortedMap
  /** What a power cut can't take. */
  readonly #durable: Map<string, Buffer>
  #unsynced: Batch[] = []
  #open = true

  constructor(init: MemoryStoreInit, durable: Map<string, Buffer>) {
    this.#init = init
    this.#durable = durable
    this.#visible = new SortedMap(durable)
  }

  get records(): number {
    return this.#visible.size
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    return this.#visible.get(text(key))
  }

  async getMany(keys: readonly Uint8Array[]): Promise<Array<Uint8Array | undefined>> {
    this.#assertOpen()
    return keys.map(key => this.#visible.get(text(key)))
  }

  async range(range: KeyRange, limit: number, reverse = false): Promise<StoreRecord[]> {
    this.#assertOpen()
    return this.#visible.range(text(range.gte), text(range.lt), limit, reverse)
  }

  async write(operations: readonly StoreOperation[], sync: boolean): Promise<void> {
    this.#assertOpen()
    const batch = operations.map(
      ({ key, value }) => [text(key), value === undefined ? value : Buffer.from(value)] as const
    )
    this.#unsynced.push(batch)
    if (sync) await this.#init.beforeSync?.()
    this.#assertOpen()
    for (const [key, value] of batch) this.#visible.set(key, value)
    if (!sync) return
    const upTo = this.#unsynced.indexOf(batch)
    for (const synced of this.#unsynced.splice(0, upTo + 1)) apply(synced, this.#durable)
  }

  async close(): Promise<void> {
    this.#open = false
  }

  crash(survives: (index: number) => boolean): MemoryStore {
    this.#open = false
    const left = new Map(this.#durable)
    for (const [index, batch] of this.#unsynced.entries()) if (survives(index)) apply(batch, left)
    return new PowerlessStore(this.#init, left)
  }

  #assertOpen(): void {
    if (this.#open) return
    throw new LedgerError(LedgerErrorCode.closed, 'the store is closed; open it again')
  }
}

class SortedMap {
  readonly #values: Map<string, Buffer>
  readonly #keys: string[]

  constructor(from: ReadonlyMap<string, Buffer>) {
    this.#values = new Map(from)
    this.#keys = [...from.keys()].sort()
  }

  get size(): number {
    return this.#keys.length
  }

  get(key: string): Buffer | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Buffer | undefined): void {
    const at = this.#find(key)
    const known = this.#keys[at] === key
    if (value === undefined) {
      this.#values.delete(key)
      if (known) this.#keys.splice(at, 1)
    } else {
      this.#values.set(key, value)
      if (!known) this.#keys.splice(at, 0, key)
    }
  }

  range(gte: string, lt: string, limit: number, reverse: boolean): StoreRecord[] {
    const [from, to] = [this.#find(gte), this.#find(lt)]
    const keys = reverse
      ? this.#keys.slice(Math.max(from, to - limit), to).reverse()
      : this.#keys.slice(from, Math.min(to, from + limit))
    return keys.map(key => [Buffer.from(key, 'latin1'), this.#values.get(key)!])
  }

  /** Index of the first key not below `key`. */
  #find(key: string): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

function apply(batch: Batch, to: Map<string, Buffer>): void {
  for (const [key, value] of batch) {
    if (value === undefined) to.delete(key)
    else to.set(key, value)
  }
}

function text(key: Uint8Array): string {
  return toBuffer(key).toString('latin1')
}
