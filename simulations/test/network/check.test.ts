import assert from 'node:assert/strict'
import { checkNetwork } from '../../src/network/check.ts'
import { lookaheadTicks } from '../../src/network/network.ts'
import type { NetworkSpec } from '../../src/network/spec.ts'

const latency = { model: 'constant', oneWayMs: 20 } as const
const half = { sharePermille: 500, upKbps: 1_000, downKbps: 1_000 }

// Settings come from files: not all of them have the types they should.
const refused: readonly (readonly [string, object, string])[] = [
  [
    'a model it does not know',
    { latency: { model: 'king' } },
    'network.latency.model: is "king"; give constant, uniform, lognormal, aws33, planetlab490, libp2p8'
  ],
  [
    'a negative delay',
    { latency: { model: 'constant', oneWayMs: -1 } },
    'network.latency.oneWayMs: is -1; give a number from 0 to 10000'
  ],
  [
    'a range upside down',
    { latency: { model: 'uniform', minMs: 9, maxMs: 5 } },
    'network.latency.maxMs: is 5; give a number from 9 to 10000'
  ],
  [
    'a sigma without end',
    { latency: { model: 'lognormal', medianMs: 1, sigmaPermille: 1_001 } },
    'network.latency.sigmaPermille: is 1001; give a number from 0 to 1000'
  ],
  [
    'no number',
    { latency: { model: 'constant', oneWayMs: Number.NaN } },
    'network.latency.oneWayMs: is null; give a number from 0 to 10000'
  ],
  [
    'a broken permille',
    { latency, jitterSigmaPermille: 0.5 },
    'network.jitterSigmaPermille: is 0.5; give a whole number from 0 to 1000'
  ],
  [
    'reordering a stream',
    { latency, reorderPermille: 5 },
    'network.reorderPermille: is 5; give 0, for a stream keeps order, or transport datagram'
  ],
  [
    'copies on a stream',
    { latency, transport: 'stream', duplicatePermille: 5 },
    'network.duplicatePermille: is 5; give 0, for a stream keeps order, or transport datagram'
  ],
  [
    'an unknown transport',
    { latency, transport: 'quic' },
    'network.transport: is "quic"; give stream or datagram'
  ],
  [
    'an unknown loss',
    { latency, loss: { model: 'bernoulli' } },
    'network.loss.model: is "bernoulli"; give none, uniform, gilbert-elliott'
  ],
  [
    'a chance above one',
    { latency, loss: { model: 'uniform', permille: 1_001 } },
    'network.loss.permille: is 1001; give a number from 0 to 1000'
  ],
  [
    'a chance left out',
    {
      latency,
      loss: {
        model: 'gilbert-elliott',
        goodToBadPermille: 1,
        badToGoodPermille: 1,
        lossGoodPermille: 1
      }
    },
    'network.loss.lossBadPermille: is missing; give a whole number from 0 to 1000'
  ],
  [
    'shares that leave nodes without a class',
    { latency, bandwidth: [half] },
    'network.bandwidth: sum of sharePermille: is 500; give 1000 in all'
  ],
  [
    'a link that never passes anything',
    { latency, bandwidth: [half, { ...half, upKbps: 0 }] },
    'network.bandwidth[1].upKbps: is 0; give a number from 1 to 1000000000'
  ],
  ['no classes', { latency, bandwidth: [] }, 'network.bandwidth: is []; give 1 to 16 classes']
]

describe('network settings', () => {
  for (const [desc, spec, message] of refused) {
    it(`refuse ${desc}`, () => {
      assert.throws(() => checkNetwork(spec as NetworkSpec), { code: 'bad-setting', message })
    })
  }

  it('allow what the model can do', () => {
    checkNetwork({ latency })
    checkNetwork({ latency: { model: 'aws33' }, bandwidth: [half, half], accessTail: true })
    checkNetwork({ latency, transport: 'datagram', reorderPermille: 5, duplicatePermille: 1_000 })
  })
})

const lookaheads: readonly (readonly [string, NetworkSpec, number])[] = [
  ['a constant delay', { latency }, 80],
  ['no delay at all: a tick', { latency: { model: 'constant', oneWayMs: 0 } }, 1],
  ['a range: its least', { latency: { model: 'uniform', minMs: 5, maxMs: 9 } }, 20],
  // 20 ms · e^(-0.5 · 3.0973) = 4.25 ms
  [
    'a lognormal delay: its least quantile',
    { latency: { model: 'lognormal', medianMs: 20, sigmaPermille: 500 } },
    17
  ],
  ['jitter: the same', { latency, jitterSigmaPermille: 500 }, 17],
  ['asymmetry: half of it less', { latency, asymmetryPermille: 500 }, 60],
  ['measured delays: at least a millisecond', { latency: { model: 'aws33' } }, 4],
  ['PlanetLab: at least a millisecond', { latency: { model: 'planetlab490' } }, 4],
  ['regions: the least within one', { latency: { model: 'libp2p8' } }, 8]
]

describe('lookahead', () => {
  for (const [desc, spec, ticks] of lookaheads) {
    it(`of ${desc}`, () => assert.equal(lookaheadTicks(spec), ticks))
  }
})
