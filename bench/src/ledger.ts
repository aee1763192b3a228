import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Cosigner,
  type EventInput,
  type Ledger,
  type LedgerStore,
  openLedger,
  verifyLedger
} from '@torusmesh/ledger'
import { openLevelStore, systemScheduler } from '@torusmesh/ledger/level'

/** One measurement; `ratio` compares it with `peer`'s. */
export interface LedgerRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer?: string
  readonly ratio?: number
}

const ORIGIN = 'bench.example/ledger'
const EVENTS = 500_000
/** Enough for the compiler to have seen everything. */
const WARM_UP_EVENTS = 100_000
const PAYLOAD_BYTES = 200
const RUNS = 3
/** Appends a caller has under way; more would only queue. */
const IN_FLIGHT = 8_192
const IDLE_LEDGERS = 64
const LARGE_BUFFER_BYTES = 16 * 1024 * 1024
/** hypercore 11.30 on Node, batches of 1,000, measured on the machine this was designed on. */
const HYPERCORE_APPENDS = 98_600
const HYPERCORE_READS = 23_000

function createCosigner(): Cosigner {
  const { publicKey, privateKey } = generateKeyPairSync('ml-dsa-44')
  const raw = publicKey.export({ format: 'raw-public' })
  return { name: ORIGIN, publicKey: raw, sign: message => signInPool(message, privateKey) }
}

/** Signs on a thread of the pool, as a vault in a process of its own would. */
function signInPool(message: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign(null, message, key, (error, signature) => (error ? reject(error) : resolve(signature)))
  })
}

async function open(store: LedgerStore, cosigner: Cosigner): Promise<Ledger> {
  const ports = { store, cosigner, clock: Date.now, scheduler: systemScheduler }
  return openLedger({ ...ports, origin: ORIGIN })
}

/** Appends one event a call until all are durable and under a signed checkpoint. */
async function appendAll(ledger: Ledger, events: number): Promise<number> {
  const payload = new Uint8Array(PAYLOAD_BYTES).fill(7)
  const event: EventInput = { type: 16, actor: new Uint8Array(32), policyVersion: 1, payload }
  const waiting: Array<Promise<unknown>> = []
  const started = performance.now()
  for (let i = 0; i < events; i++) {
    waiting.push(ledger.append(event))
    if (waiting.length === IN_FLIGHT) await Promise.all(waiting.splice(0, IN_FLIGHT / 2))
  }
  await Promise.all(waiting)
  await ledger.checkpoint()
  return (events / (performance.now() - started)) * 1000
}

async function verifyAll(store: LedgerStore, cosigner: Cosigner, events: number): Promise<number> {
  const started = performance.now()
  const report = await verifyLedger(store, { origin: ORIGIN, keys: [cosigner] })
  if (!report.ok || report.events !== events) throw new Error('the benchmark log does not verify')
  return (events / (performance.now() - started)) * 1000
}

async function measure(
  writeBufferBytes: number,
  events: number = EVENTS
): Promise<{ appends: number; verified: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-bench-'))
  const cosigner = createCosigner()
  const store = await openLevelStore(folder, { writeBufferBytes })
  const ledger = await open(store, cosigner)
  const appends = await appendAll(ledger, events)
  await ledger.close()
  const again = await openLevelStore(folder, { writeBufferBytes })
  const verified = await verifyAll(again, cosigner, events)
  await again.close()
  rmSync(folder, { recursive: true })
  return { appends, verified }
}

/** Resident bytes of one more open ledger, with 1,000 events in it and nothing to do. */
async function idleBytes(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-bench-'))
  const cosigner = createCosigner()
  const ledgers: Ledger[] = []
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  for (let i = 0; i < IDLE_LEDGERS; i++) {
    const ledger = await open(await openLevelStore(join(folder, String(i))), cosigner)
    await appendAll(ledger, 1_000)
    ledgers.push(ledger)
  }
  globalThis.gc?.()
  const bytes = (process.memoryUsage.rss() - before) / IDLE_LEDGERS
  await Promise.all(ledgers.map(ledger => ledger.close()))
  rmSync(folder, { recursive: true })
  return bytes
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Durable signed appends, verification and idle memory of the ledger on LevelDB; medians. */
export async function ledgerRows(): Promise<LedgerRow[]> {
  const idle = await idleBytes()
  await measure(LARGE_BUFFER_BYTES, WARM_UP_EVENTS)
  const small = await measure(256 * 1024)
  const large: Array<Awaited<ReturnType<typeof measure>>> = []
  for (let i = 0; i < RUNS; i++) large.push(await measure(LARGE_BUFFER_BYTES))
  const appends = Math.round(median(large.map(run => run.appends)))
  const verified = Math.round(median(large.map(run => run.verified)))
  return [
    {
      name: 'durable, signed appends of 200 B',
      value: appends,
      unit: 'events/s',
      peer: 'hypercore 11',
      ratio: appends / HYPERCORE_APPENDS
    },
    {
      name: 'the same with 256 KiB of write buffer',
      value: Math.round(small.appends),
      unit: 'events/s'
    },
    {
      name: 'full verification',
      value: verified,
      unit: 'events/s',
      peer: 'hypercore 11, read only',
      ratio: verified / HYPERCORE_READS
    },
    { name: 'idle ledger, resident', value: Math.round(idle / 1024), unit: 'KiB' }
  ]
}
