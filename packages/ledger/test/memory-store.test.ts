import assert from 'node:assert/strict'
import { createMemoryStore, type MemoryStore } from '../src/index.ts'
import { describeLedgerStore } from './support/describe-ledger-store.ts'

describeLedgerStore('memory store', {
  open: async () => createMemoryStore(),
  reopen: async store => {
    const left = (store as MemoryStore).crash(() => true)
    await store.close()
    return left
  }
})

describe('memory store without power', () => {
  const put = (name: string): { key: Buffer; value: Buffer } => ({
    key: Buffer.from(name),
    value: Buffer.from(name)
  })
  const has = async (store: MemoryStore, names: string): Promise<string> => {
    const found = await store.getMany([...names].map(name => Buffer.from(name)))
    return [...names].filter((_, i) => found[i] !== undefined).join('')
  }

  it('keeps all that was synced, and any subset of what was not', async () => {
    const store = createMemoryStore()
    await store.write([put('a')], false)
    await store.write([put('b')], true)
    await store.write([put('c')], false)
    await store.write([put('d')], false)
    assert.equal(await has(store, 'abcd'), 'abcd')
    const left = store.crash(index => index === 1)
    assert.equal(await has(left, 'abcd'), 'abd')
    await assert.rejects(store.get(Buffer.from('a')), { code: 'LEDGER_CLOSED' })
  })

  it('may keep or lose a synced write that was under way, but never half of it', async () => {
    for (const survives of [true, false]) {
      const stuck = Promise.withResolvers<void>()
      const store = createMemoryStore({ beforeSync: () => stuck.promise })
      const written = store.write([put('a'), put('b')], true)
      const left = store.crash(() => survives)
      stuck.resolve()
      await assert.rejects(written, { code: 'LEDGER_CLOSED' })
      assert.equal(await has(left, 'ab'), survives ? 'ab' : '')
    }
  })
})
