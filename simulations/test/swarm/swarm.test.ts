import assert from 'node:assert/strict'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Always, type Attempt, attempt } from '../../src/swarm/attempt.ts'
import { drawRun } from '../../src/swarm/draw.ts'
import { runSwarm, type SwarmReport } from '../../src/swarm/run-swarm.ts'
import { laneOf, scenarioOf } from './scenarios.ts'

const SEEDS = 30

describe('swarm: honest machines', () => {
  it(`survive ${SEEDS} seeds of each scenario`, async () => {
    const failed: Attempt[] = []
    const lane = () => ({
      run: async (...args: Parameters<typeof attempt>) => {
        const found = await attempt(...args)
        if (found.violations.length > 0) failed.push(found)
        return found
      },
      close: async () => {}
    })
    const report = await runSwarm({ seeds: SEEDS, lane })
    assert.ok(report.runs === report.of && report.runs >= 7 * SEEDS)
    assert.deepEqual(
      failed.map(({ spec, violations }) => [spec.scenario, spec.seed, violations[0]]),
      []
    )
    for (const mark of ['refuted', 'calledDown', 'doubted', 'stalled', 'restarted', 'lied']) {
      assert.ok(report.sometimes['health-detection']![mark]! > 0, mark)
    }
  })

  it('give one report for any number of workers, and equal hashes twice', async () => {
    const few = [scenarioOf('flood'), scenarioOf('churn')]
    const told = ({ wallMs: _, slowest: __, failures: ___, ...facts }: SwarmReport): object => facts
    const one = await runSwarm({ scenarios: few, seeds: 4, checkEvery: 1 })
    const two = await runSwarm({ scenarios: few, seeds: 4, checkEvery: 1, workers: 2 })
    assert.deepEqual(told(two), told(one))
    assert.deepEqual([one.compared, one.differing], [8, []])
  })
})

describe('swarm: a run that', () => {
  const churn = scenarioOf('churn')
  const altered = (handle: () => void): Scenario => ({
    ...churn,
    createShard(setup, port) {
      const model = churn.createShard(setup, port)
      return {
        lookaheadTicks: model.lookaheadTicks ?? 1,
        start: () => model.start(),
        handle,
        fault: () => {},
        audit: () => {},
        columns: () => model.columns(),
        save: () => model.save(),
        restore: saved => model.restore(saved),
        result: () => model.result()
      }
    }
  })
  const spec = { ...drawRun(churn, 1), faults: [] }

  it('throws, fails', async () => {
    const scenario = altered(() => {
      throw new TypeError('no such slot')
    })
    const { violations, auditHash } = await attempt(spec, { scenario })
    assert.deepEqual([violations[0]!.property, auditHash], [Always.noCrash, ''])
  })

  it('goes on for ever, fails when its time is up', async () => {
    const scenario = altered(() => {
      const endMs = performance.now() + 3
      while (performance.now() < endMs);
    })
    const { violations } = await attempt(spec, { scenario, timeoutMs: 1 })
    assert.equal(violations[0]!.property, Always.endsInTime)
  })

  it('is told to stop, ends the swarm with what is done', async () => {
    const stop = new AbortController()
    const report = await runSwarm({
      scenarios: [churn],
      seeds: 100,
      signal: stop.signal,
      lane: laneOf(churn),
      onProgress: ({ runs }) => runs === 3 && stop.abort()
    })
    assert.deepEqual([report.runs, report.of], [3, 100])
  })
})
