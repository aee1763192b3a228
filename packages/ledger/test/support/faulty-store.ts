import type { LedgerStore, StoreOperation } from '../../src/index.ts'

export interface WriteHook {
  /** Sees each batch before it is written: may change it, or throw in its stead. */
  onWrite: (batch: readonly StoreOperation[]) => readonly StoreOperation[]
}

/** A store whose writes can be made to fail or to go wrong on their way down. */
export function hookWrites(store: LedgerStore, hook: WriteHook): LedgerStore {
  return {
    get: key => store.get(key),
    getMany: keys => store.getMany(keys),
    range: (range, limit, reverse) => store.range(range, limit, reverse),
    write: async (batch, sync) => store.write(hook.onWrite(batch), sync),
    close: () => store.close()
  }
}
