import assert from 'node:assert/strict'
import { runShards } from '../../src/engine/run-shards.ts'
import { FloodKernel } from '../../src/flood/kernel.ts'
import { flood } from '../../src/flood/scenario.ts'
import type { RunSetup } from '../../src/scenario/scenario.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'

function setupOf(changes: Partial<RunSpec>): RunSetup {
  const parameters = { messages: 1 }
  const spec: RunSpec = { scenario: 'flood', seed: 1, parameters, ...flood.defaults, ...changes }
  return { spec, topology: flood.topology(spec), faults: [] }
}

describe('flood', () => {
  for (const nodes of [512, 4096]) {
    // Every link carries the message once each way, but for the ways back to who brought it first.
    const events = 5 * nodes + 2

    it(`reaches each of ${nodes} nodes once, by ${events} events`, async () => {
      const setup = setupOf({ nodes })
      const outcome = await runShards(setup, flood)
      const { measures, violations, sometimes } = flood.merge(setup, outcome.results)
      assert.equal(outcome.events, events)
      assert.equal(measures['deliveries'], nodes)
      assert.deepEqual(violations, [])
      assert.equal(sometimes['reached-everybody'], 1)
    })

    it(`takes the kernel as many events for ${nodes} nodes, message after message`, () => {
      const kernel = new FloodKernel(nodes, 1)
      for (let message = 0; message < 3; message++) {
        const counts = kernel.flood()
        assert.deepEqual([counts.events, counts.deliveries], [events, nodes])
      }
    })
  }

  it('takes as long in the kernel as through the engine', async () => {
    const setup = setupOf({ nodes: 512 })
    const { results } = await runShards(setup, flood)
    const { deliveryMaxMs } = flood.merge(setup, results).measures
    const { lastDeliveryMs } = new FloodKernel(512, 1).flood()
    assert.equal(deliveryMaxMs, lastDeliveryMs)
  })

  it('ends the same with 1, 2 and 4 workers', async () => {
    const setup = setupOf({ nodes: 4096 })
    const hashes = new Set<string>()
    for (const workers of [1, 2, 4]) {
      hashes.add((await runShards(setup, flood, { workers })).auditHash)
    }
    assert.equal(hashes.size, 1)
  })

  it('floods one message after the other', async () => {
    const setup = setupOf({ nodes: 512, parameters: { messages: 5 } })
    const { events, results } = await runShards(setup, flood)
    assert.equal(events, 5 * (5 * 512 + 2))
    assert.equal(flood.merge(setup, results).measures['deliveries'], 5 * 512)
  })

  it('says which deliveries are missing when it is cut short, but only if it had the time', async () => {
    const setup = setupOf({ nodes: 512, durationMs: 200 })
    const { results } = await runShards(setup, flood)
    const { measures, violations, sometimes } = flood.merge(setup, results)
    assert.ok(measures['deliveries']! < 512)
    assert.deepEqual(violations, [])
    assert.equal(sometimes['reached-everybody'], 0)
    assert.equal(flood.merge(setupOf({ nodes: 512 }), results).violations.length, 1)
  })

  it('refuses a network that is not its own', async () => {
    const setup = setupOf({ network: { latency: { model: 'constant', oneWayMs: 5 } } })
    await assert.rejects(runShards(setup, flood), { code: 'bad-setting' })
  })
})
