import assert from 'node:assert/strict'
import { TICKS_PER_MS } from '../src/event.ts'
import {
  createMemoryStore,
  encodeEvent,
  type Ledger,
  LedgerError,
  type LedgerEvent,
  type LedgerInit,
  leafHash,
  MAX_PAYLOAD_BYTES,
  openLedger
} from '../src/index.ts'
import { STATE_KEY, tileKey } from '../src/keys.ts'
import { NO_HASH } from '../src/merkle/hash.ts'
import { Tree } from '../src/merkle/tree.ts'
import { decodeState, encodeState, type LedgerState } from '../src/state.ts'
import { Writer } from '../src/writer.ts'
import { createCosigner, ORIGIN } from './support/cosigner.ts'
import { entriesOf, nameOf, recordsOf, storeOf } from './support/damage.ts'
import { hookWrites, type WriteHook } from './support/faulty-store.ts'
import { buildLog, collect, cosigner, eventInput, growTo, openTest, verify } from './support/log.ts'
import { treeHash } from './support/reference.ts'
import { createVirtualTime, settled } from './support/virtual-time.ts'

async function readAll(ledger: Ledger): Promise<LedgerEvent[]> {
  return collect(ledger.read())
}

/** A ledger on virtual time with the default timing. */
async function openTimed(
  init: Partial<LedgerInit> = {}
): Promise<{ ledger: Ledger; time: ReturnType<typeof createVirtualTime> }> {
  const time = createVirtualTime()
  const { clock, scheduler } = time
  const store = createMemoryStore()
  const ledger = await openLedger({ store, clock, scheduler, origin: ORIGIN, cosigner, ...init })
  return { ledger, time }
}

