import assert from 'node:assert/strict'
import type * as Batch from '../harness/batch.ts'
import { importMutant } from '../harness/mutation.ts'
import { MUTATIONS } from '../harness/mutations.ts'
import type * as Promises from '../harness/promises.ts'
import type * as Worlds from '../harness/world.ts'

const SCENARIOS = 300

/** What notices the bug: a promise, or a scenario. */
async function noticedBy(name: string): Promise<string | null> {
  const mutation = MUTATIONS.find(other => other.name === name)!
  const { PROMISES } = await importMutant<typeof Promises>('promises.ts', mutation)
  for (const { name: promise, run } of PROMISES) {
    try {
      run()
    } catch {
      return promise
    }
  }
  const { runBatch } = await importMutant<typeof Batch>('batch.ts', mutation)
  const { HOSTILE, SPLIT } = await importMutant<typeof Worlds>('world.ts', mutation)
  for (const adversary of [HOSTILE, SPLIT]) {
    const { broken } = runBatch(adversary, 1, SCENARIOS)
    if (broken !== null) return `seed ${broken.seed}: ${broken.violation}`
  }
  return null
}

describe('a bug is noticed that', () => {
  it('is one of at least twenty', () => assert.ok(MUTATIONS.length >= 20))

  for (const { name } of MUTATIONS) {
    it(name, async () => {
      assert.notEqual(await noticedBy(name), null)
    })
  }
})
