import assert from 'node:assert/strict'
import type { Executor, JobOutcome } from '../../../src/sweep/executor.ts'
import { openJournal } from '../../../src/sweep/journal.ts'
import type { SweepPlan } from '../../../src/sweep/plan.ts'
import { outcomeOf, runJob } from '../../../src/sweep/run-job.ts'
import { runSweep } from '../../../src/sweep/run-sweep.ts'
import { inFolder, treeOf } from '../support/folders.ts'
import { planFor } from '../support/plans.ts'
import { runScenario } from '../support/run-stand-in.ts'

/** An executor under test: its workers run the stand-in, two jobs at a time. */
export interface ExecutorUnderTest {
  readonly executor: Executor
  /** Jobs it may take from the iterable before their outcomes are reported. */
  readonly mostOpen: number
}

/** What every binding of {@link Executor} must do. */
export function describeExecutor(name: string, under: () => ExecutorUnderTest): void {
  const collect = async (plan: SweepPlan, signal?: AbortSignal): Promise<JobOutcome[]> => {
    const outcomes: JobOutcome[] = []
    const onDone = async (outcome: JobOutcome): Promise<void> => void outcomes.push(outcome)
    await under().executor.run(plan.jobs, { onDone, ...(signal && { signal }) })
    return outcomes.toSorted((a, b) => order(plan, a) - order(plan, b))
  }

  describe(`executor: ${name}`, () => {
    it('reports every job once, with the results that one thread gets', async () => {
      const plan = planFor(21)
      const expected: JobOutcome[] = []
      for (const job of plan.jobs) expected.push(outcomeOf(job, await runJob(job, runScenario)))
      assert.deepEqual(await collect(plan), expected)
    })

    it('reports a run that throws as failed, and only that one', async () => {
      const [first, second] = await collect(planFor(4, { throws: 3 }))
      assert.deepEqual(
        [...first!.replies, ...second!.replies].map(reply => reply.ok || reply.failure),
        [true, true, { code: 'run-failed', message: 'no such run' }, true]
      )
    })

    it('gives a job up that takes its thread down again and again, and runs the others', async () => {
      const outcomes = await collect(planFor(6, { crashes: 3 }))
      const codes = outcomes.flatMap(({ replies }) =>
        replies.map(reply => (reply.ok ? 'ok' : reply.failure.code))
      )
      assert.deepEqual(codes, ['ok', 'ok', 'worker-crashed', 'worker-crashed', 'ok', 'ok'])
    })

    it('ends soon after the signal, and goes on later from what was kept', async () => {
      await inFolder(async folder => {
        const [plan, stop] = [planFor(40), new AbortController()]
        const first = await runSweep(plan, {
          executor: under().executor,
          sink: openJournal(folder),
          signal: stop.signal,
          onProgress: ({ done }) => {
            if (done >= 6) stop.abort()
          }
        })
        assert.equal(first.wasStopped, true)
        const second = await runSweep(plan, {
          executor: under().executor,
          sink: openJournal(folder)
        })
        assert.deepEqual([second.done, second.failed, second.wasStopped], [40, 0, false])
        assert.ok(second.found >= 6 && second.found < 40, `${second.found} found`)
        assert.equal((await treeOf(folder)).length, 40)
      })
    })

    it('does nothing after a signal that was there before', async () => {
      assert.deepEqual(await collect(planFor(4), AbortSignal.abort()), [])
    })

    it('ends with the error of who takes the outcomes', async () => {
      const onDone = (): Promise<void> => Promise.reject(new Error('the disk is full'))
      const run = under().executor.run(planFor(8, { full: 1 }).jobs, { onDone })
      await assert.rejects(run, /the disk is full/)
    })

    it('takes jobs only as it needs them', async () => {
      const { executor, mostOpen } = under()
      const plan = planFor(80, { many: 1 })
      let [taken, reported, most] = [0, 0, 0]
      const jobs = plan.jobs.values().map(job => {
        most = Math.max(most, ++taken - reported)
        return job
      })
      await executor.run(jobs, {
        onDone: async () => void reported++
      })
      assert.equal(reported, plan.jobs.length)
      assert.ok(most <= mostOpen, `${most} open`)
    })
  })
}

function order(plan: SweepPlan, { job }: JobOutcome): number {
  return plan.jobs.findIndex(({ id }) => id === job.id)
}