describe('ledger', () => {
  it('keeps events as given, in order, each linked to the one before', async () => {
    const ledger = await openTest(createMemoryStore())
    await growTo(ledger, 700, 130)
    const events = await readAll(ledger)
    assert.equal(events.length, 700)
    let prev = Buffer.alloc(32)
    for (const [seq, event] of events.entries()) {
      const { type, actor, policyVersion, payload } = eventInput(seq)
      assert.deepEqual(
        {
          ...event,
          actor: Buffer.from(event.actor),
          payload: Buffer.from(event.payload),
          prev: Buffer.from(event.prev)
        },
        { type, actor, policyVersion, payload, seq, prev, timeMs: 1_000_000, tick: event.tick }
      )
      prev = Buffer.from(leafHash(Buffer.from(encodeEvent(event))), 'latin1')
    }
    assert.deepEqual(Buffer.from(ledger.head().leaf), prev)
    assert.deepEqual(Buffer.from(ledger.root()), treeHash(events.map(encodeEvent)))
  })

  it('reads any part of the log', async () => {
    const ledger = await openTest(createMemoryStore())
    await growTo(ledger, 600)
    const seqs = async (from?: number, limit?: number): Promise<number[]> => {
      const options = {
        ...(from === undefined ? {} : { from }),
        ...(limit === undefined ? {} : { limit })
      }
      return (await collect(ledger.read(options))).map(({ seq }) => seq)
    }
    assert.equal((await seqs()).length, 600)
    assert.deepEqual(await seqs(254, 4), [254, 255, 256, 257])
    assert.deepEqual(await seqs(598), [598, 599])
    assert.deepEqual(await seqs(600), [])
    assert.deepEqual(await seqs(0, 0), [])
  })

  it('writes after its window, acknowledges after the write', async () => {
    const { ledger, time } = await openTimed({ checkpointEveryMs: 0 })
    const receipts: unknown[] = []
    for (const n of [0, 1])
      void ledger.append(eventInput(n)).then(receipt => receipts.push(receipt))
    await time.advance(1)
    assert.deepEqual([ledger.size, receipts], [0, []])
    await time.advance(1)
    assert.deepEqual(
      [ledger.size, receipts],
      [
        2,
        [
          { seq: 0, timeMs: 1_000_000 },
          { seq: 1, timeMs: 1_000_000 }
        ]
      ]
    )
    assert.equal(time.pending, 0)
  })

  it('appends several events one after the other, in one group', async () => {
    const ledger = await openTest(createMemoryStore())
    await ledger.append(eventInput(0))
    const first = ledger.appendAll([1, 2, 3].map(n => eventInput(n)))
    const next = ledger.append(eventInput(4))
    assert.equal((await first).seq, 1)
    assert.equal((await next).seq, 4)
    await assert.rejects(ledger.appendAll([]), { code: 'LEDGER_LIMIT' })
  })

  it('takes the longest event and refuses a longer one', async () => {
    const ledger = await openTest(createMemoryStore())
    await ledger.append(eventInput(0, MAX_PAYLOAD_BYTES))
    await assert.rejects(ledger.append(eventInput(0, MAX_PAYLOAD_BYTES + 1)), {
      code: 'LEDGER_LIMIT'
    })
    await growTo(ledger, 300, 7)
    assert.equal((await readAll(ledger))[0]?.payload.length, MAX_PAYLOAD_BYTES)
  })

  it('refuses events while too many bytes wait, and takes them again after', async () => {
    const ledger = await openTest(createMemoryStore(), {
      groupCommit: { maxEvents: 1, maxWaitingBytes: 1_000 }
    })
    const taken = [0, 1, 2, 3].map(n => ledger.append(eventInput(n, 100)))
    const refused = ledger.append(eventInput(5, 1_000))
    await assert.rejects(refused, { code: 'LEDGER_OVERLOADED' })
    await Promise.all(taken)
    await ledger.append(eventInput(5, 300))
    assert.equal(ledger.size, 5)
  })

  it('refuses a configuration out of its limits', async () => {
    const store = createMemoryStore()
    await assert.rejects(openTest(store, { origin: 'two words' }), { code: 'LEDGER_LIMIT' })
    await assert.rejects(openTest(store, { origin: 'x'.repeat(256) }), { code: 'LEDGER_LIMIT' })
    const short = { ...cosigner, publicKey: cosigner.publicKey.subarray(1) }
    await assert.rejects(openTest(store, { cosigner: short }), { code: 'LEDGER_LIMIT' })
  })

  it('never lets time fall, whatever its clock does', async () => {
    const times = [500, 500, 400, 600]
    const ledger = await openTest(createMemoryStore(), { clock: () => times.shift() ?? 0 })
    for (const n of [0, 1, 2, 3, 4]) await ledger.append(eventInput(n))
    const stamps = (await readAll(ledger)).map(({ timeMs, tick }) => [timeMs, tick])
    assert.deepEqual(stamps, [
      [500, 0],
      [500, 1],
      [500, 2],
      [600, 0],
      [600, 1]
    ])
  })

  it('moves time on when the ticks of a millisecond are used up', () => {
    const tree = Tree.empty()
    const end = { tree, head: NO_HASH, timeMs: 9, tick: TICKS_PER_MS - 2, checkpointSize: 0 }
    const writer = new Writer(end)
    const stamps = [0, 1].map(n => {
      writer.add(eventInput(n), 9)
      return writer.timeMs
    })
    assert.deepEqual(stamps, [9, 10])
  })

  it('is closed for good, after writing and signing what waited', async () => {
    const store = createMemoryStore()
    const ledger = await openTest(store, { groupCommit: {} })
    const waiting = ledger.append(eventInput(0))
    await Promise.all([ledger.close(), ledger.close()])
    assert.equal((await waiting).seq, 0)
    await assert.rejects(ledger.append(eventInput(1)), { code: 'LEDGER_CLOSED' })
    await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_CLOSED' })
    const again = await openTest(store.crash(() => false))
    assert.deepEqual([again.size, again.signed?.size], [1, 1])
  })
})

