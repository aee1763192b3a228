import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type ArtefactFate,
  type ExecutionPhase,
  type ExecutionStep,
  type Executor,
  foldRows,
  jobOf,
  openUpgrade,
  SimulatedMachine,
  STEPS,
  simulatedExecutor,
  type UpgradeJob
} from '../../src/execute/index.ts'
import type { Phase } from '../../src/gate/index.ts'
import { hex, manifest } from '../manifest/publisher.ts'
import { type BenchFate, codeOf, complies, MemoryJournal } from './compliance.ts'

const STEP_MS = Object.fromEntries(STEPS.map(step => [step, 1_000])) as Record<
  ExecutionStep,
  number
>

const JOB: UpgradeJob = jobOf(
  hex('9'),
  {
    manifest: manifest(),
    artefact: manifest().artefacts[1]!,
    previous: manifest().previous!.artefacts[1]!
  },
  hex('d')
)

const PHASES: readonly ExecutionPhase[] = [
  'preflight',
  'execute',
  'heal',
  'verify',
  'rollback',
  'clean'
]

function machine(fate: ArtefactFate): SimulatedMachine {
  return new SimulatedMachine({ runs: hex('d'), fate, stepMs: STEP_MS })
}

describe('simulated executor', () => {
  complies((kind: BenchFate) => {
    const simulated = machine({ kind })
    return Promise.resolve({
      executor: simulatedExecutor(simulated, () => 0),
      job: JOB,
      runs: () => Promise.resolve(simulated.runsAt(0)),
      close: () => Promise.resolve()
    })
  })

  it('an artefact that dies later passes, until it has died', () => {
    const simulated = machine({ kind: 'dies-later', afterMs: 600_000 })
    const take = (step: ExecutionStep, now: number): string =>
      codeOf(simulated.take(step, JOB, now).outcome)
    for (const step of ['preflight', 'stage', 'probe', 'swap', 'verify'] as const) {
      assert.equal(take(step, 0), 'ok', step)
    }
    assert.equal(simulated.runsAt(600_999), hex('b'))
    assert.equal(simulated.runsAt(601_000), undefined)
    assert.equal(take('verify', 601_000), 'died')
    assert.equal(take('rollback', 602_000), 'ok')
    assert.equal(simulated.runsAt(700_000), hex('d'))
  })

  it('waiting in vain takes as long as the manifest allows', () => {
    const simulated = machine({ kind: 'never-ready' })
    simulated.take('stage', JOB, 0)
    assert.equal(simulated.take('probe', JOB, 0).tookMs, JOB.timeouts.probeMs)
  })
})

describe('an upgrade’s steps', () => {
  it('are all that the gate asks for, and cleaning', () => {
    const asked: readonly Phase[] = ['preflight', 'execute', 'heal', 'verify', 'rollback']
    const known: readonly (Phase | 'clean')[] = PHASES
    assert.deepEqual(known, [...asked, 'clean'])
  })

  const executorOf = (log: string[], journal: MemoryJournal): Executor => ({
    run(step, job) {
      const last = journal.all.at(-1)
      assert.ok(last?.kind === 'begun' && last.step === step, 'acted before it was recorded')
      log.push(step)
      return Promise.resolve({ ok: true, digest: job.artefact.sha256 })
    }
  })

  it('are recorded before they are taken, whatever is asked for in whatever order', async () => {
    const asked = fc.array(fc.constantFrom(...PHASES), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(asked, fc.nat(30), async (phases, failsFrom) => {
        const journal = new MemoryJournal()
        journal.failsFrom = failsFrom
        const log: string[] = []
        const executor = executorOf(log, journal)
        const session = await openUpgrade({ executor, journal, job: JOB })
        await Promise.all(phases.map(phase => session.perform(phase)))
        assert.deepEqual(session.progress, foldRows(journal.all))
        const swap = log.indexOf('swap')
        if (swap >= 0) assert.ok(log.lastIndexOf('probe', swap) >= 0, 'swapped without a probe')
        const rollback = log.indexOf('rollback')
        if (rollback >= 0)
          assert.ok(!log.slice(rollback).includes('swap'), 'swapped after a rollback')
        const clean = log.lastIndexOf('clean')
        if (clean > swap && swap >= 0) assert.ok(log.includes('verify') || rollback >= 0)
      }),
      { numRuns: 300 }
    )
  })

  it('without a journal nothing is done', async () => {
    const journal = new MemoryJournal()
    journal.failsFrom = 0
    const log: string[] = []
    const session = await openUpgrade({ executor: executorOf(log, journal), journal, job: JOB })
    for (const phase of PHASES) assert.notEqual(codeOf(await session.perform(phase)), 'ok')
    assert.deepEqual(log, [])
  })

  it('end: a plan that is tried for ever is refused, its way back never', async () => {
    const journal = new MemoryJournal()
    const log: string[] = []
    const session = await openUpgrade({ executor: executorOf(log, journal), journal, job: JOB })
    const codes: string[] = []
    for (let i = 0; i < 100; i++) codes.push(codeOf(await session.perform('preflight')))
    assert.equal(codes.at(-1), 'too-many-attempts')
    assert.equal(log.length, 256)
    assert.equal(codeOf(await session.perform('rollback')), 'ok')
    assert.equal(codeOf(await session.perform('clean')), 'ok')
  })
})
