import assert from 'node:assert/strict'
import { withField } from '../../src/scenario/fields.ts'
import { SpecError } from '../../src/scenario/spec-error.ts'
import { sweepOf, sweepRuns } from '../../src/scenario/sweep-of.ts'
import { scenarios } from './tiny.ts'

const sweep = (block: object, rest: object = {}) =>
  sweepOf({ scenario: 'tiny', ...rest, sweep: block }, { scenarios })

describe('a sweep', () => {
  it('is every combination with every seed, the last axis fastest', () => {
    const spec = sweep({
      axes: { nodes: [8, 64], 'network.latency.oneWayMs': [5, 20] },
      seeds: { from: 7, count: 2 }
    })
    const runs = [...sweepRuns(spec, { scenarios })].map(({ nodes, seed, network: { latency } }) =>
      [nodes, latency.model === 'constant' && latency.oneWayMs, seed].join(' ')
    )
    assert.deepEqual(runs, [
      ...['8 5 7', '8 5 8', '8 20 7', '8 20 8'],
      ...['64 5 7', '64 5 8', '64 20 7', '64 20 8']
    ])
  })

  it('may vary whole blocks, parameters, and one fault of a list', () => {
    const spec = sweep(
      {
        axes: {
          'network.latency': [{ model: 'aws33' }],
          'parameters.shape': ['star'],
          'faults.0.count': [5]
        }
      },
      { faults: [{ kind: 'crash', atMs: 1, count: 2 }] }
    )
    const [run] = sweepRuns(spec, { scenarios })
    assert.deepEqual(run?.network.latency, { model: 'aws33' })
    assert.deepEqual(run?.parameters['shape'], 'star')
    assert.deepEqual(run?.faults, [{ kind: 'crash', atMs: 1, count: 5 }])
  })

  it('may go without a setting of the network at one of its points', () => {
    const loss = { model: 'uniform', permille: 20 }
    const spec = sweep({ axes: { 'network.loss': [null, loss] } }, { network: { transport: null } })
    assert.deepEqual(
      [...sweepRuns(spec, { scenarios })].map(({ network }) => [network.loss, network.transport]),
      [
        [undefined, undefined],
        [loss, undefined]
      ]
    )
  })

  it('is the one run of a document without one', () => {
    const spec = sweepOf({ scenario: 'tiny', seed: 9 }, { scenarios })
    assert.deepEqual([spec.axes, spec.seeds], [[], [9]])
    assert.equal([...sweepRuns(spec, { scenarios })].length, 1)
  })

  const refused: readonly (readonly [desc: string, block: object, says: string])[] = [
    [
      'more runs than a million',
      {
        axes: { nodes: Array.from({ length: 11 }, (_, i) => i + 2) },
        seeds: { from: 0, count: 100_000 }
      },
      'sweep: asks for 1100000 runs; 1000000 are the most, split it into several files'
    ],
    [
      'an axis without values',
      { axes: { nodes: [] } },
      'sweep.axes.nodes: is a list of 0; give a list of 1 to 1000'
    ],
    [
      'an axis that is no list',
      { axes: { nodes: 8 } },
      'sweep.axes.nodes: is 8; give a list of 1 to 1000'
    ],
    [
      'a path through a word',
      { axes: { 'scenario.x': [1] } },
      'sweep.axes.scenario.x: leads to no field of the document'
    ],
    [
      'a path to nowhere',
      { axes: { 'faults.3.count': [1] } },
      'sweep.axes.faults.3.count: leads to no field of the document'
    ],
    [
      'a path to a prototype',
      { axes: { '__proto__.x': [1] } },
      'sweep.axes.__proto__.x: leads to no field of the document'
    ],
    [
      'a field nobody knows',
      { axes: { 'network.los': [1] } },
      'sweep.axes.network.los[0]: network.los: no such field; did you mean loss?'
    ],
    ['seeds that are no list', { seeds: 5 }, 'sweep.seeds: is 5; give a list, or { from, count }'],
    ['no seeds at all', { seeds: [] }, 'sweep.seeds: is a list of 0; give a list of 1 to 100000']
  ]
  for (const [desc, block, says] of refused) {
    it(`with ${desc} is refused`, () => {
      assert.throws(
        () => sweep(block),
        (error: unknown) => error instanceof SpecError && error.problems[0] === says
      )
    })
  }
})

describe('setting a field', () => {
  it('leaves the document as it was', () => {
    const document = { network: { loss: { permille: 1 } }, list: [{ a: 1 }, { a: 2 }] }
    const before = structuredClone(document)
    assert.deepEqual(withField(document, 'network.loss.permille', 5), {
      ...document,
      network: { loss: { permille: 5 } }
    })
    assert.deepEqual(withField(document, 'list.1.a', 5)?.list, [{ a: 1 }, { a: 5 }])
    assert.deepEqual(document, before)
  })
})
