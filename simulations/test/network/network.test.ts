import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createNetwork, LOST, lookaheadTicks, type Network } from '../../src/network/network.ts'
import { LIBP2P8_BANDWIDTH } from '../../src/network/sites.ts'
import type { LatencySpec, NetworkSpec } from '../../src/network/spec.ts'

const INIT = { seed: 1, stream: 0, first: 0, nodes: 4, degree: 2 }
const CONSTANT = { model: 'constant', oneWayMs: 20 } as const
const SIZE_BYTES = 200

/** Delays in ticks of messages that node 0 sends over its link 0 to node 1, one every `everyTicks`. */
function delays(network: Network, messages: number, everyTicks: number): number[] {
  return Array.from({ length: messages }, (_, n) =>
    network.delayTicks(0, 0, 1, SIZE_BYTES, n * everyTicks)
  )
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!

function assertNear(actual: number, expected: number, tolerance: number): void {
  const off = Math.abs(actual - expected)
  assert.ok(off <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)
}

const bursty = fc.record({
  model: fc.constant('gilbert-elliott' as const),
  goodToBadPermille: fc.integer({ min: 20, max: 500 }),
  badToGoodPermille: fc.integer({ min: 50, max: 500 }),
  lossGoodPermille: fc.integer({ min: 0, max: 100 }),
  lossBadPermille: fc.integer({ min: 300, max: 1_000 })
})

const latency: fc.Arbitrary<LatencySpec> = fc.oneof(
  fc.constantFrom('aws33', 'planetlab490', 'libp2p8').map(model => ({ model })),
  fc.record({ model: fc.constant('constant'), oneWayMs: fc.integer({ min: 0, max: 200 }) }),
  fc.record({
    model: fc.constant('uniform'),
    minMs: fc.integer({ min: 0, max: 20 }),
    maxMs: fc.integer({ min: 20, max: 200 })
  }),
  fc.record({
    model: fc.constant('lognormal'),
    medianMs: fc.integer({ min: 0, max: 200 }),
    sigmaPermille: fc.integer({ min: 0, max: 1_000 })
  })
)

const permille = fc.constantFrom(0, 10, 300)
const common = {
  latency,
  jitterSigmaPermille: fc.constantFrom(0, 100, 1_000),
  accessTail: fc.boolean(),
  asymmetryPermille: fc.constantFrom(0, 100, 1_000),
  loss: fc.oneof(fc.record({ model: fc.constant('uniform' as const), permille }), bursty),
  corruptPermille: permille
}
const streams = fc.record({ ...common, transport: fc.constant('stream' as const) })
const datagrams = fc.record({
  ...common,
  transport: fc.constant('datagram' as const),
  duplicatePermille: permille,
  reorderPermille: permille
})
const networks: fc.Arbitrary<NetworkSpec> = fc.oneof(streams, datagrams)

describe('network', () => {
  it('delays by the constant it is told', () => {
    const network = createNetwork({ latency: CONSTANT }, INIT)
    assert.deepEqual(new Set(delays(network, 100, 1)), new Set([80]))
    assert.deepEqual([network.sent, network.lost, network.corrupted], [100, 0, false])
  })

  it('keeps one delay a pair of nodes, the same both ways and for every shard', () => {
    const spec: NetworkSpec = { latency: { model: 'lognormal', medianMs: 20, sigmaPermille: 500 } }
    const all = createNetwork(spec, INIT)
    const second = createNetwork(spec, { ...INIT, first: 2, nodes: 2 })
    const there = all.delayTicks(0, 0, 3, SIZE_BYTES, 0)
    assert.equal(all.delayTicks(0, 1, 3, SIZE_BYTES, 999), there)
    assert.equal(second.delayTicks(1, 0, 0, SIZE_BYTES, 0), there)
    assert.notEqual(all.delayTicks(0, 0, 2, SIZE_BYTES, 0), there)
  })

  it('spreads each message around its link by jitter: lognormal, about the median', () => {
    const network = createNetwork(
      { latency: CONSTANT, jitterSigmaPermille: 500, transport: 'datagram' },
      INIT
    )
    const seen = delays(network, 20_000, 1)
    // e^(0.5 · 1.2816) = 1.898 at the ninth decile, its inverse at the first.
    for (const [share, ms] of [
      [0.1, 10.54],
      [0.5, 20],
      [0.9, 37.96]
    ] as const) {
      assertNear(quantile(seen, share) / 4, ms, ms * 0.02)
    }
  })

  it('parts the two directions of a link by at most the asymmetry, and keeps the round trip', () => {
    const network = createNetwork(
      { latency: CONSTANT, asymmetryPermille: 500, transport: 'datagram' },
      INIT
    )
    const differences = new Set<number>()
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3]
    ] as const) {
      const there = network.delayTicks(a, 0, b, SIZE_BYTES, 0)
      const back = network.delayTicks(b, 0, a, SIZE_BYTES, 0)
      assertNear(there + back, 160, 1)
      assert.ok(Math.abs(there - back) <= 41)
      differences.add(there - back)
    }
    assert.ok(differences.size > 3)
  })

  it('never takes less than the lookahead, whatever the setting', () => {
    fc.assert(
      fc.property(networks, spec => {
        const network = createNetwork(spec, INIT)
        assert.ok(Number.isInteger(network.lookaheadTicks) && network.lookaheadTicks >= 1)
        assert.equal(network.lookaheadTicks, lookaheadTicks(spec))
        for (const ticks of delays(network, 100, 3)) {
          for (const each of [ticks, network.copyTicks, network.strayTicks(0, 2, ticks + 2)]) {
            if (each !== LOST) {
              assert.ok(Number.isSafeInteger(each) && each >= network.lookaheadTicks)
            }
          }
        }
      }),
      { seed: 2, numRuns: 100 }
    )
  })

  it('does the same again after its columns were put back', () => {
    fc.assert(
      fc.property(networks, spec => {
        const bandwidth = LIBP2P8_BANDWIDTH
        const [first, second] = [0, 0].map(() => createNetwork({ ...spec, bandwidth }, INIT))
        delays(first!, 50, 1)
        for (const [i, column] of first!.columns().entries()) {
          const other = second!.columns()[i]!
          const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
          new Uint8Array(other.buffer, other.byteOffset, other.byteLength).set(bytes)
        }
        assert.deepEqual(delays(first!, 50, 7), delays(second!, 50, 7))
      }),
      { seed: 3, numRuns: 30 }
    )
  })

  it('knows which of its next messages take the plain time, and sends them without being asked', () => {
    let plain = 0
    fc.assert(
      fc.property(networks, fc.integer({ min: 1, max: 40 }), (spec, most) => {
        const [told, asked] = [createNetwork(spec, INIT), createNetwork(spec, INIT)]
        const before = delays(told, 3, 4_000)
        assert.deepEqual(delays(asked, 3, 4_000), before)
        const ahead = told.plainAhead(0, 0, most)
        assert.ok(ahead <= most)
        if (before[2] !== told.plainTicks(0, 1)) return
        plain += ahead
        for (let n = 0; n < ahead; n++) {
          assert.equal(asked.delayTicks(0, 0, 1, 100, (3 + n) * 4_000), asked.plainTicks(0, 1))
        }
        told.pass(0, 0, ahead)
        const nowTicks = (3 + ahead) * 4_000
        assert.equal(
          told.delayTicks(0, 0, 1, 100, nowTicks),
          asked.delayTicks(0, 0, 1, 100, nowTicks)
        )
        assert.equal(told.sent, asked.sent)
      }),
      { seed: 9, numRuns: 300 }
    )
    assert.ok(plain > 100)
  })

  it('draws for a link by its own count, so other links change nothing', () => {
    const spec: NetworkSpec = {
      latency: CONSTANT,
      jitterSigmaPermille: 500,
      transport: 'datagram',
      loss: { model: 'uniform', permille: 100 }
    }
    const quiet = delays(createNetwork(spec, INIT), 50, 1)
    const busy = createNetwork(spec, INIT)
    for (let n = 0; n < 99; n++) busy.delayTicks(0, 1, 2, SIZE_BYTES, n)
    assert.deepEqual(delays(busy, 50, 1), quiet)
  })
})

