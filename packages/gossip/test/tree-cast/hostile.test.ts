import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createTreeCastStore,
  Stage,
  step,
  storeBytes,
  TreeCastInput,
  TreeCastOutput,
  treeCastLimits
} from '../../src/index.ts'
import { plan } from './transcript.ts'

const limits = { ...treeCastLimits, messages: 32 }

describe('tree cast against hostile peers', () => {
  it('lets one peer open an eighth of the entries, however much it announces', () => {
    const store = createTreeCastStore(1, plan, limits, () => 0)
    for (const slot of [0, 1]) step(store, 0, TreeCastInput.link, slot, 10, 0, 0, () => {})
    step(store, 0, TreeCastInput.publish, 0, 99, 0, 1, () => {})
    for (let id = 100; id < 10_000; id++) {
      step(store, 0, TreeCastInput.announced, 0, id, 1, 2, () => {})
    }
    assert.equal(store.stage.filter(stage => stage === Stage.heard).length, 32 / 8)
    const said: number[] = []
    step(store, 0, TreeCastInput.wanted, 1, 99, 0, 3, output => said.push(output))
    assert.deepEqual(said, [TreeCastOutput.push], 'what is had is still there')
  })

  it('never grows, never throws, delivers an id it keeps once, and answers one input with few outputs', () => {
    const input = fc.record({
      input: fc.constantFrom(...Object.values(TreeCastInput)),
      slot: fc.integer({ min: 0, max: plan.degree - 1 }),
      a: fc.oneof(fc.integer({ min: -2, max: 12 }), fc.integer()),
      b: fc.oneof(fc.integer({ min: -1, max: 512 }), fc.integer())
    })
    fc.assert(
      fc.property(fc.array(input, { maxLength: 200 }), inputs => {
        const store = createTreeCastStore(3, plan, treeCastLimits, () => 7)
        const bytes = storeBytes(store)
        const delivered = new Set<number>()
        for (const [now, { input, slot, a, b }] of inputs.entries()) {
          let outputs = 0
          step(store, 1, input, slot, a, b, now, (output, row, _slot, id) => {
            outputs++
            assert.equal(row, 1)
            if (output !== TreeCastOutput.deliver) return
            assert.ok(!delivered.has(id), `${id} again`)
            delivered.add(id)
          })
          // A new link hears of everything recent; otherwise at most one output a link and two more.
          const most = input === TreeCastInput.link ? treeCastLimits.messages : plan.degree
          assert.ok(outputs <= most + 2, `${outputs} outputs`)
        }
        assert.equal(storeBytes(store), bytes)
        for (const row of [0, 2]) assert.equal(store.linked[row], 0, 'rows are kept apart')
      }),
      { seed: 20_261_121, numRuns: 200 }
    )
  })

  it('costs at most 1 kB a node at 32 messages', () => {
    assert.ok(storeBytes(createTreeCastStore(1, plan, limits, () => 0)) <= 1_024)
  })
})
