import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attempt, SwarmReport } from '@torusmesh/simulations'
import type { SimPort } from '../src/sim-port.ts'
import { FakeIo } from './support/fake-io.ts'
import { run, settle, simulations } from './support/run.ts'

const report: SwarmReport = {
  runs: 40,
  of: 40,
  events: 1_234_567,
  virtualMs: 1_800_000,
  wallMs: 12_300,
  findings: [],
  sometimes: { flood: { delivered: 1 } },
  neverReached: [],
  slowest: [{ scenario: 'flood', seed: 7, wallMs: 800 }],
  compared: 0,
  differing: [],
  failures: []
}

/** A run that floods too little, as if a machine were broken. */
async function withFailure(): Promise<SimPort> {
  const real = await simulations()
  const spec = real.resolveSpec({
    scenario: 'flood',
    nodes: 8,
    seed: 7,
    duration: 30_000,
    faults: []
  })
  const violation = { property: 'everybody-reached', atMs: 30_000, node: 0, what: '8 are missing' }
  const failure: Attempt = {
    spec,
    violations: [violation],
    auditHash: '',
    events: 9,
    wallMs: 1,
    sometimes: {}
  }
  const { property, what } = violation
  const finding = { scenario: 'flood', property, runs: 2, firstSeed: 7, what }
  return async () => ({
    ...real,
    runSwarm: async () => ({ ...report, findings: [finding], failures: [failure] }),
    shrink: async shrunk => ({ ...shrunk, runs: 3, faults: 0 })
  })
}

describe('sim swarm', () => {
  it('runs drawn runs of a scenario, and prints one object', async () => {
    const { code, out } = await run('sim swarm flood --seeds 5 --check-determinism --json')
    const { runs, of, compared, differing, findings, sometimes, kept } = JSON.parse(out)
    assert.equal(code, 0)
    assert.deepEqual([runs, of, compared, differing, findings, kept], [5, 5, 5, [], [], []])
    assert.ok(sometimes.flood.delivered > 0)
  })

  it('says what it did to people', async () => {
    const sim: SimPort = async () => ({
      ...(await simulations()),
      runSwarm: async () => ({
        ...report,
        runs: 30,
        neverReached: ['flood: repaired'],
        compared: 3
      })
    })
    const { code, out } = await run('sim swarm', { sim })
    assert.equal(code, 0)
    assert.deepEqual(out.split('\n'), [
      'runs           30 of 40, 30 min of virtual time in 12.3 s',
      'events         1,234,567',
      'violations     none',
      'deterministic  yes, 3 runs twice with equal hashes',
      'slowest        flood 7 (0.8 s)',
      'never reached  flood: repaired',
      ''
    ])
  })

  it('keeps what fails as a replay file and a diagram, and ends with 4', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sim-swarm-'))
    try {
      const sim = await withFailure()
      const { code, out } = await run(`sim swarm flood --out ${folder}`, { sim })
      assert.equal(code, 4)
      const path = join(folder, 'flood-everybody-reached-7.json')
      assert.deepEqual(out.split('\n').slice(5), [
        'scenario  property           runs  first seed  what',
        'flood     everybody-reached     2           7  8 are missing',
        '',
        'seed  shrunk to    nodes  time  again',
        `   7  0 faults   8 nodes  30 s  torusmesh sim replay ${path}`,
        ''
      ])
      assert.deepEqual((await readdir(folder)).sort(), [
        'flood-everybody-reached-7.json',
        'flood-everybody-reached-7.svg'
      ])
      const io = new FakeIo()
      io.files = { [path]: await readFile(path, 'utf8') }
      const svg = join(folder, 'again.svg')
      const again = await run(`sim replay ${path} --svg ${svg} --json`, { io })
      const { property, violated, sameCode } = JSON.parse(again.out)
      assert.deepEqual(
        [again.code, property, violated, sameCode],
        [3, 'everybody-reached', false, true]
      )
      assert.match(await readFile(svg, 'utf8'), /^<svg /)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('ends with 3 when a run was another the second time', async () => {
    const differing = [{ scenario: 'flood', seed: 9 }]
    const sim: SimPort = async () => ({
      ...(await simulations()),
      runSwarm: async () => ({ ...report, compared: 40, differing })
    })
    const { code, out } = await run('sim swarm --check-determinism', { sim })
    assert.equal(code, 3)
    assert.match(out, /deterministic {2}NO: flood 9; please report it/)
  })

  it('stops at Ctrl-C with what is done', async () => {
    const io = new FakeIo()
    const sim: SimPort = async () => ({
      ...(await simulations()),
      runSwarm: ({ signal } = { seeds: 1 }) =>
        new Promise(resolve =>
          signal!.addEventListener('abort', () => resolve({ ...report, runs: 2 }))
        )
    })
    const ended = run('sim swarm', { io, sim })
    await settle()
    await settle()
    io.interrupt()
    const { code, out } = await ended
    assert.equal(code, 1)
    assert.match(out, /^runs +2 of 40, /)
    assert.equal(io.interrupts.size, 0)
  })

  const refused: readonly (readonly [line: string, code: number, says: string])[] = [
    ['sim swarm floood', 2, 'no scenario floood; see `torusmesh sim list`'],
    [
      'sim swarm --seeds 0',
      2,
      "option '--seeds <n>' argument '0' is invalid; give a whole number from 1 to 1000000"
    ],
    ['sim replay no.json', 1, 'it is no JSON; give a file of `sim swarm`']
  ]
  for (const [line, code, says] of refused) {
    it(`is refused: ${line}`, async () => {
      assert.deepEqual(await run(line), { code, out: '', err: `torusmesh: ${says}\n` })
    })
  }
})