describe('loss', () => {
  const MESSAGES = 20_000

  it('takes the share of datagrams it is told to', () => {
    const loss = { model: 'uniform', permille: 50 } as const
    const network = createNetwork({ latency: CONSTANT, transport: 'datagram', loss }, INIT)
    const gone = delays(network, MESSAGES, 1).filter(ticks => ticks === LOST).length
    assert.equal(network.lost, gone)
    assertNear(gone / MESSAGES, 0.05, 0.005)
  })

  it('comes in bursts by Gilbert and Elliott, as often as the formula says in the long run', () => {
    fc.assert(
      fc.property(bursty, loss => {
        const network = createNetwork({ latency: CONSTANT, transport: 'datagram', loss }, INIT)
        const fates = delays(network, MESSAGES, 1).map(ticks => ticks === LOST)
        const { goodToBadPermille: toBad, badToGoodPermille: toGood } = loss
        const bad = toBad / (toBad + toGood)
        const share = (bad * loss.lossBadPermille + (1 - bad) * loss.lossGoodPermille) / 1_000
        assertNear(fates.filter(Boolean).length / MESSAGES, share, 0.03)
        // Where states last, a loss makes the next one likelier.
        const pairs = fates.slice(1).filter((lost, i) => lost && fates[i]).length / MESSAGES
        if (toBad + toGood < 600) assert.ok(pairs > share * share)
      }),
      { seed: 4, numRuns: 40 }
    )
  })

  it('makes a segment of a stream late by a timeout, and all behind it wait', () => {
    fc.assert(
      fc.property(streams, spec => {
        const network = createNetwork(spec, INIT)
        let last = 0
        for (const [n, ticks] of delays(network, 200, 2).entries()) {
          assert.ok(n * 2 + ticks >= last, 'overtaken')
          last = n * 2 + ticks
        }
        // Where chance delays none, none can overtake another.
        const { loss, jitterSigmaPermille, corruptPermille } = spec
        const isEven = loss.model === 'uniform' && loss.permille === 0
        const isPlain = isEven && jitterSigmaPermille === 0 && corruptPermille === 0
        assert.equal(network.arrivalTicks(0, 0), isPlain ? 0 : last)
        assert.equal(network.lost, 0)
      }),
      { seed: 5, numRuns: 100 }
    )
  })

  it('doubles the timeout with each loss of a segment, and ends after five', () => {
    const network = createNetwork(
      { latency: CONSTANT, loss: { model: 'uniform', permille: 1_000 } },
      INIT
    )
    const timeoutTicks = 4 * (200 + 2 * 20)
    assert.deepEqual(delays(network, 1, 1), [80 + timeoutTicks * (1 + 2 + 4 + 8 + 16)])
    assert.equal(network.retransmitted, 5)
  })
})

