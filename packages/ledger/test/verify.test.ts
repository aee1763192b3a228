import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Fault, FaultClass, type VerifyReport, type Witnessed } from '../src/index.ts'
import { bundleKey, checkpointKey, cosignatureKey, STATE_KEY, tileKey } from '../src/keys.ts'
import {
  bundlesOf,
  entriesOf,
  forge,
  locate,
  nameOf,
  type Records,
  recordsOf,
  rewriteState,
  rewriteTiles,
  setBundles,
  setEntries,
  storeOf
} from './support/damage.ts'
import { buildLog, growTo, openTest, verify } from './support/log.ts'

const SIZE = 1_400
const SIGNED = [700, 1_330]
const LAST_SIGNED = 1_330
const RUNS = { numRuns: 20, seed: 7 }

/** Classes after which events are not intact any more. */
const OF_EVENTS: ReadonlySet<FaultClass> = new Set([
  FaultClass.eventDamaged,
  FaultClass.eventMissing,
  FaultClass.eventReordered,
  FaultClass.eventDuplicated,
  FaultClass.eventForged,
  FaultClass.logTruncated,
  FaultClass.historyForked
])

const position = fc.integer({ min: 0, max: SIZE - 1 })

describe('verification', () => {
  let clean: Records
  let entries: Buffer[]

  before(async () => {
    clean = await recordsOf(await buildLog(SIZE, SIGNED))
    entries = entriesOf(clean, SIZE)
    setEntries(clean, entries)
  })

  /** Verifies a copy of the log after `damage`. */
  async function verifyDamaged(
    damage: (records: Records) => void,
    witnessed?: Witnessed
  ): Promise<VerifyReport> {
    const records: Records = new Map([...clean].map(([key, value]) => [key, Buffer.from(value)]))
    damage(records)
    return verify(await storeOf(records), { witnessed })
  }

  function assertFirst({ ok, faults }: VerifyReport, fault: FaultClass, seq: number): void {
    assert.equal(ok, false)
    const [first] = faults as [Fault]
    assert.deepEqual([first.fault, first.seq], [fault, seq], JSON.stringify(faults))
  }

  /**
   * Runs `damage` at many positions; the first fault must be of that class, at exactly that event.
   */
  function names<T>(
    fault: FaultClass,
    where: fc.Arbitrary<T>,
    damage: (records: Records, at: T) => number,
    witness?: (at: T) => Witnessed
  ): Promise<void> {
    const property = fc.asyncProperty(where, async at => {
      let seq = -1
      const report = await verifyDamaged(records => {
        seq = damage(records, at)
      }, witness?.(at))
      assertFirst(report, fault, seq)
      assert.equal(report.intact.size, OF_EVENTS.has(fault) ? seq : SIZE)
    })
    return fc.assert(property, RUNS)
  }

  it('finds nothing wrong with sound logs of any size', async () => {
    const sizes = fc.tuple(
      fc.integer({ min: 0, max: 1_100 }),
      fc.double({ min: 0, max: 1, noNaN: true })
    )
    const property = fc.asyncProperty(sizes, async ([size, part]) => {
      const store = await buildLog(size, [Math.floor(size * part), size], 97)
      const report = await verify(store)
      assert.deepEqual(report.faults, [])
      assert.deepEqual([report.ok, report.events, report.intact.size], [true, size, size])
    })
    await fc.assert(property, { numRuns: 15, seed: 1 })
  })

  it('holds for a log whose parts were put together anew, which opens as well', async () => {
    const records: Records = new Map(clean)
    const ledger = await openTest(await storeOf(records))
    assert.deepEqual([ledger.faults, ledger.size], [[], SIZE])
    await growTo(ledger, SIZE + 30)
    assert.equal((await ledger.checkpoint()).size, SIZE + 30)
  })

  it('counts what it verified', async () => {
    const report = await verifyDamaged(() => undefined)
    const { ok, events, checkpoints, cosigned, signed } = report
    assert.deepEqual(
      { ok, events, checkpoints, cosigned },
      { ok: true, events: SIZE, checkpoints: 2, cosigned: 1 }
    )
    assert.equal(signed?.size, LAST_SIGNED)
    assert.deepEqual(report.intact.root, report.root)
  })

  describe('names the exact event and class of', () => {
    it('a bit flipped anywhere in an event', () =>
      names(FaultClass.eventDamaged, fc.tuple(position, fc.nat()), (records, [seq, bit]) => {
        const damaged = entries.map(entry => Buffer.from(entry))
        const entry = damaged[seq]!
        entry[(bit >> 3) % entry.length]! ^= 1 << (bit & 7)
        setEntries(records, damaged)
        return seq
      }))

    it('a bit flipped in a log of many small groups', async () => {
      const small = await recordsOf(await buildLog(SIZE, SIGNED, 11))
      await names(FaultClass.eventDamaged, fc.tuple(position, fc.nat()), (records, [seq, bit]) => {
        for (const name of records.keys()) if (name[0] === 'b') records.delete(name)
        for (const [name, value] of small)
          if ('bp'.includes(name[0]!)) records.set(name, Buffer.from(value))
        const { entry } = locate(records, seq)
        entry[(bit >> 3) % entry.length]! ^= 1 << (bit & 7)
        return seq
      })
    })

    it('a bit flipped in an event that nothing has signed, its link included', () =>
      names(
        FaultClass.eventDamaged,
        fc.tuple(fc.integer({ min: LAST_SIGNED, max: SIZE - 1 }), fc.nat(2 + 55 + 32 - 1)),
        (records, [seq, byte]) => {
          const damaged = entries.map(entry => Buffer.from(entry))
          damaged[seq]![byte]! ^= 16
          setEntries(records, damaged)
          return seq
        }
      ))

    it('a record past the end', () =>
      names(FaultClass.indexDamaged, fc.integer({ min: 6, max: 99 }), (records, index) => {
        records.set(nameOf(bundleKey(index)), records.get(nameOf(bundleKey(2)))!)
        return index * 256
      }))

    it('an event taken out', () =>
      names(FaultClass.eventMissing, fc.integer({ min: 0, max: SIZE - 2 }), (records, seq) => {
        const bundles = bundlesOf(entries)
        bundles[Math.floor(seq / 256)]!.splice(seq % 256, 1)
        setBundles(records, bundles)
        return seq
      }))

    it('a bundle taken out', () =>
      names(FaultClass.eventMissing, fc.integer({ min: 0, max: 4 }), (records, index) => {
        records.delete(`b${nameOf(Buffer.of(0, 0, 0, index))}`)
        return index * 256
      }))

    it('bundles taken out together with their leaf hashes', () =>
      names(FaultClass.eventMissing, fc.tuple(fc.nat(3), fc.nat(3)), (records, [a, b]) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        for (let index = from; index <= to; index++) {
          records.delete(`b${nameOf(Buffer.of(0, 0, 0, index))}`)
          records.delete(nameOf(tileKey(0, index)))
        }
        return from * 256
      }))

    it('a lost tail', () =>
      names(FaultClass.logTruncated, position, (records, size) => {
        const bundles = bundlesOf(entries).map((bundle, i) =>
          bundle.slice(0, Math.max(0, size - i * 256))
        )
        setBundles(records, bundles)
        for (const [name, value] of records) if (value.length === 0) records.delete(name)
        return size
      }))

    it('two events that changed places', () =>
      names(
        FaultClass.eventReordered,
        fc.tuple(position, position).filter(([a, b]) => a !== b),
        (records, [a, b]) => {
          const swapped = [...entries]
          swapped[a] = entries[b]!
          swapped[b] = entries[a]!
          setEntries(records, swapped)
          return Math.min(a, b)
        }
      ))

    it('two bundles that changed places', () =>
      names(
        FaultClass.eventReordered,
        fc.tuple(fc.nat(4), fc.nat(4)).filter(([a, b]) => a !== b),
        (records, [a, b]) => {
          const [nameA, nameB] = [a, b].map(index => `b${nameOf(Buffer.of(0, 0, 0, index))}`)
          const [valueA, valueB] = [records.get(nameA!)!, records.get(nameB!)!]
          records.set(nameA!, valueB)
          records.set(nameB!, valueA)
          return Math.min(a, b) * 256
        }
      ))

    it('a copy of an event over another', () =>
      names(
        FaultClass.eventDuplicated,
        fc.tuple(position, position).filter(([a, b]) => a !== b),
        (records, [from, to]) => {
          const copied = [...entries]
          copied[to] = entries[from]!
          setEntries(records, copied)
          return to
        }
      ))

    it('a copy of an event put in between', () =>
      names(
        FaultClass.eventDuplicated,
        fc.tuple(position, position).filter(([a, b]) => a !== b),
        (records, [from, to]) => {
          const bundles = bundlesOf(entries)
          bundles[Math.floor(to / 256)]!.splice(to % 256, 0, entries[from]!)
          setBundles(records, bundles)
          return to
        }
      ))

    it('an event rewritten with every link after it and the state record', () =>
      names(FaultClass.eventForged, fc.nat(LAST_SIGNED - 1), (records, seq) => {
        const forged = forge(entries, seq)
        setEntries(records, forged)
        rewriteState(records, forged)
        return seq
      }))

    it('a flipped bit in a tile', () =>
      names(
        FaultClass.indexDamaged,
        fc.tuple(fc.nat(LAST_SIGNED - 1), fc.nat(255)),
        (records, [seq, bit]) => {
          const tile = records.get(nameOf(tileKey(0, Math.floor(seq / 256))))!
          tile[(seq % 256) * 32 + (bit >> 3)]! ^= 1 << (bit & 7)
          return seq
        }
      ))

    it('a flipped bit in a tile of tiles', () =>
      names(FaultClass.indexDamaged, fc.tuple(fc.nat(4), fc.nat(255)), (records, [index, bit]) => {
        records.get(nameOf(tileKey(1, 0)))![index * 32 + (bit >> 3)]! ^= 1 << (bit & 7)
        return index * 256
      }))

    it('a lost tile', () =>
      names(FaultClass.indexDamaged, fc.nat(5), (records, index) => {
        records.delete(nameOf(tileKey(0, index)))
        return index * 256
      }))

    it('a flipped bit in the state record', () =>
      names(FaultClass.indexDamaged, fc.nat(), (records, bit) => {
        const state = records.get(nameOf(STATE_KEY))!
        state[(bit >> 3) % state.length]! ^= 1 << (bit & 7)
        return SIZE
      }))

    it('a flipped bit in a checkpoint', () =>
      names(
        FaultClass.checkpointInvalid,
        fc.tuple(fc.constantFrom(...SIGNED), fc.nat()),
        (records, [size, bit]) => {
          const note = records.get(nameOf(checkpointKey(size)))!
          note[(bit >> 3) % note.length]! ^= 1 << (bit & 7)
          return size
        }
      ))

    it('a flipped bit in a cosignature', () =>
      names(FaultClass.checkpointInvalid, fc.nat(), (records, bit) => {
        const cosignature = records.get(nameOf(cosignatureKey(0)))!
        cosignature[(bit >> 3) % cosignature.length]! ^= 1 << (bit & 7)
        return 0
      }))

    it('a history rewritten to the last tile, but for the signatures', () =>
      names(FaultClass.historyForked, fc.nat(LAST_SIGNED - 1), (records, seq) => {
        const forged = forge(entries, seq)
        setEntries(records, forged)
        rewriteState(records, forged)
        rewriteTiles(records, forged)
        // Nothing is left to tell events under one signature apart: the first of them is named.
        const signedAt = [SIGNED[0]!, 1_024]
        return signedAt.findLast(size => size <= seq) ?? 0
      }))

    it('a rollback to an earlier state of the store', () =>
      names(
        FaultClass.logTruncated,
        fc.integer({ min: 1, max: 2_000 }),
        () => SIZE,
        ahead => ({ size: SIZE + ahead, root: new Uint8Array(32) })
      ))

    it('a second history, shown to a witness', () =>
      names(
        FaultClass.historyForked,
        fc.integer({ min: LAST_SIGNED + 1, max: SIZE }),
        () => LAST_SIGNED,
        size => ({ size, root: new Uint8Array(32) })
      ))

    it('the last checkpoint gone', async () => {
      const report = await verifyDamaged(records =>
        records.delete(nameOf(checkpointKey(LAST_SIGNED)))
      )
      assertFirst(report, FaultClass.checkpointInvalid, LAST_SIGNED)
    })
  })
})
