import assert from 'node:assert/strict'
import type { Member } from '../../src/overlay/directory.ts'
import { RecordFetcher } from '../../src/overlay/record-fetcher.ts'

const PEER = { key: 'peer' } as Member
const ID = new Uint8Array(32)

function fetcher() {
  const asked: string[] = []
  const open: (() => void)[] = []
  const clock = { nowMs: 0 }
  const records = new RecordFetcher({
    monotonicMs: () => clock.nowMs,
    fetch: (_member, { key }) => {
      asked.push(key)
      return new Promise(resolve => open.push(resolve))
    }
  })
  return { asked, open, clock, records }
}

describe('record fetcher', () => {
  it('asks for a sender once in 30 seconds', () => {
    const { asked, clock, records } = fetcher()
    for (const nowMs of [0, 1, 29_999, 30_000, 30_001]) {
      clock.nowMs = nowMs
      void records.want('unknown', ID, PEER)
    }
    assert.equal(asked.length, 2)
  })

  it('has 16 questions under way at most, and goes on when one is answered', async () => {
    const { asked, open, records } = fetcher()
    const wanted = Array.from({ length: 40 }, (_, i) => records.want(`member ${i}`, ID, PEER))
    assert.equal(asked.length, 16)
    for (const answer of open.splice(0)) answer()
    await Promise.all(wanted.slice(0, 16))
    // Not remembered as asked: it wasn't.
    void records.want('member 39', ID, PEER)
    assert.equal(asked.length, 17)
  })

  it('forgets the oldest of 1,024 askings, so that made-up senders take no memory', async () => {
    const { asked, open, records } = fetcher()
    for (let i = 0; i <= 1_024; i++) {
      const wanted = records.want(`member ${i}`, ID, PEER)
      open.pop()!()
      await wanted
    }
    const before = asked.length
    void records.want('member 1024', ID, PEER)
    void records.want('member 0', ID, PEER)
    assert.equal(asked.length, before + 1)
  })

  it('a failed question ends like an answered one', async () => {
    const records = new RecordFetcher({
      monotonicMs: () => 0,
      fetch: () => Promise.reject(new Error('gone'))
    })
    for (let i = 0; i < 20; i++) await assert.rejects(records.want(`member ${i}`, ID, PEER), /gone/)
  })
})
