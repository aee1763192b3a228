import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulationError } from '../../src/errors.ts'
import { isScenarioFile, loadScenarioFile, parseScenario } from '../../src/scenario/load.ts'
import { resolveSpec } from '../../src/scenario/resolve.ts'
import { SpecError } from '../../src/scenario/spec-error.ts'
import { sweepOf } from '../../src/scenario/sweep-of.ts'
import { scenarios } from './tiny.ts'

const resolveText = (text: string) => {
  const { document, locate } = parseScenario(text, 'mesh.yaml')
  const spec = resolveSpec(document, { locate, scenarios })
  sweepOf(document, { locate, scenarios })
  return spec
}

function problemsOf(text: string): readonly string[] {
  try {
    resolveText(text)
  } catch (error) {
    if (error instanceof SpecError) return error.problems
    throw error
  }
  return []
}

const bad: readonly { readonly desc: string; readonly text: string; readonly says: string[] }[] = [
  {
    desc: 'is empty',
    text: '',
    says: ['mesh.yaml:1:1: is null; give a block of fields']
  },
  {
    desc: 'is no YAML',
    text: 'scenario: tiny\nnodes: [1, 2\nseed: 3\n',
    says: [
      'mesh.yaml:3:1: Flow sequence in block collection must be sufficiently indented and end with a ]'
    ]
  },
  {
    desc: 'says a field twice',
    text: 'scenario: tiny\nnodes: 8\nnodes: 9\n',
    says: ['mesh.yaml:3:1: Map keys must be unique']
  },
  {
    desc: 'mistypes fields',
    text: 'scenario: tiny\nnods: 8\nnetwork:\n  latency: { model: constant, oneWayMs: fast }\n',
    says: [
      'mesh.yaml:2:1: nods: no such field; did you mean nodes?',
      'mesh.yaml:4:31: network.latency.oneWayMs: is "fast"; give a number from 0 to 10000'
    ]
  },
  {
    desc: 'leaves out what a block needs',
    text: 'scenario: tiny\nfaults:\n  - kind: crash\n    atMs: 5s\n    count: 1\n  - kind: pause\n    atMs: 1\n    count: 1\n',
    says: [
      'mesh.yaml:4:5: faults[0].atMs: is "5s"; give a whole number from 0 to 2592000000',
      'mesh.yaml:6:5: faults[1].forMs: is missing; give a whole number from 1 to 2592000000'
    ]
  },
  {
    desc: 'sweeps what is not there',
    text: 'scenario: tiny\nsweep:\n  axes:\n    nodes.many: [1]\n    seed: [1]\n',
    says: ['mesh.yaml:5:5: sweep.axes.seed: give sweep.seeds instead']
  },
  {
    desc: 'sweeps over a value that can not run',
    text: 'scenario: tiny\nsweep:\n  axes:\n    nodes: [8, 1]\n    parameters.targets:\n      - 3\n      - 99\n',
    says: [
      'mesh.yaml:4:16: sweep.axes.nodes[1]: nodes: is 1; give a whole number from 2 to 20000000',
      'mesh.yaml:7:9: sweep.axes.parameters.targets[1]: parameters.targets: is 99; give a whole number from 1 to 9'
    ]
  },
  {
    desc: 'has seeds that are none',
    text: 'scenario: tiny\nsweep:\n  seeds: { from: 4294967295, count: 2 }\n',
    says: ['mesh.yaml:3:3: sweep.seeds: ends at 4294967296; give seeds up to 4294967295']
  },
  {
    desc: 'has a seed twice',
    text: 'scenario: tiny\nsweep:\n  seeds: [1, 2, 1]\n',
    says: ['mesh.yaml:3:3: sweep.seeds: says something twice; leave one out']
  }
]

describe('a scenario file', () => {
  it('is YAML, with comments', () => {
    const text = '# how it goes\nscenario: tiny\nnodes: 512 # 8×8×8\nduration: 30s\n'
    const { nodes, durationMs } = resolveText(text)
    assert.deepEqual({ nodes, durationMs }, { nodes: 512, durationMs: 30_000 })
  })

  for (const { desc, text, says } of bad) {
    it(`that ${desc} is refused with the place`, () => assert.deepEqual(problemsOf(text), says))
  }

  it('cannot grow by aliases', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)
    const [line = ''] = problemsOf(['a0: &a0 [x]', ...lines].join('\n'))
    assert.match(line, /^mesh\.yaml:1:1: can't be read: .*alias/)
  })

  it('cannot be nested without end', () => {
    const [line = ''] = problemsOf(`scenario: ${'['.repeat(100_000)}`)
    assert.match(line, /^mesh\.yaml:\d+:\d+: /)
  })

  it('is told from a name by its ending or folder', () => {
    const words = ['flood', 'a.yaml', 'a.yml', 'a.json', 'a.ts', './flood', 'x/flood', 'v1.2']
    assert.deepEqual(words.filter(isScenarioFile), [
      ...['a.yaml', 'a.yml', 'a.json', 'a.ts', './flood', 'x/flood']
    ])
  })
})

describe('loading', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'torusmesh-load-'))
  })
  after(() => rm(folder, { recursive: true }))

  const load = async (name: string, text: string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return await loadScenarioFile(path)
  }
  const refusal = async (name: string, text: string): Promise<string> => {
    try {
      await load(name, text)
    } catch (error) {
      if (error instanceof SimulationError) return error.message.replace(folder, '')
      throw error
    }
    return ''
  }

  it('reads YAML and TypeScript alike', async () => {
    const { document } = await load('a.yaml', 'scenario: tiny\nnodes: 9\n')
    const module = "export const scenario: object = { scenario: 'tiny', nodes: 3 * 3 }"
    assert.deepEqual((await load('a.ts', module)).document, document)
  })

  const refused: readonly (readonly [name: string, text: string, says: RegExp])[] = [
    ['b.ts', 'export const scene = 1', /b\.ts: exports no scenario; add `export const scenario/],
    ['c.ts', '\nexport const scenario = {', /c\.ts: can't be loaded: /],
    ['d.ts', 'export const scenario = { nodes: () => 1 }', /d\.ts: can't be loaded: .*cloned/],
    ['e.txt', '', /e\.txt: is no scenario file; give one of \.yaml/],
    ['f.yaml', '#'.repeat(1_048_577), /f\.yaml: is larger than 1 MiB; split it/]
  ]
  for (const [name, text, says] of refused) {
    it(`refuses ${name}`, async () => assert.match(await refusal(name, text), says))
  }

  it('refuses what is not there', async () => {
    await assert.rejects(loadScenarioFile(join(folder, 'no.yaml')), {
      code: 'bad-setting',
      message: `${join(folder, 'no.yaml')}: can't be read (ENOENT); check the path`
    })
  })
})
