import assert from 'node:assert/strict'
import { draw } from '../../src/engine/random.ts'
import { AWS33_REGIONS } from '../../src/network/data/aws33.ts'
import { LIBP2P8_REGIONS, LIBP2P8_WEIGHTS } from '../../src/network/data/libp2p8.ts'
import { lognormalFactors } from '../../src/network/lognormal.ts'
import { createNetwork, type Network } from '../../src/network/network.ts'
import type { NetworkSpec } from '../../src/network/spec.ts'

const PAIRS = 100_000
const NODES = 262_144
const SHARES = [0.1, 0.5, 0.9, 0.99]

function networkOf(spec: NetworkSpec, nodes: number = NODES): Network {
  return createNetwork(
    { transport: 'datagram', ...spec },
    { seed: 7, stream: 0, first: 0, nodes, degree: 1 }
  )
}

/** Quantiles of round trips between nodes drawn at random, ms. */
function roundTripsMs(spec: NetworkSpec): number[] {
  const network = networkOf(spec)
  const seen = Float64Array.from({ length: PAIRS }, (_, n) => {
    const [a, b] = [draw(1, 0, 0, n) % NODES, draw(1, 0, 1, n) % NODES]
    return (network.delayTicks(a, 0, b, 0, 0) + network.delayTicks(b, 0, a, 0, 0)) / 4
  }).sort()
  return SHARES.map(share => seen[Math.floor(share * (PAIRS - 1))]!)
}

function assertWithin(actual: readonly number[], expected: readonly number[], share: number): void {
  for (const [i, value] of actual.entries()) {
    const off = Math.abs(value / expected[i]! - 1)
    assert.ok(off <= share, `${actual} against ${expected}`)
  }
}

describe('measured latencies', () => {
  it('planetlab490 has the quantiles of its source, within 2 %', () => {
    const spec: NetworkSpec = { latency: { model: 'planetlab490' } }
    // Of the 239,610 round trips off the source's diagonal.
    assertWithin(roundTripsMs(spec), [31.633, 135.01, 290.72, 412.62], 0.02)
  })

  it('aws33 has the quantiles of its source without jitter, within 2 %', () => {
    const spec: NetworkSpec = { latency: { model: 'aws33' }, jitterSigmaPermille: 0 }
    // Of all 33 × 33 medians of the source.
    assertWithin(roundTripsMs(spec), [31.552, 153.252, 257.234, 354.171], 0.02)
  })

  it('aws33 spreads the messages of a pair as its source measured, median and p90 within 2 %', () => {
    const network = networkOf({ latency: { model: 'aws33' } }, 4_000)
    const at = (region: string): number => {
      const site = AWS33_REGIONS.indexOf(region as (typeof AWS33_REGIONS)[number])
      return Array.from({ length: 4_000 }, (_, n) => n).find(node => network.siteOf(node) === site)!
    }
    for (const [from, to, p50, p90] of [
      ['eu-west-1', 'us-east-1', 69.736, 72.814],
      ['ap-northeast-1', 'ap-southeast-2', 106.936, 114.938]
    ] as const) {
      const [a, b] = [at(from), at(to)]
      const seen = Float64Array.from({ length: 10_000 }, () => {
        return (network.delayTicks(a, 0, b, 0, 0) + network.delayTicks(b, 0, a, 0, 0)) / 4
      }).sort()
      assertWithin([seen[5_000]!, seen[9_000]!], [p50, p90], 0.02)
    }
  })

  it('libp2p8 puts as many nodes into each region as its source, one way as far apart', () => {
    const network = networkOf({ latency: { model: 'libp2p8' } })
    const counts = new Array<number>(LIBP2P8_REGIONS.length).fill(0)
    const someone: number[] = []
    for (let node = 0; node < NODES; node++) {
      const site = network.siteOf(node)
      counts[site]!++
      someone[site] ??= node
    }
    const all = LIBP2P8_WEIGHTS.reduce<number>((sum, weight) => sum + weight, 0)
    for (const [site, weight] of LIBP2P8_WEIGHTS.entries()) {
      const off = Math.abs(counts[site]! - (NODES * weight) / all)
      // Five standard deviations of a binomial.
      assert.ok(off < 5 * Math.sqrt((NODES * weight) / all), LIBP2P8_REGIONS[site])
    }
    const delayMs = (from: string, to: string): number => {
      const regions: readonly string[] = LIBP2P8_REGIONS
      const [a, b] = [from, to].map(name => regions.indexOf(name))
      return network.delayTicks(someone[a!]!, 0, someone[b!]!, 0, 0) / 4
    }
    assert.equal(delayMs('europe', 'na_east'), 70)
    assert.equal(delayMs('south_america', 'south_africa'), 195)
    assert.equal(delayMs('south_africa', 'south_america'), 190)
    assert.equal(delayMs('europe', 'europe'), 2)
  })

  it('access tail adds what the generalised Pareto distribution says to a round trip', () => {
    const bare = networkOf({ latency: { model: 'constant', oneWayMs: 20 } })
    const tailed = networkOf({ latency: { model: 'constant', oneWayMs: 20 }, accessTail: true })
    const extraMs = Float64Array.from({ length: 50_000 }, (_, n) => {
      // A node to itself passes its last mile twice: what it adds to a round trip.
      return (tailed.delayTicks(n, 0, n, 0, 0) - bare.delayTicks(n, 0, n, 0, 0)) / 4
    }).sort()
    const quantile = (share: number): number => extraMs[Math.floor(share * extraMs.length)]!
    const pareto = (p: number): number => -0.3 + (0.35 * ((1 - p) ** -1.4 - 1)) / 1.4
    for (const share of [0.8, 0.9, 0.95]) {
      const [low, high] = [pareto(share - 0.015), pareto(share + 0.015)]
      assert.ok(quantile(share) >= low - 0.25 && quantile(share) <= high + 0.25, `${share}`)
    }
    assert.equal(quantile(0.2), 0)
  })
})

describe('simple latencies', () => {
  it('uniform delays fill their range evenly', () => {
    const seen = roundTripsMs({ latency: { model: 'uniform', minMs: 10, maxMs: 50 } })
    assertWithin(seen, [28, 60, 92, 99.2], 0.02)
  })

  it('lognormal delays have the quantiles of the distribution', () => {
    const latency = { model: 'lognormal', medianMs: 50, sigmaPermille: 500 } as const
    const at = (z: number): number => 100 * Math.exp(0.5 * z)
    const expected = [-1.2816, 0, 1.2816, 2.3263].map(at)
    assertWithin(roundTripsMs({ latency }), expected, 0.03)
  })
})

describe('lognormal factors', () => {
  it('are what the exponential function gives, for every sigma, ascending', () => {
    for (const sigmaPermille of [0, 1, 100, 500, 1_000, 1_300]) {
      const factors = lognormalFactors(sigmaPermille)
      assert.equal(factors.length, 512)
      assert.deepEqual(factors, factors.toSorted())
      const top = Math.exp((sigmaPermille / 1_000) * 3.0973) * 65_536
      assert.ok(Math.abs(factors[511]! / top - 1) < 0.001)
      assert.ok(Math.abs((factors[511]! * factors[0]!) / 65_536 ** 2 - 1) < 0.001)
    }
  })
})
