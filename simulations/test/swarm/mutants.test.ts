import assert from 'node:assert/strict'
import { parseReplayFile, replay, replayFileOf } from '../../src/swarm/index.ts'
import { runSwarm } from '../../src/swarm/run-swarm.ts'
import { failureOf, type Shrunk, shrink } from '../../src/swarm/shrink.ts'
import { broken, laneOf, scenarioOf } from './scenarios.ts'

const SEEDS = 20

/** In which scenario the swarm finds which mutant, and of what it dies. */
const found: readonly (readonly [mutant: string, scenario: string, property: string])[] = [
  ['never-refutes', 'partition-heal', 'alive-again'],
  ['never-joins', 'health-detection', 'found-in-time'],
  ['quorum-of-one', 'health-detection', 'no-false-removal']
]

describe('swarm: mutants of the health machine', () => {
  for (const [mutant, name, property] of found) {
    const scenario = broken(name, mutant)
    let shrunk: Shrunk

    it(`finds ${mutant} within ${SEEDS} seeds, and shrinks it to 10 faults and 20 nodes`, async () => {
      const { failures } = await runSwarm({
        scenarios: [scenario],
        seeds: SEEDS,
        lane: laneOf(scenario)
      })
      const failure = failures.find(({ violations }) => violations[0]!.property === property)
      assert.ok(failure, `found ${failures.map(({ violations }) => violations[0]!.property)}`)
      shrunk = await shrink(failureOf(failure, scenario), { scenario })
      assert.equal(shrunk.violation.property, property)
      const { spec, faults } = shrunk
      assert.ok(faults <= 10 && spec.nodes <= 20, `${faults} faults, ${spec.nodes} nodes`)
    })

    it(`replays ${mutant} from its file: the same violation and hash; the real one survives`, async () => {
      const text = JSON.stringify(replayFileOf(shrunk))
      const again = await replay(parseReplayFile(text), { scenario })
      assert.deepEqual([again.violated, again.sameHash, again.sameCode], [true, true, true])
      const real = await replay(parseReplayFile(text), { scenario: scenarioOf(name) })
      assert.equal(real.violated, false)
    })
  }
})