describe('ledger signing', () => {
  it('signs within its interval after an append, and sleeps when all is signed', async () => {
    const { ledger, time } = await openTimed()
    void ledger.append(eventInput(0))
    await time.advance(900)
    assert.deepEqual([ledger.signed], [undefined])
    await time.advance(200)
    assert.deepEqual([ledger.signed?.size, ledger.signed?.timestamp], [1, 1_001])
    assert.equal(time.pending, 0)
  })

  it('cosigns each 1,024 aligned events by itself', async () => {
    const store = createMemoryStore()
    const { ledger, time } = await openTimed({ store, checkpointEveryMs: 0 })
    for (let n = 0; n < 2_100; n++) void ledger.append(eventInput(n))
    await time.advance(10)
    const { events, cosigned, checkpoints } = await verify(store)
    assert.deepEqual([events, cosigned, checkpoints], [2_100, 2, 0])
    await ledger.close()
  })

  it('signs the same tree once', async () => {
    const ledger = await openTest(createMemoryStore())
    await growTo(ledger, 10)
    const checkpoint = await ledger.checkpoint()
    assert.equal(await ledger.checkpoint(), checkpoint)
    await growTo(ledger, 11)
    assert.equal((await ledger.checkpoint()).size, 11)
  })

  it('keeps the newest 16 checkpoints', async () => {
    const store = createMemoryStore()
    const ledger = await openTest(store)
    for (let size = 1; size <= 40; size++) {
      await growTo(ledger, size)
      await ledger.checkpoint()
    }
    const sizes = [...(await recordsOf(store)).keys()]
      .filter(name => name[0] === 'c')
      .map(name => name.charCodeAt(8))
    assert.deepEqual(
      sizes,
      Array.from({ length: 16 }, (_, i) => 25 + i)
    )
    assert.deepEqual((await verify(store)).faults, [])
  })

  it('keeps on appending while the cosigner fails, and signs when it is back', async () => {
    let fails = true
    const flaky = {
      ...cosigner,
      sign: (message: Uint8Array) => {
        if (fails) throw new Error('vault is locked')
        return cosigner.sign(message)
      }
    }
    const { ledger, time } = await openTimed({ cosigner: flaky })
    void ledger.append(eventInput(0))
    await time.advance(1_100)
    assert.deepEqual(
      [ledger.signed, ledger.signingFailure?.code, ledger.readOnly],
      [undefined, 'LEDGER_COSIGNER_FAILED', false]
    )
    await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_COSIGNER_FAILED' })
    fails = false
    await time.advance(1_100)
    assert.deepEqual([ledger.signed?.size, ledger.signingFailure], [1, undefined])
  })

  it('makes up for cosignatures that failed, in order', async () => {
    const store = createMemoryStore()
    let calls = 0
    const flaky = {
      ...cosigner,
      sign: async (message: Uint8Array) => {
        if (calls++ < 2) throw new Error('vault is locked')
        return cosigner.sign(message)
      }
    }
    const ledger = await openTest(store, { cosigner: flaky })
    await growTo(ledger, 3_100, 700)
    while (ledger.signed === undefined) await ledger.checkpoint().catch(() => undefined)
    await ledger.close()
    const { faults, cosigned } = await verify(store.crash(() => true))
    assert.deepEqual([faults, cosigned], [[], 3])
  })

  it('does not keep a signature that does not verify', async () => {
    const store = createMemoryStore()
    const wrong = { ...cosigner, sign: () => new Uint8Array(2_420) }
    const ledger = await openTest(store, { cosigner: wrong })
    await growTo(ledger, 3)
    await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_COSIGNER_FAILED' })
    assert.equal(
      [...(await recordsOf(store)).keys()].some(name => name[0] === 'c'),
      false
    )
  })

  it('opens a log that a former key signed, if told of it', async () => {
    const store = await buildLog(20, [20])
    const successor = createCosigner(9)
    const refused = await openTest(await storeOf(await recordsOf(store)), { cosigner: successor })
    assert.deepEqual(
      refused.faults.map(({ fault }) => fault),
      ['checkpoint-invalid']
    )
    const ledger = await openTest(store, { cosigner: successor, formerKeys: [cosigner] })
    await growTo(ledger, 21)
    assert.deepEqual([ledger.faults, (await ledger.checkpoint()).size], [[], 21])
  })

  const [partial, tile] = [0x70, 0x74]
  const changes = [
    { desc: 'an event', kind: partial, at: 120 },
    { desc: 'the last event', kind: partial, at: -1 },
    { desc: 'a tile', kind: tile, at: 700 }
  ]
  for (const { desc, kind, at } of changes) {
    it(`signs nothing over ${desc} that changed on its way down`, async () => {
      const hook: WriteHook = {
        onWrite: batch =>
          batch.map(operation => {
            if (operation.key[0] !== kind || operation.value === undefined) return operation
            const value = Buffer.from(operation.value)
            value[at < 0 ? value.length + at : at]! ^= 4
            return { key: operation.key, value }
          })
      }
      const ledger = await openTest(hookWrites(createMemoryStore(), hook))
      await growTo(ledger, 300)
      await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_INCONSISTENT' })
      assert.deepEqual([ledger.readOnly, ledger.faults.length, ledger.signed], [true, 1, undefined])
      await assert.rejects(ledger.append(eventInput(300)), { code: 'LEDGER_READ_ONLY' })
      await ledger.close()
    })
  }

  it('signs nothing that does not extend what it signed last', async () => {
    const store = createMemoryStore()
    let reads = 0
    const ledger = await openTest({
      ...hookWrites(store, { onWrite: batch => batch }),
      // Right when the audit compares the tile, wrong when the consistency proof reads it.
      get: async key => {
        const value = await store.get(key)
        if (value === undefined || !tileKey(0, 1).every((byte, i) => byte === key[i])) return value
        return ++reads < 2 ? value : Buffer.from(value).fill(1, 44 * 32, 52 * 32)
      }
    })
    await growTo(ledger, 300)
    await ledger.checkpoint()
    await growTo(ledger, 600)
    await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_INCONSISTENT' })
    assert.equal(ledger.signed?.size, 300)
  })

  it('keeps a tile that fills up while its partial form waits for a signature', async () => {
    const store = createMemoryStore()
    const signing = Promise.withResolvers<void>()
    const slow = {
      ...cosigner,
      sign: async (message: Uint8Array) => {
        await signing.promise
        return cosigner.sign(message)
      }
    }
    const ledger = await openTest(store, { cosigner: slow, groupCommit: { maxEvents: 150 } })
    await growTo(ledger, 200, 200)
    const checkpoint = ledger.checkpoint()
    await settled()
    const waiting = ledger.appendAll(Array.from({ length: 100 }, (_, i) => eventInput(200 + i)))
    signing.resolve()
    assert.equal((await checkpoint).size, 200)
    await waiting
    assert.deepEqual((await verify(store)).faults, [])
  })
})

