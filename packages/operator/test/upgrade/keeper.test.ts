import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openUpgrade } from '../../../upgrade/src/execute/index.ts'
import type { Launch } from '../../src/upgrade/child.ts'
import { type Keeper, startKeeper } from '../../src/upgrade/keeper.ts'
import type { UpgradeJob } from '../../src/upgrade/port.ts'
import { folderSource } from '../../src/upgrade/source.ts'
import { ArtefactStore } from '../../src/upgrade/store.ts'

const KEPT = new URL('../../src/upgrade/kept.ts', import.meta.url).href

/** A node that upgrades itself as soon as it finds a job, and writes down what it was answered. */
const node = (version: number, start: string, after: string): string => `
const { appendFileSync, existsSync, readFileSync } = await import('node:fs')
const { keptSteps } = await import(${JSON.stringify(KEPT)})
const isProbe = process.env.TORUSMESH_UPGRADE_PROBE === '1'
${start}
process.send('ready')
setInterval(() => {}, 1000)
const log = line => appendFileSync(process.env.LOG, line + '\\n')
if (!isProbe) {
  while (!existsSync(process.env.JOB)) await new Promise(done => setTimeout(done, 10))
  const steps = keptSteps(JSON.parse(readFileSync(process.env.JOB, 'utf8')), process)
  const ask = async phase => {
    const outcome = await steps.perform(phase)
    log('${version} ' + phase + ' ' + (outcome.ok ? 'ok' : outcome.code))
    return outcome.ok
  }
  log('${version} up')
  ${after}
}
`
const ASKS = `await ask('preflight') && await ask('execute'); await ask('clean')`
const FIRST = node(1, '', ASKS)

const NEXT = {
  good: node(2, '', `await ask('execute') && await ask('verify') && await ask('clean')`),
  'fails in its place': node(2, 'if (!isProbe) process.exit(1)', ''),
  'dies before it is clean': node(2, '', `setTimeout(() => process.exit(1), 20)`)
} as const

async function play(next: keyof typeof NEXT): Promise<{
  readonly lines: readonly string[]
  readonly runs: 'first' | 'next' | undefined
}> {
  const folder = await mkdtemp(join(tmpdir(), 'keeper-'))
  const mirror = join(folder, 'mirror')
  await mkdir(mirror)
  const put = async (text: string): Promise<string> => {
    const sha256 = createHash('sha256').update(text).digest('hex')
    await writeFile(join(mirror, sha256), text)
    return sha256
  }
  const [first, digest] = [await put(FIRST), await put(NEXT[next])]
  const store = new ArtefactStore({
    folder: join(folder, 'artefacts'),
    sources: [folderSource(mirror)],
    freeBytes: () => Promise.resolve(2 ** 40)
  })
  const ref = { platform: 'any', location: 'node' }
  await store.fetch({ ...ref, sha256: first, sizeBytes: Buffer.byteLength(FIRST) }, 5_000)
  const log = join(folder, 'log')
  const launch: Launch = {
    command: path => [process.execPath, path],
    env: { PATH: '/usr/bin:/bin', LOG: log, JOB: join(folder, 'wanted') },
    cwd: folder
  }
  const keeper: Keeper = await startKeeper({
    ...{ folder, store, launch, probe: launch, first, startMs: 10_000, settleMs: 100, restarts: 1 },
    node: { missing: () => Promise.resolve([]), heal: () => Promise.resolve([]) },
    open: openUpgrade
  })
  try {
    const job: UpgradeJob = {
      ...{ plan: '9'.repeat(64), service: 'node', kind: 'process', version: 2 },
      artefact: { ...ref, sha256: digest, sizeBytes: Buffer.byteLength(NEXT[next]) },
      previous: { sha256: first },
      preflight: [],
      timeouts: {
        ...{ stageMs: 5_000, probeMs: 10_000, swapMs: 10_000 },
        ...{ verifyMs: 10_000, rollbackMs: 10_000, bakeMs: 0 }
      }
    }
    await writeFile(join(folder, 'wanted'), JSON.stringify(job))
    for (;;) {
      const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n')
      if (lines.at(-1)?.includes('clean ') === true) {
        const { digest: found } = keeper
        const runs = found === first ? 'first' : found === digest ? 'next' : undefined
        return { lines, runs }
      }
      await new Promise(done => setTimeout(done, 20))
    }
  } finally {
    await keeper.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

describe('a node that upgrades itself', () => {
  it('is swapped by its keeper, and the next one finishes what it began', async () => {
    assert.deepEqual(await play('good'), {
      lines: ['1 up', '1 preflight ok', '2 up', '2 execute ok', '2 verify ok', '2 clean ok'],
      runs: 'next'
    })
  })

  it('comes back by itself when the next one doesn’t start in its place', async () => {
    assert.deepEqual(await play('fails in its place'), {
      lines: ['1 up', '1 preflight ok', '1 up', '1 preflight out-of-order', '1 clean ok'],
      runs: 'first'
    })
  })

  it('comes back by itself when the next one keeps dying', async () => {
    const { lines, runs } = await play('dies before it is clean')
    assert.deepEqual(
      lines.filter(line => line !== '2 up'),
      ['1 up', '1 preflight ok', '1 up', '1 preflight out-of-order', '1 clean ok']
    )
    assert.equal(runs, 'first')
  })
})
