import {
  createMemoryStore,
  type EventInput,
  type Ledger,
  type LedgerInit,
  type LedgerStore,
  type MemoryStore,
  openLedger,
  type VerifyReport,
  verifyLedger
} from '../../src/index.ts'
import { createCosigner, ORIGIN } from './cosigner.ts'
import { createVirtualTime } from './virtual-time.ts'

export const cosigner = createCosigner()

/** An event that differs from every other `n`; of 100 to 163 bytes. */
export function eventInput(n: number, payloadBytes: number = 9 + (n % 64)): EventInput {
  const payload = Buffer.alloc(payloadBytes, `${n};`)
  return { type: 16, actor: Buffer.alloc(32, n % 256), policyVersion: n % 7, payload }
}

/** Opens a ledger that writes after each burst and signs on demand only. */
export function openTest(store: LedgerStore, init: Partial<LedgerInit> = {}): Promise<Ledger> {
  const { clock, scheduler } = createVirtualTime()
  const ports = { store, clock, scheduler, cosigner, origin: ORIGIN }
  return openLedger({ ...ports, groupCommit: { maxEvents: 1 }, checkpointEveryMs: 0, ...init })
}

/** Appends events `[ledger.size, size)` in groups of `group`. */
export async function growTo(ledger: Ledger, size: number, group = 300): Promise<void> {
  while (ledger.size < size) {
    const from = ledger.size
    const count = Math.min(group, size - from)
    await ledger.appendAll(Array.from({ length: count }, (_, i) => eventInput(from + i)))
  }
}

/**
 * A store with a log of `size` events, checkpoints at `signedAt`, and an end that nothing has
 * signed.
 */
export async function buildLog(
  size: number,
  signedAt: readonly number[],
  group?: number
): Promise<MemoryStore> {
  const store = createMemoryStore()
  const ledger = await openTest(store)
  for (const at of signedAt) {
    await growTo(ledger, at, group)
    await ledger.checkpoint()
  }
  await growTo(ledger, size, group)
  return store
}

export function verify(
  store: LedgerStore,
  init: { witnessed?: LedgerInit['witnessed'] } = {}
): Promise<VerifyReport> {
  return verifyLedger(store, { origin: ORIGIN, keys: [cosigner], ...init })
}

/** Everything an async iterable yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}