describe('ledger on a full disk', () => {
  const full = new LedgerError('LEDGER_DISK_FULL', '/x: the disk is full: free some space')

  it('refuses appends, loses nothing acknowledged, and goes on when there is space', async () => {
    const store = createMemoryStore()
    let free = true
    const hook: WriteHook = {
      onWrite: batch => {
        if (free) return batch
        throw full
      }
    }
    const ledger = await openTest(hookWrites(store, hook))
    await growTo(ledger, 300)
    free = false
    const [failing, waiting] = [ledger.append(eventInput(300)), ledger.append(eventInput(301))]
    await assert.rejects(failing, { code: 'LEDGER_DISK_FULL' })
    await assert.rejects(waiting, { code: 'LEDGER_DISK_FULL' })
    const later = await ledger
      .append(eventInput(302))
      .catch((error: unknown) => error as LedgerError)
    assert.ok(later instanceof LedgerError)
    assert.deepEqual(
      [later.code, later.cause, ledger.readOnly, ledger.size],
      ['LEDGER_READ_ONLY', full, true, 300]
    )
    await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_READ_ONLY' })
    assert.equal((await readAll(ledger)).length, 300)
    await ledger.close()

    const again = await openTest(store.crash(() => false))
    assert.deepEqual([again.size, again.faults], [300, []])
    await growTo(again, 400)
    assert.equal((await again.checkpoint()).size, 400)
  })
})

