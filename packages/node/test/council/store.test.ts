import assert from 'node:assert/strict'
import { Block, type council, decodeMessage, Kind, NO_DIGEST } from '@torusmesh/consensus'
import { createMemoryStore, type Ledger, MAX_PAYLOAD_BYTES, openLedger } from '@torusmesh/ledger'
import { systemScheduler } from '@torusmesh/ledger/level'
import { Env } from '@torusmesh/protocol'
import { CouncilStore } from '../../src/council/store.ts'

const self = new Uint8Array(32).fill(7)
const mesh = { network: 'test', env: Env.dev } as const
const EPOCH = 'e0'.repeat(32)

async function memoryLedger(): Promise<Ledger> {
  return await openLedger({
    store: createMemoryStore(),
    clock: () => 1_800_000_000_000,
    scheduler: systemScheduler,
    origin: 'test/ledger',
    cosigner: {
      name: 'test/ledger',
      publicKey: new Uint8Array(1_312),
      sign: () => new Uint8Array(2_420)
    },
    checkpointEveryMs: 0
  })
}

/** One block with an item of so many bytes, final in its view. */
function batchOf(view: number, sizeBytes: number): council.Batch {
  const block = Block.build(
    {
      ...{ epochId: EPOCH, view, parentView: 0, parentDigest: NO_DIGEST, height: view },
      ...{ stateRoot: NO_DIGEST, policyVersion: 1, nextPlan: null },
      justification: { parent: null, skipped: [] }
    },
    [new Uint8Array(sizeBytes)]
  )
  const certificate = {
    ...{ kind: Kind.finalize, epochId: EPOCH, view, digest: block.digest },
    ...{ bitmap: Uint8Array.of(1), signatures: [new Uint8Array(8)] }
  }
  return { epochId: EPOCH, blocks: [block], certificate }
}

const viewsOf = (messages: readonly Uint8Array[]): number[] =>
  messages.flatMap(bytes => {
    const decoded = decodeMessage(bytes)
    assert.ok(decoded.ok)
    return decoded.message.type === 'certificate' ? [decoded.message.claim.view] : []
  })

describe("the council's part of the ledger", () => {
  it('keeps what is larger than an event in parts, and reads it back after a restart', async () => {
    const ledger = await memoryLedger()
    const store = await CouncilStore.open(ledger, self, mesh)
    const batches = [batchOf(1, 100), batchOf(2, 3 * MAX_PAYLOAD_BYTES)]
    for (const batch of batches) await store.decided(batch)
    await store.record({ type: 'certificate', claim: batches[0]!.certificate })
    const again = await CouncilStore.open(ledger, self, mesh)
    assert.deepEqual(again.batches, batches)
    assert.equal(again.records.length, 1)
    const since = await again.since(EPOCH, 0, Number.MAX_SAFE_INTEGER)
    assert.deepEqual([viewsOf(since.messages), since.more], [[1, 2], false])
  })

  const rows: readonly [string, string, number, number, number[], boolean][] = [
    ['everything to who has nothing', EPOCH, 0, 1e9, [1, 2, 3], false],
    ['what came after a view', EPOCH, 2, 1e9, [3], false],
    ['nothing to who has all', EPOCH, 3, 1e9, [], false],
    ['nothing of an epoch it does not know', 'f0'.repeat(32), 0, 1e9, [], false],
    ['no more than was asked for, and says so', EPOCH, 0, 2_500, [1, 2], true],
    ['one batch at least', EPOCH, 0, 1, [1], true]
  ]
  for (const [desc, epochId, view, maxBytes, views, more] of rows) {
    it(`answers with ${desc}`, async () => {
      const store = await CouncilStore.open(await memoryLedger(), self, mesh)
      for (const at of [1, 2, 3]) await store.decided(batchOf(at, 700))
      const since = await store.since(epochId, view, maxBytes)
      assert.deepEqual([viewsOf(since.messages), since.more], [views, more])
    })
  }
})
