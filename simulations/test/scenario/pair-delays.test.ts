import assert from 'node:assert/strict'
import { pairDelaysMs } from '../../src/index.ts'
import type { NetworkSpec } from '../../src/network/spec.ts'
import { resolveSpec } from '../../src/scenario/resolve.ts'
import { runScenario } from '../../src/scenario/run.ts'

const delays = (network: NetworkSpec, nodes = 4): number[] => [
  ...pairDelaysMs({ scenario: 'broadcast', network, seed: 7, nodes })
]

describe('delays of all pairs', () => {
  it('are what a run with fixed delays has: its first hop takes one of them', async () => {
    const nodes = 27
    const spec = resolveSpec({
      ...{ scenario: 'broadcast', nodes, seed: 7, duration: 8_251 },
      network: { latency: { model: 'lognormal', medianMs: 60, sigmaPermille: 600 } },
      parameters: { overlay: 'torus', carrier: 'flood', processMs: 0 }
    })
    const oneWayMs = pairDelaysMs(spec)
    const { tables } = await runScenario(spec)
    const source = (tables['messages']!['source'] as Int32Array)[0]!
    const [soonestMs] = tables['delays']!['delayMs'] as Int32Array
    const fromSource = oneWayMs.subarray(source * nodes, (source + 1) * nodes)
    assert.ok(fromSource.some(ms => Math.floor(ms) === soonestMs))
  })

  it('lead from each to each other, and nowhere to oneself', () => {
    assert.deepEqual(
      delays({ latency: { model: 'constant', oneWayMs: 50 } }, 3),
      [0, 50, 50, 50, 0, 50, 50, 50, 0]
    )
  })

  it('differ by direction where links are asymmetric', () => {
    const latency = { model: 'constant', oneWayMs: 50 } as const
    const oneWayMs = delays({ latency, asymmetryPermille: 500 }, 2)
    assert.notEqual(oneWayMs[1], oneWayMs[2])
    assert.equal(oneWayMs[1]! + oneWayMs[2]!, 100)
  })

  const latency = { model: 'constant', oneWayMs: 50 } as const
  const varying: [string, NetworkSpec][] = [
    ['bandwidth', { latency, bandwidth: [{ sharePermille: 1_000, upKbps: 1, downKbps: 1 }] }],
    ['loss', { latency, loss: { model: 'uniform', permille: 10 } }],
    ['jitterSigmaPermille', { latency, jitterSigmaPermille: 100 }],
    ['jitterSigmaPermille', { latency: { model: 'aws33' } }],
    ['duplicatePermille', { latency, transport: 'datagram', duplicatePermille: 1 }]
  ]
  for (const [setting, network] of varying) {
    it(`are none with ${setting} of ${JSON.stringify(network)}`, () => {
      const message = `network.${setting}: leave it out for fixed delays`
      assert.throws(() => delays(network), { code: 'bad-setting', message })
    })
  }

  it('are those of scenarios that have a network', () => {
    const spec = { scenario: 'flood', network: { latency }, seed: 1, nodes: 2 }
    assert.throws(() => pairDelaysMs(spec), {
      code: 'bad-setting',
      message: 'scenario: take one of broadcast,health-detection'
    })
  })
})
