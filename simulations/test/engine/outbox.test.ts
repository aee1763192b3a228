import assert from 'node:assert/strict'
import { ownWords } from '../../src/engine/chunk-queues.ts'
import { eachReceiver, Outbox, readLetters } from '../../src/engine/outbox.ts'

const SHARDS = 70

/** Payload words by receiver, in the order they are read. */
function delivered(outbox: Outbox): [shard: number, said: number[]][] {
  const mail: [number, number[]][] = []
  eachReceiver(outbox.columns, shard => {
    const said: number[] = []
    readLetters(outbox.columns, shard, (_ticks, _node, _word, a) => said.push(a))
    mail.push([shard, said])
  })
  return mail
}

describe('outbox', () => {
  it('names each receiver once, in ascending order, with all letters as they were sent', () => {
    const outbox = new Outbox(SHARDS, ownWords)
    const receivers = [69, 32, 0, 31, 63, 64]
    for (let n = 0; n < 50; n++) for (const shard of receivers) outbox.put(shard, 80, 7, 1, n, 0)
    const said = Array.from({ length: 50 }, (_, n) => n)
    assert.deepEqual(
      delivered(outbox),
      receivers.toSorted((a, b) => a - b).map(shard => [shard, said])
    )
  })

  it('has no receivers before the first letter, and none when it was cleared', () => {
    const outbox = new Outbox(SHARDS, ownWords)
    assert.deepEqual(delivered(outbox), [])
    outbox.put(33, 80, 7, 1, 5, 0)
    outbox.clear()
    assert.deepEqual(delivered(outbox), [])
    outbox.put(2, 80, 7, 1, 6, 0)
    assert.deepEqual(delivered(outbox), [[2, [6]]])
  })
})
