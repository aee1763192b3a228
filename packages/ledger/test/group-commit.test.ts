import assert from 'node:assert/strict'
import { GroupCommit } from '../src/group-commit.ts'
import { LedgerError, LedgerErrorCode } from '../src/index.ts'
import { createVirtualTime, settled, type VirtualTime } from './support/virtual-time.ts'

/** A group commit over a disk that takes 5 ms a write and says what it does. */
function start(failAt = Infinity): {
  commit: GroupCommit
  time: VirtualTime
  said: string[]
  join: (n: number) => void
} {
  const time = createVirtualTime(0)
  const said: string[] = []
  const say = (what: string): number => said.push(`${time.clock()} ${what}`)
  let writes = 0
  const commit = new GroupCommit({
    scheduler: time.scheduler,
    windowMs: 2,
    maxEvents: 4,
    write: () => {
      const number = ++writes
      say(`write ${number}`)
      return new Promise((resolve, reject) => {
        const end = number === failAt ? () => reject(new Error('disk')) : resolve
        time.scheduler.setTimer(() => end(), 5)
      })
    },
    onFailure: cause => new LedgerError(LedgerErrorCode.io, 'the disk failed', cause)
  })
  const join = (events: number): void => {
    const name = writes + 1
    commit.join(events).then(
      () => say(`done ${name}`),
      (error: LedgerError) => say(`lost ${name} ${error.code}`)
    )
  }
  return { commit, time, said, join }
}

describe('group commit', () => {
  it('waits its window for company when idle', async () => {
    const { time, said, join } = start()
    join(1)
    await time.advance(1)
    join(1)
    await time.advance(20)
    assert.deepEqual(said, ['2 write 1', '7 done 1', '7 done 1'])
    assert.equal(time.pending, 0)
  })

  it('waits no longer once a group is large enough, but lets the burst end', async () => {
    const { time, said, join } = start()
    for (let i = 0; i < 9; i++) join(1)
    assert.deepEqual(said, [])
    await settled()
    assert.deepEqual(said, ['0 write 1'])
    await time.advance(20)
    assert.equal(said.length, 1 + 9)
  })

  it('makes one group of all that comes while it writes, and writes it at once', async () => {
    const { time, said, join } = start()
    join(4)
    await settled()
    join(1)
    await time.advance(3)
    join(7)
    await time.advance(20)
    assert.deepEqual(said, ['0 write 1', '5 write 2', '5 done 1', '10 done 2', '10 done 2'])
  })

  it('flushes without its window, up to what had joined', async () => {
    const { commit, time, said, join } = start()
    join(1)
    const flushed = commit.flush()
    await settled()
    join(1)
    void commit.flush()
    flushed.then(() => said.push('flushed'))
    await time.advance(6)
    assert.deepEqual(said, ['0 write 1', '5 write 2', '5 done 1', 'flushed'])
    await time.advance(20)
    await commit.flush()
  })

  it('loses the group that failed, the one that waited, and takes no more', async () => {
    const { commit, time, said, join } = start(2)
    join(4)
    await settled()
    join(1)
    await time.advance(6)
    join(1)
    await time.advance(20)
    assert.deepEqual(said, [
      '0 write 1',
      '5 write 2',
      '5 done 1',
      '10 lost 2 LEDGER_IO',
      '10 lost 3 LEDGER_IO'
    ])
    await assert.rejects(commit.join(1), { code: 'LEDGER_IO' })
    await assert.rejects(commit.flush(), { code: 'LEDGER_IO' })
  })
})
