import assert from 'node:assert/strict'
import { FAULT_FOLDER, readDrills } from '../../src/drill/catalogue-files.ts'
import { type RealEngine, startEngine, whyNoEngine } from './engine.ts'
import { RealServices } from './play.ts'

const START_MS = 60_000
const PLAY_MS = 180_000

const why = await whyNoEngine()
const drills = (await readDrills(FAULT_FOLDER)).filter(({ scenario }) => scenario.real)

describe('fault catalogue on a real engine', () => {
  if (why !== undefined) {
    process.stdout.write(`    skipped ${drills.length} faults on a real engine: ${why}\n`)
    return
  }
  let engine: RealEngine

  before(async function () {
    this.timeout(START_MS)
    engine = await startEngine()
  })

  after(async function () {
    this.timeout(START_MS)
    await engine.stop()
  })

  for (const { scenario, catalogue } of drills) {
    it(`${scenario.family}/${scenario.name}: ${scenario.says}`, async function () {
      this.timeout(PLAY_MS)
      // An engine shares its machine with whatever else runs there; what is wrong is wrong twice.
      this.retries(1)
      const services = new RealServices(engine, catalogue, scenario.sticky)
      try {
        const played = await services.play(scenario)
        const { roots, actions, healedMs, actingMs, outcomes } = played
        const list = outcomes.join(', ')
        process.stdout.write(
          `      acting after ${actingMs} ms, sound after ${healedMs} ms: ${list}\n`
        )
        assert.equal(roots[0], scenario.expect.root)
        assert.deepEqual(actions.toSorted(), scenario.expect.actions.toSorted())
      } finally {
        await services.clear()
      }
    })
  }
})