describe('what else befalls datagrams', () => {
  const spoilt = (spec: Partial<NetworkSpec>): Network =>
    createNetwork({ latency: CONSTANT, transport: 'datagram', ...spec }, INIT)

  it('copies as many as it is told to, and says when the copy arrives', () => {
    const network = spoilt({ duplicatePermille: 100 })
    let copies = 0
    for (let n = 0; n < 10_000; n++) {
      assert.equal(network.delayTicks(0, 0, 1, SIZE_BYTES, n), 80)
      if (network.copyTicks === LOST) continue
      copies++
      assert.ok(network.copyTicks >= 80 && network.copyTicks <= 160)
    }
    assertNear(copies / 10_000, 0.1, 0.01)
  })

  it('holds some back by up to one more delay, so that later ones overtake', () => {
    const seen = delays(spoilt({ reorderPermille: 100 }), 10_000, 1)
    assertNear(seen.filter(ticks => ticks > 80).length / seen.length, 0.1, 0.01)
    assert.ok(seen.every(ticks => ticks >= 80 && ticks <= 160))
    assert.ok(seen.some((ticks, n) => n > 0 && n + ticks < n - 1 + seen[n - 1]!))
  })

  it('flips a bit in as many as it is told to, on both transports', () => {
    for (const transport of ['datagram', 'stream'] as const) {
      const network = spoilt({ corruptPermille: 100, transport })
      let corrupted = 0
      for (let n = 0; n < 10_000; n++) {
        network.delayTicks(0, 0, 1, SIZE_BYTES, n)
        if (network.corrupted) corrupted++
      }
      assertNear(corrupted / 10_000, 0.1, 0.01)
    }
  })
})

