import assert from 'node:assert/strict'
import { FAULT_FOLDER, readDrills } from '../../src/drill/catalogue-files.ts'
import { noise, soak } from '../../src/drill/soak.ts'

const HOURS = 72
/** The script plays 10,000. */
const NOISE_HOURS = 20
const SEED = 5

const drills = await readDrills(FAULT_FOLDER)
const alone = drills.filter(
  ({ scenario }) => scenario.catalogue === 'validator' && scenario.expect.end === 'healed'
)

describe('long virtual time', () => {
  it('keeps a machine alive for 72 hours of faults without anybody', () => {
    const { faults, interventions, onSound, sound } = soak(alone, HOURS, SEED)
    assert.ok(faults > 40, String(faults))
    assert.deepEqual(
      { interventions, onSound, sound },
      { interventions: 0, onSound: 0, sound: true }
    )
  })

  it('does nothing to healthy services through hours of noise', () => {
    const { actions, looks, sound } = noise(drills[0]!.catalogue, NOISE_HOURS, SEED)
    assert.ok(looks > 1_000, String(looks))
    assert.deepEqual({ actions, sound }, { actions: 0, sound: true })
  })
})
