import assert from 'node:assert/strict'
import {
  type ExecutionPhase,
  type Executor,
  openUpgrade,
  type StepJournal,
  type StepOutcome,
  type StepRefusal,
  type StepRow,
  type UpgradeJob,
  type UpgradeSession
} from '../../src/execute/index.ts'

/** Keeps rows in memory, and fails when told to. */
export class MemoryJournal implements StepJournal {
  readonly all: StepRow[] = []
  /** Appends from this one on fail. */
  failsFrom = Number.POSITIVE_INFINITY

  append(row: StepRow): Promise<void> {
    if (this.all.length >= this.failsFrom) return Promise.reject(new Error('no space'))
    this.all.push(row)
    return Promise.resolve()
  }

  rows(plan: string): Promise<readonly StepRow[]> {
    return Promise.resolve(this.all.filter(row => row.plan === plan))
  }
}

/** A machine on which an executor works, in the state before an upgrade. */
export interface Bench {
  readonly executor: Executor
  readonly job: UpgradeJob
  /** Digest of what runs. */
  runs(): Promise<string | undefined>
  close(): Promise<void>
}

/** How the artefact of a bench turns out. */
export type BenchFate = 'good' | 'crash-at-start' | 'never-ready' | 'wrong-bytes'

export const codeOf = (outcome: StepOutcome): string => (outcome.ok ? 'ok' : outcome.code)

const GOOD: readonly ExecutionPhase[] = ['preflight', 'execute', 'heal', 'verify', 'clean']
const REFUSED: readonly [BenchFate, StepRefusal][] = [
  ['crash-at-start', 'start-failed'],
  ['never-ready', 'not-in-time'],
  ['wrong-bytes', 'wrong-artefact']
]

/** What every executor must do; the same for all of them. */
export function complies(make: (fate: BenchFate) => Promise<Bench>): void {
  const on = async (fate: BenchFate, work: (bench: Bench) => Promise<void>): Promise<void> => {
    const bench = await make(fate)
    await work(bench).finally(() => bench.close())
  }
  const open = ({ executor, job }: Bench, journal = new MemoryJournal()): Promise<UpgradeSession> =>
    openUpgrade({ executor, job, journal })

  it('brings a good artefact into its place and leaves nothing else', () =>
    on('good', async bench => {
      const session = await open(bench)
      for (const phase of GOOD) {
        assert.deepEqual(await session.perform(phase), {
          ok: true,
          digest: bench.job.artefact.sha256
        })
      }
      assert.equal(await bench.runs(), bench.job.artefact.sha256)
    }))

  it('goes back to what ran before', () =>
    on('good', async bench => {
      const session = await open(bench)
      for (const phase of ['preflight', 'execute', 'verify'] as const) {
        assert.equal(codeOf(await session.perform(phase)), 'ok')
      }
      const { sha256 } = bench.job.previous
      for (const phase of ['rollback', 'rollback', 'clean'] as const) {
        assert.deepEqual(await session.perform(phase), { ok: true, digest: sha256 })
      }
      assert.equal(await bench.runs(), sha256)
      assert.equal(codeOf(await session.perform('execute')), 'out-of-order')
    }))

  for (const [fate, code] of REFUSED) {
    it(`${fate}: refused before anything was touched`, () =>
      on(fate, async bench => {
        const session = await open(bench)
        const outcome = await session.perform('preflight')
        assert.equal(codeOf(outcome), code, outcome.ok ? '' : outcome.message)
        assert.equal(codeOf(await session.perform('execute')), 'out-of-order')
        assert.equal(codeOf(await session.perform('clean')), 'ok')
        assert.equal(await bench.runs(), bench.job.previous.sha256)
      }))
  }

  it('every step done twice is done once', () =>
    on('good', async bench => {
      const { executor, job } = bench
      for (const step of ['preflight', 'stage', 'probe', 'swap', 'heal', 'verify'] as const) {
        if (step !== 'preflight') assert.equal(codeOf(await executor.run(step, job)), 'ok', step)
        const again = await executor.run(step, job)
        assert.equal(codeOf(again), 'ok', step)
      }
      assert.equal(await bench.runs(), job.artefact.sha256)
    }))

  it('a restart after any row goes on to the end', () =>
    on('good', async bench => {
      const journal = new MemoryJournal()
      for (let rows = 0; rows < 12; rows++) {
        journal.failsFrom = rows
        const session = await open(bench, journal)
        for (const phase of GOOD.slice(0, -1)) {
          const outcome = await session.perform(phase)
          if (!outcome.ok) {
            assert.equal(outcome.code, 'journal-failed', outcome.message)
            break
          }
        }
      }
      journal.failsFrom = Number.POSITIVE_INFINITY
      const session = await open(bench, journal)
      for (const phase of GOOD) assert.equal(codeOf(await session.perform(phase)), 'ok', phase)
      assert.equal(await bench.runs(), bench.job.artefact.sha256)
    }))
}