describe('bandwidth', () => {
  const narrow = { sharePermille: 1_000, upKbps: 800, downKbps: 400 }
  const messages = fc.array(
    fc.record({
      gapTicks: fc.nat(40),
      link: fc.nat(1),
      sizeBytes: fc.integer({ min: 1, max: 2_000 })
    }),
    { minLength: 1, maxLength: 60 }
  )

  it('serves one message after the other, up and down: they never overlap', () => {
    fc.assert(
      fc.property(messages, sent => {
        const network = createNetwork({ latency: CONSTANT, bandwidth: [narrow] }, INIT)
        let nowTicks = 0
        let upEnd = 0
        let downEnd = 0
        for (const { gapTicks, link, sizeBytes } of sent) {
          nowTicks += gapTicks
          // 800 kbit/s is 25 bytes a tick, 400 kbit/s half of it; answers are rounded by up to a tick.
          upEnd = Math.max(nowTicks, upEnd) + sizeBytes / 25
          const up = network.delayTicks(0, link, 1, sizeBytes, nowTicks) - 80
          assertNear(nowTicks + up, upEnd, 1)
          downEnd = Math.max(nowTicks, downEnd) + sizeBytes / 12.5
          assertNear(nowTicks + network.receiveTicks(0, sizeBytes, nowTicks), downEnd, 1.5)
        }
      }),
      { seed: 6, numRuns: 100 }
    )
  })

  it('drops what would wait for more than a minute', () => {
    const network = createNetwork({ latency: CONSTANT, bandwidth: [narrow] }, INIT)
    const sixMinutesBytes = 36_000_000
    assert.notEqual(network.delayTicks(0, 0, 1, sixMinutesBytes, 0), LOST)
    assert.equal(network.delayTicks(0, 1, 1, 1, 0), LOST)
    assert.notEqual(network.delayTicks(1, 0, 0, 1, 0), LOST)
    assert.notEqual(network.receiveTicks(0, sixMinutesBytes, 0), LOST)
    assert.equal(network.receiveTicks(0, 1, 0), LOST)
    assert.equal(network.lost, 2)
  })

  it('gives each class its share of the nodes', () => {
    const spec: NetworkSpec = { latency: CONSTANT, bandwidth: LIBP2P8_BANDWIDTH }
    const network = createNetwork(spec, { ...INIT, nodes: 10_000 })
    let fast = 0
    // 125,000 bytes take a ms at a gigabit, 20 ms at 50 Mbit/s.
    for (let node = 0; node < 10_000; node++) {
      if (network.delayTicks(node, 0, 1, 125_000, 0) < 90) fast++
    }
    assertNear(fast / 10_000, 0.2, 0.02)
  })

  it('is no bound where it is left out', () => {
    const network = createNetwork({ latency: CONSTANT }, INIT)
    assert.equal(network.delayTicks(0, 0, 1, 1e9, 0), 80)
    assert.equal(network.receiveTicks(0, 1e9, 0), 0)
  })
})
