import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { scenarios } from '../../src/scenario/catalogue.ts'
import { checkDeterminism } from '../../src/scenario/determinism.ts'
import { loadScenarioFile } from '../../src/scenario/load.ts'
import { checkSpec, resolveSpec } from '../../src/scenario/resolve.ts'
import { runScenario } from '../../src/scenario/run.ts'
import type { RunProgress, RunSpec } from '../../src/scenario/spec.ts'
import { sweepOf, sweepRuns } from '../../src/scenario/sweep-of.ts'

const FOLDER: string = fileURLToPath(new URL('../../scenarios/', import.meta.url))

describe('example files', () => {
  it('are there for each scenario, and all can be read', async () => {
    const files = (await readdir(FOLDER)).filter(name => name.endsWith('.yaml'))
    const said = await Promise.all(
      files.map(async file => {
        const { document, locate } = await loadScenarioFile(`${FOLDER}${file}`)
        return resolveSpec(document, { locate }).scenario
      })
    )
    assert.deepEqual(new Set(said), new Set(scenarios.map(({ name }) => name)))
  })

  for (const { name } of scenarios) {
    it(`${name} runs, and all its sweep could`, async () => {
      const { document, locate } = await loadScenarioFile(`${FOLDER}${name}.yaml`)
      const spec = resolveSpec(document, { locate })
      const runs = [...sweepRuns(sweepOf(document, { locate }))]
      assert.ok(runs.length > 1)
      const { summary } = await runScenario({ ...spec, nodes: 216 })
      assert.equal(summary.scenario, name)
      assert.ok(summary.events > 0)
      assert.match(summary.auditHash, /^[0-9a-f]{16}$/)
    })
  }
})

describe('a run', () => {
  const spec = resolveSpec({ scenario: 'flood', nodes: 4_096, duration: '2s', seed: 3 })

  it('is the same again, and with other workers', async () => {
    const { deterministic, runs } = await checkDeterminism(spec)
    assert.equal(deterministic, true)
    assert.equal(new Set(runs.map(({ auditHash }) => auditHash)).size, 1)
    assert.deepEqual([runs.length, runs.at(-1)?.workers], [3, 2])
  })

  it('differs with its seed', async () => {
    const [one, other] = [await runScenario(spec), await runScenario({ ...spec, seed: 4 })]
    assert.notEqual(one.summary.auditHash, other.summary.auditHash)
  })

  it('is refused where its spec is none, whoever sends it', async () => {
    const specs: readonly (readonly [Partial<RunSpec>, RegExp])[] = [
      [{ scenario: 'floods' }, /^scenario: there is no floods$/],
      [{ nodes: 1e9 }, /^nodes: is 1000000000; give a whole number/],
      [{ parameters: { nothing: 1 } }, /^parameters\.nothing: no such field/],
      [{ faults: [{ kind: 'skew', atMs: 1, count: 1 }] }, /^faults\[0\]\.kind: is "skew"; give/]
    ]
    for (const [part, message] of specs) {
      await assert.rejects(runScenario({ ...spec, ...part }), { code: 'bad-setting', message })
    }
  })

  it('ends at a signal with its reason', async () => {
    const stop = new AbortController()
    const seen: RunProgress[] = []
    const long = checkSpec({ ...spec, scenario: 'health-detection', parameters: {}, faults: [] })
    const running = runScenario(
      { ...long, durationMs: 86_400_000 },
      {
        signal: stop.signal,
        onProgress: now => {
          seen.push(now)
          stop.abort(new Error('enough'))
        }
      }
    )
    await assert.rejects(running, { message: 'enough' })
    assert.equal(seen[0]?.ofMs, 86_400_000)
  })
})
