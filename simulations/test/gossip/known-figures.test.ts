import assert from 'node:assert/strict'
import type { RunSummary } from '../../src/scenario/outcome.ts'
import type { Parameter } from '../../src/scenario/spec.ts'
import { LINKS, run } from './run.ts'

const within = (actual: number | null | undefined, expected: number, percent: number): void => {
  const error = Math.abs((actual ?? Number.NaN) / expected - 1) * 100
  assert.ok(error <= percent, `${actual} is not within ${percent} % of ${expected}`)
}

/** Mean of a measure over seeds. */
async function meansOf(
  parameters: Readonly<Record<string, Parameter>>,
  rest: Parameters<typeof run>[1] = {},
  seeds = 2
): Promise<Record<string, number>> {
  const runs: RunSummary[] = []
  for (let seed = 1; seed <= seeds; seed++)
    runs.push((await run(parameters, { ...rest, seed })).summary)
  const names = Object.keys(runs[0]!.measures)
  const mean = (name: string): number =>
    runs.reduce((sum, { measures }) => sum + (measures[name] ?? Number.NaN), 0) / runs.length
  return Object.fromEntries(names.map(name => [name, mean(name)]))
}

// Simulated elsewhere: 512 nodes, lognormal links of median 60 ms and sigma 0.6, 0.05 ms a hop.
const floods = [
  { overlay: 'torus', p50: 256, p99: 398, copies: 5 },
  { overlay: 'random-8', p50: 161, p99: 220, copies: 7 },
  { overlay: 'torus-long', p50: 171, p99: 231, copies: 7 }
] as const

describe('broadcast against figures known from elsewhere', () => {
  for (const { overlay, p50, p99, copies } of floods) {
    it(`floods ${overlay} in ${p50} ms, 99 % in ${p99} ms`, async () => {
      const means = await meansOf({ carrier: 'flood', overlay, processMs: 0 }, { network: LINKS })
      within(means['deliveryP50Ms'], p50, 5)
      within(means['deliveryP99Ms'], p99, 6)
      within(means['payloadCopiesPerNode'], copies, 1)
      assert.equal(means['reach'], 1)
    })
  }

  it('gossipsub sends 6.8 copies of 1.5 kB, p50 179 ms, p99 241 ms', async () => {
    const means = await meansOf({ carrier: 'gossipsub', overlay: 'random-8' })
    within(means['payloadCopiesPerNode'], 6.8, 3)
    within(means['deliveryP50Ms'], 179, 6)
    within(means['deliveryP99Ms'], 241, 8)
  })

  it('gossipsub with IDONTWANT sends 3.9 copies of 100 kB, p50 628 ms, p99 808 ms', async () => {
    const large = { sizeBytes: 100_000, publishPerSecond: 1, settleMs: 3_000 }
    const means = await meansOf({ carrier: 'gossipsub', overlay: 'random-8', ...large })
    within(means['payloadCopiesPerNode'], 3.92, 3)
    within(means['deliveryP50Ms'], 628, 6)
    within(means['deliveryP99Ms'], 808, 6)
  })

  it('gossipsub without IDONTWANT sends one copy over each mesh link and way but one', async () => {
    const means = await meansOf({
      carrier: 'gossipsub',
      overlay: 'random-8',
      idontwantBytes: 2_000_000
    })
    // Copies that cross on a link are cancelled in queues only where the sender has already got one.
    within(means['payloadCopiesPerNode'], 7, 3)
    assert.equal(means['controlPerNode'], 0)
  })

  it('tree cast sends at most 1.3 copies of 1.5 kB and a quarter of gossipsub’s bytes, at 1.25 times its p99', async () => {
    const duration = { durationMs: 14_000 }
    const tree = await meansOf({}, duration)
    const gossip = await meansOf({ carrier: 'gossipsub', overlay: 'random-8' }, duration)
    assert.ok(tree['payloadCopiesPerNode']! <= 1.3, `${tree['payloadCopiesPerNode']} copies`)
    assert.ok(tree['bytesPerNodeDelivered']! * 4 <= gossip['bytesPerNodeDelivered']!)
    assert.ok(
      tree['deliveryP99Ms']! <= gossip['deliveryP99Ms']! * 1.25,
      `${tree['deliveryP99Ms']} ms`
    )
    assert.equal(tree['reach'], 1)
  })
})