describe('ledger that opens on a damaged log', () => {
  it('takes no events, and says what is wrong and how much is intact', async () => {
    const store = await buildLog(1_400, [1_330])
    const records = await recordsOf(store)
    const [, tail] = [...records].findLast(([name]) => name[0] === 'p')!
    tail[120]! ^= 1
    const ledger = await openTest(await storeOf(records))
    assert.deepEqual(
      ledger.faults.map(({ fault, seq }) => [fault, seq]),
      [['event-damaged', 1_330]]
    )
    assert.deepEqual([ledger.readOnly, ledger.size, ledger.signed?.size], [true, 1_330, 1_330])
    await assert.rejects(ledger.append(eventInput(0)), { code: 'LEDGER_READ_ONLY' })
    await assert.rejects(ledger.checkpoint(), { code: 'LEDGER_READ_ONLY' })
    assert.equal((await readAll(ledger)).length, 1_330)
    const intact = entriesOf(await recordsOf(store), 1_400)
      .slice(0, 1_330)
      .map(entry => entry.subarray(2))
    assert.deepEqual(Buffer.from(ledger.root()), treeHash(intact))
    assert.equal((await ledger.prove(7)).seq, 7)
    await ledger.close()
  })

  const states: Array<{ desc: string; change: Partial<LedgerState> }> = [
    { desc: 'another last event', change: { head: leafHash(Buffer.of(1)) } },
    { desc: 'another tree', change: { nodes: [leafHash(Buffer.of(2))] } },
    { desc: 'fewer events', change: { size: 40 } }
  ]
  for (const { desc, change } of states) {
    it(`notices a state record of ${desc}`, async () => {
      const records = await recordsOf(await buildLog(64, [32]))
      const state = decodeState(records.get(nameOf(STATE_KEY))!)!
      records.set(nameOf(STATE_KEY), Buffer.from(encodeState({ ...state, ...change })))
      const ledger = await openTest(await storeOf(records))
      assert.ok(ledger.faults.length > 0)
      await assert.rejects(ledger.append(eventInput(0)), { code: 'LEDGER_READ_ONLY' })
    })
  }

  it('notices a rollback by what a witness saw', async () => {
    const store = await buildLog(500, [300])
    const before = await recordsOf(store)
    const ledger = await openTest(store)
    await growTo(ledger, 600)
    const witnessed = await ledger.checkpoint()
    const rolledBack = await openTest(await storeOf(before), { witnessed })
    assert.deepEqual(
      rolledBack.faults.map(({ fault, seq, count }) => [fault, seq, count]),
      [['log-truncated', 500, 100]]
    )
    const sound = await openTest(await storeOf(await recordsOf(store)), { witnessed })
    assert.deepEqual(sound.faults, [])
  })

  it('notices a log that is not the one a witness saw', async () => {
    const other = await openTest(createMemoryStore())
    await growTo(other, 300, 7)
    await other.append(eventInput(999))
    const ours = await buildLog(400, [350])
    const ledger = await openTest(ours, { witnessed: other.head() })
    assert.deepEqual(
      ledger.faults.map(({ fault }) => fault),
      ['history-forked']
    )
  })

  it('opens on a store that can not be read, to say so', async () => {
    const store = await buildLog(300, [300])
    const unreadable = new LedgerError('LEDGER_UNREADABLE', '/x: damaged')
    const ledger = await openTest({
      ...hookWrites(store, { onWrite: batch => batch }),
      get: async key => {
        if (key[0] === 0x6b) throw unreadable
        return store.get(key)
      }
    })
    assert.deepEqual(
      ledger.faults.map(({ fault, seq }) => [fault, seq]),
      [['index-damaged', 300]]
    )
    assert.deepEqual([ledger.readOnly, ledger.size], [true, 300])
  })

  it('opens in time that does not grow with the log', async () => {
    const store = await buildLog(5_000, [4_900])
    let bytes = 0
    const count = <T extends ReadonlyArray<Uint8Array | undefined>>(values: T): T => {
      for (const value of values) bytes += value?.length ?? 0
      return values
    }
    const ledger = await openTest({
      ...hookWrites(store, { onWrite: batch => batch }),
      get: async key => count([await store.get(key)])[0],
      getMany: async keys => count(await store.getMany(keys)),
      range: async (range, limit, reverse) => {
        const records = await store.range(range, limit, reverse)
        count(records.map(([, value]) => value))
        return records
      }
    })
    assert.deepEqual([ledger.size, ledger.faults], [5_000, []])
    // A note, the tiles of the right edge, the hundred events after them: not the megabyte of the
    // log.
    assert.ok(bytes < 100_000, `${bytes} bytes read`)
  })
})

describe('ledger tail', () => {
  it('yields what is there and what comes, until it is aborted', async () => {
    const ledger = await openTest(createMemoryStore())
    await growTo(ledger, 3)
    const stop = new AbortController()
    const seen: number[] = []
    const reading = (async () => {
      for await (const { seq } of ledger.tail({ from: 1, signal: stop.signal })) seen.push(seq)
    })()
    await settled()
    assert.deepEqual(seen, [1, 2])
    await growTo(ledger, 5)
    await settled()
    assert.deepEqual(seen, [1, 2, 3, 4])
    stop.abort()
    await reading
    await growTo(ledger, 6)
    assert.deepEqual(seen, [1, 2, 3, 4])
  })

  it('loses nothing when its reader is slow, and holds nothing for it', async () => {
    const ledger = await openTest(createMemoryStore())
    const tail = ledger.tail()
    const first = tail.next()
    await settled()
    await growTo(ledger, 900, 50)
    const seen = [(await first).value.seq]
    while (seen.length < 900) seen.push((await tail.next()).value.seq)
    assert.deepEqual(
      seen,
      Array.from({ length: 900 }, (_, i) => i)
    )
  })

  it('ends when the ledger closes', async () => {
    const ledger = await openTest(createMemoryStore())
    const next = ledger.tail().next()
    await settled()
    await ledger.close()
    assert.equal((await next).done, true)
  })
})
