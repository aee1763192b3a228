import assert from 'node:assert/strict'
import fc from 'fast-check'
import { checkSpec, resolveSpec } from '../../src/scenario/resolve.ts'
import { FAULTS, LATENCIES, LOSSES } from '../../src/scenario/schema.ts'
import { SpecError } from '../../src/scenario/spec-error.ts'
import { scenarios } from './tiny.ts'

const resolve = (document: unknown) => resolveSpec(document, { scenarios })

function problemsOf(document: unknown): readonly string[] {
  try {
    resolve(document)
  } catch (error) {
    if (error instanceof SpecError) return error.problems
    throw error
  }
  return []
}

describe('a scenario document', () => {
  it('gets what it leaves out from its scenario', () => {
    assert.deepEqual(resolve({ scenario: 'tiny' }), {
      scenario: 'tiny',
      nodes: 64,
      seed: 1,
      durationMs: 10_000,
      network: { latency: { model: 'constant', oneWayMs: 20 }, transport: 'datagram' },
      faults: [],
      parameters: { targets: 3, share: 0.5, shape: 'ring', loud: false, label: 'none' }
    })
  })

  it('goes without what its scenario has by default where it says null', () => {
    const spec = resolve({ scenario: 'tiny', network: { transport: null, bandwidth: null } })
    assert.deepEqual(spec.network, { latency: { model: 'constant', oneWayMs: 20 } })
    assert.deepEqual(checkSpec(spec, { scenarios }), spec)
  })

  it('goes over the defaults, the network field by field', () => {
    const faults = [{ kind: 'crash', atMs: 5, count: 2 }]
    const spec = resolve({
      scenario: 'tiny',
      nodes: 4_096,
      seed: 7,
      duration: '2m',
      network: { loss: { model: 'uniform', permille: 20 } },
      faults,
      parameters: { shape: 'star', targets: 9 }
    })
    assert.deepEqual(spec, {
      scenario: 'tiny',
      nodes: 4_096,
      seed: 7,
      durationMs: 120_000,
      network: {
        latency: { model: 'constant', oneWayMs: 20 },
        transport: 'datagram',
        loss: { model: 'uniform', permille: 20 }
      },
      faults,
      parameters: { targets: 9, share: 0.5, shape: 'star', loud: false, label: 'none' }
    })
  })

  for (const [duration, durationMs] of [
    [1, 1],
    [2_500, 2_500],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000]
  ] as const) {
    it(`takes ${JSON.stringify(duration)} as a duration`, () => {
      assert.equal(resolve({ scenario: 'tiny', duration }).durationMs, durationMs)
    })
  }

  it('gives equal specs for equal documents, whatever the order of their fields', () => {
    const one = { scenario: 'tiny', nodes: 8, parameters: { loud: true, targets: 2 } }
    const other = { parameters: { targets: 2, loud: true }, nodes: 8, scenario: 'tiny' }
    assert.equal(JSON.stringify(resolve(one)), JSON.stringify(resolve(other)))
  })

  it('is a spec or a list of problems, whatever it holds', () => {
    const field = fc.constantFrom(
      ...['scenario', 'nodes', 'seed', 'duration', 'network', 'faults', 'parameters', 'sweep'],
      ...['latency', 'loss', 'model', 'kind', 'atMs', 'count', 'nodes', 'oneWayMs', '__proto__'],
      ...['axes', 'seeds', 'from', 'targets', '0', 'constructor']
    )
    const { value } = fc.letrec(tie => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          'tiny',
          'calm',
          'uniform',
          'crash',
          'turn',
          0,
          1,
          -1,
          0.5,
          1e21,
          true,
          null
        ),
        fc.dictionary(field, tie('value'), { maxKeys: 5 }),
        fc.array(tie('value'), { maxLength: 3 })
      )
    }))
    fc.assert(
      fc.property(fc.dictionary(field, value), document => {
        for (const line of problemsOf({ scenario: 'tiny', ...document })) assert.match(line, /: ./)
      }),
      { numRuns: 300, seed: 1 }
    )
  })
})

