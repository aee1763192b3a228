import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunOutcome, type RunProgress, scenarios } from '@torusmesh/simulations'
import type { SimPort, Simulations } from '../src/sim-port.ts'
import { FakeIo, screenOf } from './support/fake-io.ts'
import { run, settle, simulations } from './support/run.ts'

const outcome: RunOutcome = {
  summary: {
    scenario: 'flood',
    nodes: 512,
    seed: 1,
    auditHash: '52dc1d1a6b21fdc4',
    events: 2_562,
    bytesPerNode: 288,
    violations: 1,
    sometimes: { delivered: 512, repaired: 0 },
    measures: { deliveryP50Ms: 217, reviveMaxMs: null }
  },
  timing: { workers: 1, wallMs: 500, eventsPerSecond: 5_124, realTimeFactor: 120 },
  violations: [{ property: 'reaches-all', atMs: 60_000, node: 7, what: 'node 7 has no copy' }],
  tables: {}
}

/** The simulator, some of it replaced. */
const simWith =
  (parts: Partial<Simulations>): SimPort =>
  async () => ({ ...(await simulations()), ...parts })

describe('sim run', () => {
  it('prints one object, and the same hash whatever the workers', async () => {
    const line = 'sim run flood --nodes 512 --seed 3 --duration 5 --json'
    const { code, out } = await run(line)
    const json = JSON.parse(out)
    assert.equal(code, 0)
    assert.deepEqual(Object.keys(json), [
      ...['scenario', 'nodes', 'seed', 'workers', 'auditHash', 'events', 'eventsPerSecond'],
      ...['realTimeFactor', 'bytesPerNode', 'violations', 'sometimes', 'durationMs', 'wallMs'],
      ...['threads', 'measures', 'firstViolations']
    ])
    const { scenario, nodes, seed, workers, durationMs, violations } = json
    assert.deepEqual([scenario, nodes, seed, workers, durationMs], ['flood', 512, 3, 1, 5_000])
    assert.equal(violations, 0)
    const again = JSON.parse((await run(`${line} --workers 2`)).out)
    assert.deepEqual([again.auditHash, again.workers], [json.auditHash, 2])
  })

  it('says what was never reached, and ends with 4 at a violation', async () => {
    const sim = simWith({ runScenario: async () => outcome })
    const { code, out } = await run('sim run flood --seed 1', { sim })
    assert.equal(code, 4)
    assert.deepEqual(out.split('\n'), [
      'run            flood, 512 nodes, seed 1',
      'time           1 min in 0.5 s, 120× real time, 1 worker',
      'events         2,562, 5,124 a second, 288 bytes a node',
      'audit hash     52dc1d1a6b21fdc4',
      'violations     1',
      'reached        delivered 512',
      'never reached  repaired; the run says nothing about these',
      '',
      'deliveryP50Ms  217',
      'reviveMaxMs    not measured',
      '',
      'reaches-all  after 1 min, node 7: node 7 has no copy',
      ''
    ])
  })

  it('runs something small when it is given nothing', async () => {
    const sim = simWith({ runScenario: async () => outcome })
    assert.deepEqual(await run('sim', { sim }), await run('sim run health-detection', { sim }))
  })

  it('compares three runs with --check-determinism', async () => {
    const line = 'sim run flood --duration 5 --check-determinism --json'
    const { code, out } = await run(line)
    assert.deepEqual([code, JSON.parse(out).deterministic], [0, true])
    const runs = [
      { workers: 1, auditHash: 'aa' },
      { workers: 2, auditHash: 'bb' }
    ]
    const sim = simWith({
      checkDeterminism: async () => ({ outcome, deterministic: false, runs })
    })
    const differing = await run('sim run flood --check-determinism', { sim })
    assert.equal(differing.code, 3)
    assert.match(differing.out, /deterministic {2}NO: aa with 1 worker, bb with 2 workers; /)
  })

  it('shows how far it is on standard error, and at Ctrl-C what was done', async () => {
    const io = new FakeIo().asTerminal()
    let tell: (progress: RunProgress) => void = () => {}
    const sim = simWith({
      runScenario: (_spec, { signal, onProgress } = {}) => {
        tell = onProgress!
        return new Promise((_, reject) =>
          signal!.addEventListener('abort', () => reject(signal!.reason))
        )
      }
    })
    const ended = run('sim run flood --duration 60', { io, sim })
    await settle()
    await settle()
    io.pass(2_000)
    tell({ virtualMs: 15_000, ofMs: 60_000, events: 4_000_000, wallMs: 2_000 })
    assert.deepEqual(screenOf(io.stderr.text), [
      'flood, 512 nodes ██████░░░░░░░░░░░░░░░░░░ 15 s of 1 min, 2,000,000 events/s, 6 s left',
      ''
    ])
    io.interrupt()
    const { code, err } = await ended
    assert.equal(code, 1)
    assert.match(
      err,
      /torusmesh: stopped after 15 s of 1 min, 4,000,000 events; nothing was kept, /
    )
    assert.equal(io.interrupts.size, 0)
  })

  const refused: readonly (readonly [line: string, code: number, says: string])[] = [
    ['sim run floood', 2, 'no scenario floood; see `torusmesh sim list`, or give a file'],
    ['sim list floood', 2, 'no scenario floood; see `torusmesh sim list`'],
    [
      'sim run flood --nodes 1',
      2,
      "option '--nodes <n>' argument '1' is invalid; give a whole number from 2 to 20000000"
    ],
    [
      'sim run flood --param x',
      2,
      "option '--param <name=value>' argument 'x' is invalid; give a name and a value, as in targets=12"
    ],
    ['sim run flood --param x=1', 1, '--param: parameters.x: no such field; give messages'],
    ['sim run no.yaml', 1, "no.yaml: can't be read (ENOENT); check the path"],
    ['sim worker', 2, 'which Redis? Give --redis URL, or set TORUSMESH_SIM_REDIS']
  ]
  for (const [line, code, says] of refused) {
    it(`is refused: ${line}`, async () => {
      assert.deepEqual(await run(line), { code, out: '', err: `torusmesh: ${says}\n` })
    })
  }
})

