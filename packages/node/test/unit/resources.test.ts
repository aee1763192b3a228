import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { ResourceMeter } from '../../src/runtime/resources.ts'

describe('resource meter', () => {
  it('has figures of this process and its disk from the start, all whole numbers', async () => {
    const meter = new ResourceMeter(tmpdir())
    assert.deepEqual(meter.latest, { cpuPermille: 0, rssMb: 0, diskFreeMb: 0, loopLagMs: 0 })
    await meter.start()
    meter.stop()
    const { latest } = meter
    assert.ok(latest.rssMb > 10)
    assert.ok(latest.diskFreeMb > 0)
    for (const [name, value] of Object.entries(latest)) {
      assert.ok(Number.isSafeInteger(value) && value >= 0, `${name} = ${value}`)
    }
  })

  it('a folder that is gone has no free space, and that is all', async () => {
    const meter = new ResourceMeter('/nowhere/at/all')
    await meter.start()
    meter.stop()
    assert.equal(meter.latest.diskFreeMb, 0)
    assert.ok(meter.latest.rssMb > 0)
  })
})