describe('what is wrong with a document', () => {
  const tables: Record<string, readonly (readonly [unknown, ...string[]])[]> = {
    'its outline': [
      [[], 'is a list of 0; give a block of fields'],
      [{}, 'scenario: is missing; give a word of 1 to 200 characters'],
      [{ scenario: 3 }, 'scenario: is 3; give a word of 1 to 200 characters'],
      [{ scenario: 'tini' }, 'scenario: is "tini"; did you mean tiny?'],
      [{ scenario: 'flapjack' }, 'scenario: is "flapjack"; give tiny or calm'],
      [{ scenario: 'tiny', nods: 3 }, 'nods: no such field; did you mean nodes?'],
      [
        { scenario: 'tiny', colour: 3 },
        'colour: no such field; give scenario, nodes, seed, duration, network, faults, parameters or sweep'
      ],
      [{ scenario: 'tiny', nodes: 1 }, 'nodes: is 1; give a whole number from 2 to 20000000'],
      [{ scenario: 'tiny', nodes: 2.5 }, 'nodes: is 2.5; give a whole number from 2 to 20000000'],
      [{ scenario: 'tiny', seed: -1 }, 'seed: is -1; give a whole number from 0 to 4294967295'],
      [
        { scenario: 'tiny', duration: '31d' },
        'duration: is "31d"; give whole ms, or 500ms, 30s, 5m, 2h, up to 30d'
      ],
      [
        { scenario: 'tiny', duration: 0 },
        'duration: is 0; give whole ms, or 500ms, 30s, 5m, 2h, up to 30d'
      ]
    ],
    'its network': [
      [
        { scenario: 'tiny', network: { latency: { model: 'aws' } } },
        'network.latency.model: is "aws"; did you mean aws33?'
      ],
      [
        { scenario: 'tiny', network: { latency: null } },
        'network.latency: is null; give a block with model'
      ],
      [
        { scenario: 'tiny', network: { bandwith: null } },
        'network.bandwith: no such field; did you mean bandwidth?'
      ],
      [{ scenario: 'tiny', network: null }, 'network: is null; give a block of fields'],
      [
        { scenario: 'tiny', network: { latency: 20 } },
        'network.latency: is 20; give a block with model'
      ],
      [
        { scenario: 'tiny', network: { latency: {} } },
        'network.latency.model: is missing; give constant, uniform, lognormal, aws33, planetlab490 or libp2p8'
      ],
      [
        { scenario: 'tiny', network: { latency: { model: 'uniform', minMs: 9, maxMs: 8 } } },
        'network.latency.maxMs: is 8; give a number from 9 to 10000'
      ],
      [
        { scenario: 'tiny', network: { loss: { model: 'uniform', permile: 3 } } },
        'network.loss.permille: is missing; give a whole number from 0 to 1000',
        'network.loss.permile: no such field; did you mean permille?'
      ],
      [
        { scenario: 'tiny', network: { transport: 'pigeon' } },
        'network.transport: is "pigeon"; give datagram or stream'
      ],
      [
        { scenario: 'tiny', network: { transport: 'stream', reorderPermille: 5 } },
        'network.reorderPermille: is 5; give 0, for a stream keeps order, or transport datagram'
      ],
      [
        {
          scenario: 'tiny',
          network: { bandwidth: [{ sharePermille: 300, upKbps: 1, downKbps: 1 }] }
        },
        'network.bandwidth: sum of sharePermille: is 300; give 1000 in all'
      ]
    ],
    'its faults': [
      [
        { scenario: 'tiny', faults: [{ kind: 'crush', atMs: 1 }] },
        'faults[0].kind: is "crush"; did you mean crash?'
      ],
      [
        { scenario: 'tiny', faults: [{ kind: 'crash', count: 1 }] },
        'faults[0].atMs: is missing; give a whole number from 0 to 2592000000'
      ],
      [
        { scenario: 'tiny', faults: [{ kind: 'crash', atMs: 1 }] },
        'faults[0]: is []; give one of nodes, count, sharePermille, radius'
      ],
      [
        { scenario: 'tiny', faults: [{ kind: 'crash', atMs: 1, count: 1, radius: 2 }] },
        'faults[0]: is ["count","radius"]; give one of nodes, count, sharePermille, radius'
      ],
      [
        { scenario: 'tiny', faults: [{ kind: 'crash', atMs: 1, count: 1, of: 2 }] },
        'faults[0].of: needs radius beside it; give that, or leave it out'
      ],
      [
        { scenario: 'tiny', nodes: 8, faults: [{ kind: 'crash', atMs: 1, nodes: [1, 8] }] },
        'faults[0].nodes[1]: is 8; give a number from 0 to 7'
      ],
      [
        { scenario: 'tiny', nodes: 8, faults: [{ kind: 'crash', atMs: 1, count: 9 }] },
        'faults[0].count: is 9; give a number from 1 to 8'
      ],
      [
        {
          scenario: 'tiny',
          faults: [{ kind: 'slow', atMs: 1, forMs: 5, factorPermille: 1_500, count: 1 }]
        },
        'faults[0].kind: is "slow"; give crash, pause, partition, turn'
      ],
      [
        { scenario: 'tiny', faults: [{ kind: 'crash', atMs: 1, count: 1, restartAfterMs: 9 }] },
        'faults[0].restartAfterMs: is 9; give nothing, this scenario has no restart'
      ],
      [
        { scenario: 'calm', faults: [{ kind: 'crash', atMs: 1, count: 1 }] },
        'faults[0].kind: is "crash"; give no faults, this scenario has none'
      ],
      [
        {
          scenario: 'tiny',
          faults: [{ kind: 'churn', atMs: 0, forMs: 1, permillePerMinute: 5, downMs: 9 }]
        },
        'faults[0].kind: is "churn"; give crash, pause, partition, turn'
      ],
      [
        { scenario: 'tiny', faults: [{ kind: 'turn', behaviour: 'lier', count: 1 }] },
        'faults[0].behaviour: is "lier"; give liar, mute'
      ]
    ],
    'its parameters': [
      [
        { scenario: 'tiny', parameters: { target: 3 } },
        'parameters.target: no such field; did you mean targets?'
      ],
      [
        { scenario: 'tiny', parameters: { targets: 10 } },
        'parameters.targets: is 10; give a whole number from 1 to 9'
      ],
      [
        { scenario: 'tiny', parameters: { share: 'half' } },
        'parameters.share: is "half"; give a number from 0 to 1'
      ],
      [
        { scenario: 'tiny', parameters: { shape: 'rung' } },
        'parameters.shape: is "rung"; did you mean ring?'
      ],
      [{ scenario: 'tiny', parameters: { loud: 1 } }, 'parameters.loud: is 1; give true or false'],
      [
        { scenario: 'calm', parameters: { loud: true } },
        'parameters.loud: no such field; leave it out'
      ]
    ]
  }
  for (const [about, table] of Object.entries(tables)) {
    describe(about, () => {
      for (const [document, ...says] of table) {
        it(says.join(' | '), () => assert.deepEqual(problemsOf(document), says))
      }
    })
  }

  it('is said all at once, the first in the message', () => {
    const bad = { scenario: 'tiny', nodes: 0, faults: [{ kind: 'x' }], parameters: { loud: 3 } }
    assert.throws(() => resolve(bad), {
      code: 'bad-setting',
      message: 'nodes: is 0; give a whole number from 2 to 20000000 (and 2 more)'
    })
    assert.equal(problemsOf(bad).length, 3)
  })

  it('is no more than 20 lines', () => {
    const faults = Array.from({ length: 1_000 }, () => ({ kind: 'x' }))
    assert.equal(problemsOf({ scenario: 'tiny', faults }).length, 20)
  })

  it('includes more than 10,000 faults', () => {
    const faults = Array.from({ length: 10_001 }, () => ({ kind: 'crash', atMs: 0, count: 1 }))
    assert.deepEqual(problemsOf({ scenario: 'tiny', faults }), [
      'faults: is a list of 10001; give a list of 0 to 10000'
    ])
  })
})

describe('blocks by tag', () => {
  it('carry the tag they are found by', () => {
    for (const [tag, schemas] of [
      ['model', LATENCIES],
      ['model', LOSSES],
      ['kind', FAULTS]
    ] as const) {
      for (const [name, { properties }] of Object.entries(schemas)) {
        assert.equal((properties[tag] as { const?: string }).const, name)
      }
    }
  })
})