describe('sim list', () => {
  it('names the scenarios, in order', async () => {
    const { out } = await run('sim list --json')
    const named = JSON.parse(out).scenarios.map(({ name }: { name: string }) => name)
    assert.deepEqual(
      named,
      scenarios.map(({ name }) => name)
    )
    const first = ['flood', 'broadcast', 'health-detection', 'cluster-failure', 'partition-heal']
    assert.deepEqual(named.slice(0, first.length), first)
  })
})

/** Every file of a results folder but of the machine it was made on, by path. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const path of (await readdir(folder, { recursive: true })).toSorted()) {
    const isFile = (await stat(join(folder, path))).isFile()
    if (isFile && path !== 'host.jsonl') found[path] = await readFile(join(folder, path), 'latin1')
  }
  return found
}

describe('a sweep', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'torusmesh-sim-'))
    const axes = 'sweep: { axes: { nodes: [27, 64] }, seeds: [1, 2] }'
    await writeFile(join(folder, 'm.yaml'), `scenario: flood\nduration: 5s\n${axes}\n`)
  })
  after(() => rm(folder, { recursive: true }))

  it('leaves a report and can be reproduced, in one go or in shards', async () => {
    const file = join(folder, 'm.yaml')
    const whole = await run(`sim sweep ${file} --out ${folder}/a --threads 1 --json`)
    assert.equal(whole.code, 0)
    const { runs, done, failed, folder: results } = JSON.parse(whole.out)
    assert.deepEqual([runs, done, failed], [4, 4, 0])
    const again = await run(`sim reproduce ${results}`)
    assert.deepEqual([again.code, again.out], [0, '4/4 audit hashes equal\n'])
    for (const i of [0, 1]) {
      const line = `sim sweep ${file} --shard ${i}/2 --out ${folder}/s${i} --threads 1`
      assert.equal((await run(line)).code, 0)
    }
    const merged = await run(`sim merge ${folder}/s0 ${folder}/s1 --out ${folder}/b --json`)
    assert.equal(JSON.parse(merged.out).folder.replace('/b/', '/a/'), results)
  })

  it('of one run is what `sim run --out` keeps, byte for byte', async () => {
    const flags = 'flood --nodes 64 --seed 3 --duration 5 --json'
    const ran = await run(`sim run ${flags} --out ${folder}/run`)
    assert.equal(ran.code, 0)
    const swept = await run(`sim sweep ${flags} --threads 1 --out ${folder}/sweep`)
    const { folder: kept, report } = JSON.parse(ran.out)
    assert.equal(report, join(kept, 'report.html'))
    assert.deepEqual(await filesIn(kept), await filesIn(JSON.parse(swept.out).folder))
    const again = await run(`sim reproduce ${kept}`)
    assert.deepEqual([again.code, again.out], [0, '1/1 audit hashes equal\n'])
  })
})
