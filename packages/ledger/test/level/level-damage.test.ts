import assert from 'node:assert/strict'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  FaultClass,
  LedgerError,
  LedgerErrorCode,
  type LedgerStore,
  type Witnessed
} from '../../src/index.ts'
import { bundleKey, keyNumber, partsFrom } from '../../src/keys.ts'
import { openLevelStore } from '../../src/level/index.ts'
import { entriesOf, recordsOf } from '../support/damage.ts'
import { copyFolder, filesOf, flipBit, makeFolder } from '../support/level-folder.ts'
import { growTo, openTest, verify } from '../support/log.ts'

const SIZE = 1_500
const EVENT_FAULTS: ReadonlySet<FaultClass> = new Set([
  FaultClass.eventDamaged,
  FaultClass.eventMissing,
  FaultClass.eventReordered,
  FaultClass.eventDuplicated,
  FaultClass.logTruncated
])

/** The bytes a store still gives for each event, read record by record. */
async function storedEntries(store: LedgerStore): Promise<Array<Buffer | undefined>> {
  const entries: Array<Buffer | undefined> = []
  for (let base = 0; base < SIZE; base += 256) {
    const bundle = await store.get(bundleKey(base / 256)).catch(() => undefined)
    const parts = await store.range(partsFrom(base), 256).catch(() => [])
    const records = bundle === undefined ? parts : [[bundleKey(0), bundle] as const]
    for (const [key, record] of records) {
      let seq = bundle === undefined ? keyNumber(key)! : base
      for (let at = 0; at + 2 <= record.length; seq++) {
        const end = at + 2 + Buffer.from(record).readUInt16BE(at)
        entries[seq] = Buffer.from(record.subarray(at, end))
        at = end
      }
    }
  }
  return entries
}

describe('verification of a LevelDB store with one bit flipped', () => {
  const folder = makeFolder()
  const sound = join(folder.path, 'sound')
  const damaged = join(folder.path, 'damaged')
  let entries: Buffer[]
  let witnessed: Witnessed

  before(async () => {
    const store = await openLevelStore(sound, { writeBufferBytes: 64 * 1024 })
    const ledger = await openTest(store)
    await growTo(ledger, 900, 41)
    await ledger.checkpoint()
    await growTo(ledger, SIZE, 41)
    witnessed = await ledger.checkpoint()
    entries = entriesOf(await recordsOf(store), SIZE)
    await ledger.close()
  })
  after(() => folder.remove())

  it('finds nothing wrong with the sound one', async () => {
    copyFolder(sound, damaged)
    const store = await openLevelStore(damaged)
    const report = await verify(store, { witnessed })
    await store.close()
    assert.deepEqual([report.faults, report.events], [[], SIZE])
  })

  for (const kind of [/\.log$/, /\.ldb$/, /^(MANIFEST|CURRENT)/]) {
    it(`names the first event that is not as it was, wherever in ${kind.source} the bit is`, async () => {
      const files = filesOf(sound).filter(({ name }) => kind.test(name))
      assert.notEqual(files.length, 0)
      const where = fc.tuple(fc.nat(files.length - 1), fc.nat())
      const property = fc.asyncProperty(where, async ([file, bit]) => {
        copyFolder(sound, damaged)
        flipBit(damaged, files[file]!.name, bit)
        const opened = await openLevelStore(damaged).catch((error: unknown) => error)
        if (opened instanceof LedgerError) {
          assert.equal(opened.code, LedgerErrorCode.unreadable)
          return
        }
        const store = opened as LedgerStore
        let stored: Array<Buffer | undefined> = []
        const report = await verify(store, { witnessed })
          .finally(() => storedEntries(store).then(entries => (stored = entries)))
          .finally(() => store.close())
        const first = entries.findIndex((entry, i) => stored[i]?.equals(entry) !== true)
        const named = report.faults.find(({ fault }) => EVENT_FAULTS.has(fault))?.seq ?? -1
        assert.equal(named, first, JSON.stringify(report.faults))
        assert.ok(report.ok ? first === -1 : report.faults.length > 0)
      })
      await fc.assert(property, { numRuns: 8, seed: 11, endOnFailure: true })
    })
  }
})
