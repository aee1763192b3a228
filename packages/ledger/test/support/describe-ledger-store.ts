import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  LedgerError,
  LedgerErrorCode,
  type LedgerStore,
  type StoreRecord
} from '../../src/index.ts'

/**
 * What a test of a {@link LedgerStore} needs: an empty store, and the same one closed and opened
 * again.
 */
export interface StoreFixture {
  open(): Promise<LedgerStore>
  reopen(store: LedgerStore): Promise<LedgerStore>
}

const bytes = (text: string): Buffer => Buffer.from(text)
const all = { gte: Buffer.of(0), lt: Buffer.of(255) }
const textOf = (records: readonly StoreRecord[]): string[] =>
  records.map(([key, value]) => `${Buffer.from(key)}=${Buffer.from(value)}`)

/** The contract of a {@link LedgerStore}: every implementation passes these. */
export function describeLedgerStore(name: string, { open, reopen }: StoreFixture): void {
  describe(`${name} as a ledger store`, () => {
    let store: LedgerStore

    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    it('gives back what was put, and nothing else', async () => {
      await store.write(
        [
          { key: bytes('a'), value: bytes('1') },
          { key: bytes('b'), value: new Uint8Array() }
        ],
        true
      )
      assert.deepEqual(Buffer.from((await store.get(bytes('a')))!), bytes('1'))
      assert.equal((await store.get(bytes('b')))?.length, 0)
      assert.equal(await store.get(bytes('c')), undefined)
      const many = await store.getMany([bytes('c'), bytes('a'), bytes('a')])
      assert.deepEqual(
        many.map(value => value && Buffer.from(value).toString()),
        [undefined, '1', '1']
      )
      assert.deepEqual(await store.getMany([]), [])
    })

    it('takes the operations of a batch in order', async () => {
      const [key, value] = [bytes('a'), bytes('1')]
      await store.write(
        [{ key, value }, { key }, { key: bytes('b'), value }, { key, value: bytes('2') }],
        true
      )
      assert.deepEqual(textOf(await store.range(all, 9)), ['a=2', 'b=1'])
      await store.write([{ key }, { key: bytes('not there') }], true)
      assert.deepEqual(textOf(await store.range(all, 9)), ['b=1'])
    })

    it('orders keys as bytes, and reads ranges from either end', async () => {
      const keys = [[0x62], [0x62, 0], [0x62, 0, 255], [0x62, 1], [0x62, 200], [0x63]].map(key =>
        Buffer.from(key)
      )
      await store.write(
        keys.toReversed().map(key => ({ key, value: key })),
        true
      )
      const read = async (limit: number, reverse?: boolean): Promise<Buffer[]> => {
        const records = await store.range({ gte: keys[1]!, lt: keys[5]! }, limit, reverse)
        return records.map(([key]) => Buffer.from(key))
      }
      assert.deepEqual(await read(9), keys.slice(1, 5))
      assert.deepEqual(await read(2), keys.slice(1, 3))
      assert.deepEqual(await read(2, true), keys.slice(3, 5).toReversed())
      assert.deepEqual(await store.range({ gte: keys[5]!, lt: keys[1]! }, 9), [])
    })

    it('copies keys and values before it returns', async () => {
      const [key, value] = [bytes('key'), bytes('value')]
      const written = store.write([{ key, value }], true)
      key.fill(0)
      value.fill(0)
      await written
      assert.deepEqual(textOf(await store.range(all, 9)), ['key=value'])
    })

    it('keeps what was written when it is closed and opened', async () => {
      await store.write([{ key: bytes('a'), value: bytes('1') }], true)
      await store.write([{ key: bytes('b'), value: bytes('2') }], false)
      store = await reopen(store)
      assert.deepEqual(textOf(await store.range(all, 9)), ['a=1', 'b=2'])
    })

    it('refuses everything once closed, which it may be twice', async () => {
      await store.close()
      await store.close()
      const isClosed = (error: unknown): boolean =>
        error instanceof LedgerError && error.code === LedgerErrorCode.closed
      await assert.rejects(store.get(bytes('a')), isClosed)
      await assert.rejects(store.getMany([bytes('a')]), isClosed)
      await assert.rejects(store.range(all, 1), isClosed)
      await assert.rejects(store.write([{ key: bytes('a'), value: bytes('1') }], true), isClosed)
    })

    it('holds what a map would, after any batches', async () => {
      const operation = fc.tuple(fc.nat(12), fc.option(fc.nat(255), { nil: undefined }))
      const batches = fc.array(fc.array(operation, { maxLength: 6 }), { maxLength: 5 })
      const model = new Map<string, string>()
      const property = fc.asyncProperty(batches, async writes => {
        for (const batch of writes) {
          const operations = batch.map(([name, value]) => {
            const key = bytes(String.fromCharCode(97 + name))
            return value === undefined ? { key } : { key, value: bytes(`${value}`) }
          })
          await store.write(operations, batch.length % 2 === 0)
          for (const { key, value } of operations) {
            if (value === undefined) model.delete(`${key}`)
            else model.set(`${key}`, `${value}`)
          }
        }
        const expected = [...model].sort().map(([key, value]) => `${key}=${value}`)
        assert.deepEqual(textOf(await store.range(all, 99)), expected)
      })
      await fc.assert(property, { numRuns: 20, seed: 12, endOnFailure: true })
    })
  })
}
