import assert from 'node:assert/strict'
import { playAutoheal } from '../../src/drill/autoheal.ts'
import { type Drill, FAULT_FOLDER, readDrills } from '../../src/drill/catalogue-files.ts'
import { complaints, type PlayResult, playScenario } from '../../src/drill/play.ts'
import { FAMILIES } from '../../src/drill/scenario.ts'

const HEAL_LIMIT_MS = 5_000
const ALIAS_LIMIT_MS = 1_000

const drills = await readDrills(FAULT_FOLDER)
const results = new Map<string, PlayResult>()

function play({ scenario, catalogue }: Drill): PlayResult {
  const known = results.get(scenario.name)
  if (known !== undefined) return known
  const result = playScenario(scenario, catalogue)
  results.set(scenario.name, result)
  return result
}

/** From the last fault until all was sound, without the services' own start. */
function healMs({ scenario, catalogue }: Drill): number {
  const last = Math.max(...scenario.inject.map(({ atMs }) => atMs))
  return (play({ scenario, catalogue }).soundMs ?? Number.MAX_SAFE_INTEGER) - last
}

describe('fault catalogue on the model', () => {
  it('holds at least 60 faults in 8 families', () => {
    assert.ok(drills.length >= 60, String(drills.length))
    for (const family of FAMILIES) {
      assert.ok(
        drills.some(({ scenario }) => scenario.family === family),
        family
      )
    }
    assert.equal(new Set(drills.map(({ scenario }) => scenario.name)).size, drills.length)
  })

  for (const drill of drills) {
    const { family, name, says } = drill.scenario
    it(`${family}/${name}: ${says}`, () => {
      assert.deepEqual(complaints(drill.scenario, play(drill)), [])
    })
  }

  it('heals every fault it heals alone in under 5 s, a lost name in under 1 s', () => {
    const alone = drills.filter(({ scenario }) => scenario.expect.end === 'healed')
    assert.deepEqual(
      alone.filter(drill => healMs(drill) >= HEAL_LIMIT_MS).map(({ scenario }) => scenario.name),
      []
    )
    const names = ['alias-dropped', 'disconnected', 'recreated-off-network']
    for (const drill of alone.filter(({ scenario }) => names.includes(scenario.name))) {
      assert.ok(healMs(drill) < ALIAS_LIMIT_MS, drill.scenario.name)
    }
  })

  it('names the root first in at least 95 % of the faults', () => {
    const right = drills.filter(drill => play(drill).roots[0] === drill.scenario.expect.root)
    assert.ok(right.length * 100 >= drills.length * 95, `${right.length} of ${drills.length}`)
  })

  it('gives the same rows for the same scenario', () => {
    const { scenario, catalogue } = drills.find(d => d.scenario.name === 'depth-5-sticky')!
    const again = playScenario(scenario, catalogue)
    assert.deepEqual(again.agent.rows, play({ scenario, catalogue }).agent.rows)
  })

  it('waits for a slow start instead of restarting again', () => {
    const drill = drills.find(({ scenario }) => scenario.name === 'exit')!
    const slow = playScenario(drill.scenario, drill.catalogue, { startMs: 9_000 })
    assert.deepEqual(complaints(drill.scenario, slow), [])
  })

  it('heals more than restarting whatever is unhealthy does, with fewer actions', () => {
    const ours = drills.filter(({ scenario }) => scenario.expect.end === 'healed')
    const theirs = ours.map(playAutoheal)
    const healed = theirs.filter(({ soundMs }) => soundMs !== undefined)
    assert.ok(healed.length < ours.length, `${healed.length} of ${ours.length}`)
    const restarts = theirs.reduce((sum, result) => sum + result.restarts, 0)
    const actions = ours.reduce((sum, drill) => sum + play(drill).actions.length, 0)
    assert.ok(actions < restarts, `${actions} actions, ${restarts} restarts`)
  })
})
