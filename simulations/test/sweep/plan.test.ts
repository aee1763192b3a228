import assert from 'node:assert/strict'
import { codeVersion } from '../../src/sweep/code-version.ts'
import { canonicalJson } from '../../src/sweep/content-hash.ts'
import { checkJob, runsOf } from '../../src/sweep/job.ts'
import { checkManifest, planOf, planSweep } from '../../src/sweep/plan.ts'
import { CODE, planFor, specOf } from './support/plans.ts'

describe('sweep plan', () => {
  it('cuts the seeds of a point into jobs by their size, in order', () => {
    const seeds = planFor(5).jobs.map(job => job.seeds)
    assert.deepEqual(seeds, [[1, 2], [3, 4], [5]])
  })

  it('makes a job of one seed where a run is large, and of at most 1,000 where it is tiny', () => {
    const sizes = (durationMs: number): number[] =>
      planSweep(
        Array.from({ length: 1_001 }, (_, seed) => ({ ...specOf(seed), durationMs })),
        CODE
      ).jobs.map(job => job.seeds.length)
    assert.deepEqual(sizes(2 ** 31).slice(0, 3), [1, 1, 1])
    assert.deepEqual(sizes(1), [1_000, 1])
  })

  it('names jobs and runs by what they say, whatever the order of fields', () => {
    const { jobs } = planFor(2)
    const turned = Object.fromEntries(Object.entries(specOf(1)).toReversed())
    const twin = planSweep([turned as unknown as ReturnType<typeof specOf>, specOf(2)], CODE)
    assert.equal(twin.jobs[0]!.id, jobs[0]!.id)
    assert.deepEqual(
      jobs.flatMap(runsOf).map(run => run.spec.seed),
      [1, 2]
    )
    assert.match(jobs[0]!.id, /^[0-9a-f]{64}$/)
  })

  it('gives other names for another version of the code', () => {
    assert.notEqual(planFor(2).jobs[0]!.id, planFor(2, {}, 'other').jobs[0]!.id)
    assert.notEqual(planFor(2).hash, planFor(2, {}, 'other').hash)
  })

  it('refuses a sweep without runs, and a run that is there twice', () => {
    assert.throws(() => planSweep([], CODE), { code: 'empty-sweep' })
    assert.throws(() => planSweep([specOf(1), specOf(1)], CODE), { code: 'duplicate-run' })
  })

  it('plans the same from its manifest as a file', () => {
    const plan = planFor(5)
    assert.deepEqual(planOf(checkManifest(JSON.parse(canonicalJson(plan.manifest)))), plan)
  })

  for (const [desc, change] of [
    ['no object', () => 'manifest'],
    ['another format', (good: object) => ({ ...good, format: 2 })],
    ['no points', (good: object) => ({ ...good, points: 3 })],
    ['a point without a spec', (good: object) => ({ ...good, points: [{ seeds: [1] }] })],
    ['a seed twice', (good: object) => ({ ...good, points: [{ spec: specOf(1), seeds: [1, 1] }] })],
    ['a seed below 0', (good: object) => ({ ...good, points: [{ spec: specOf(1), seeds: [-1] }] })]
  ] as const) {
    it(`refuses a manifest with ${desc}`, () => {
      assert.throws(() => checkManifest(change(planFor(2).manifest)), { code: 'bad-manifest' })
    })
  }
})

describe('job out of a queue', () => {
  const [job] = planFor(2).jobs

  it('is the one that was put in', () => {
    assert.deepEqual(checkJob(JSON.parse(JSON.stringify(job)), CODE), job)
  })

  for (const [desc, data, code] of [
    ['nothing', null, 'bad-job'],
    ['a seed that is none', { ...job, seeds: [1.5] }, 'bad-job'],
    ['too many seeds', { ...job, seeds: Array(1_001).fill(1) }, 'bad-job'],
    ['a huge spec', { ...job, spec: { scenario: 'x'.repeat(300_000) } }, 'bad-job'],
    ['other seeds than its id says', { ...job, seeds: [7] }, 'bad-job'],
    ['other code', planFor(2, {}, 'f'.repeat(64)).jobs[0], 'other-code']
  ] as const) {
    it(`is refused with ${desc}`, () => {
      assert.throws(() => checkJob(data, CODE), { code })
    })
  }
})

describe('code version', () => {
  it('is one hash for all calls of a process', () => {
    assert.match(codeVersion(), /^[0-9a-f]{64}$/)
    assert.equal(codeVersion(), codeVersion())
  })
})
