import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createMemoryStore,
  encodeEvent,
  type Ledger,
  type LedgerEvent,
  type MemoryStore
} from '../src/index.ts'
import { collect, eventInput, openTest, verify } from './support/log.ts'
import { treeHash } from './support/reference.ts'
import { settled } from './support/virtual-time.ts'

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'reopen' }
  /**
   * Power fails while `count` events are on their way; bit i of `survivors` says whether batch i
   * made it.
   */
  | {
      readonly kind: 'crash'
      readonly count: number
      readonly survivors: number
      readonly signing: boolean
    }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ kind: fc.constant('checkpoint' as const) }),
    fc.record({ kind: fc.constant('reopen' as const) }),
    fc.record({
      kind: fc.constant('crash' as const),
      count: fc.nat(300),
      survivors: fc.nat(7),
      signing: fc.boolean()
    })
  ),
  { minLength: 1, maxLength: 8 }
)

/** A ledger, the disk below it, and what its callers were told. */
class Rig {
  #stuck = Promise.withResolvers<void>()
  #isStuck = false
  store: MemoryStore = createMemoryStore({
    beforeSync: async () => (this.#isStuck ? this.#stuck.promise : undefined)
  })
  ledger!: Ledger
  acknowledged = 0
  attempted = 0

  async open(): Promise<void> {
    this.ledger = await openTest(this.store)
    assert.deepEqual(this.ledger.faults, [])
    // What was acknowledged is there; what was not may be, in the order it came.
    assert.ok(this.ledger.size >= this.acknowledged, `${this.ledger.size} of ${this.acknowledged}`)
    assert.ok(this.ledger.size <= this.attempted)
    this.acknowledged = this.ledger.size
    this.attempted = this.ledger.size
    await this.#assertWhole()
  }

  append(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, i) => eventInput(this.attempted + i, 4))
    this.attempted += count
    return this.ledger.appendAll(events).then(({ seq }) => {
      this.acknowledged = Math.max(this.acknowledged, seq + count)
    })
  }

  async crash(count: number, survivors: number, signing: boolean): Promise<void> {
    this.#isStuck = true
    const lost = [
      signing ? this.ledger.checkpoint() : undefined,
      count > 0 ? this.append(count) : undefined
    ]
    for (const promise of lost) promise?.catch(() => undefined)
    await settled()
    this.store = this.store.crash(index => (survivors >> index) % 2 === 1)
    this.#isStuck = false
    this.#stuck.resolve()
    this.#stuck = Promise.withResolvers()
    await settled()
  }

  async #assertWhole(): Promise<void> {
    const events: LedgerEvent[] = await collect(this.ledger.read())
    const payloads = events.map(({ payload }) => Buffer.from(payload))
    assert.deepEqual(
      payloads,
      Array.from({ length: this.ledger.size }, (_, i) => eventInput(i, 4).payload)
    )
    assert.deepEqual(Buffer.from(this.ledger.root()), treeHash(events.map(encodeEvent)))
    const report = await verify(this.store)
    assert.deepEqual([report.faults, report.events], [[], this.ledger.size])
    assert.deepEqual(report.root, this.ledger.root())
  }
}

async function run(plan: readonly Step[]): Promise<void> {
  const rig = new Rig()
  await rig.open()
  for (const step of plan) {
    switch (step.kind) {
      case 'append':
        await rig.append(step.count)
        break
      case 'checkpoint':
        assert.equal((await rig.ledger.checkpoint()).size, rig.ledger.size)
        break
      case 'reopen':
        await rig.ledger.close()
        rig.store = rig.store.crash(() => true)
        await rig.open()
        break
      case 'crash':
        await rig.crash(step.count, step.survivors, step.signing)
        await rig.open()
        break
      default:
        step satisfies never
    }
  }
  await rig.ledger.close()
}

describe('ledger through crashes', () => {
  it('never loses an acknowledged event, nor raises a fault, in any order of things', async () => {
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 40, seed: 13 })
  })

  it('takes up a log of which nothing but the first group made it', async () => {
    for (const survivors of [0, 1]) {
      await run([
        { kind: 'crash', count: 700, survivors, signing: true },
        { kind: 'append', count: 600 },
        { kind: 'reopen' }
      ])
    }
  })
})
