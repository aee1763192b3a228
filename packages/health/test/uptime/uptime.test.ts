import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PeerState, UptimeMeter, WitnessTally } from '../../src/index.ts'

const { vacant, alive, probation, suspect, accused, condemned, down, left } = PeerState

describe('uptime meter', () => {
  it('counts the seconds each peer is watched, and of those it is heard', () => {
    const meter = new UptimeMeter()
    for (let tick = 0; tick < 42; tick++) {
      meter.sample([alive, tick < 20 ? suspect : probation, down, vacant, left], false)
    }
    assert.deepEqual(meter.close(), [
      { slot: 0, heardS: 10, watchedS: 10 },
      { slot: 1, heardS: 5, watchedS: 10 },
      { slot: 2, heardS: 0, watchedS: 10 }
    ])
  })

  it('hears nobody it suspects, accuses or condemns', () => {
    const meter = new UptimeMeter()
    for (let tick = 0; tick < 4; tick++) meter.sample([suspect, accused, condemned], false)
    assert.deepEqual(
      meter.close().map(({ heardS }) => heardS),
      [0, 0, 0]
    )
  })

  it('is no witness while it doubts itself', () => {
    const meter = new UptimeMeter()
    for (let tick = 0; tick < 40; tick++) meter.sample([alive], tick >= 8)
    assert.deepEqual(meter.close(), [{ slot: 0, heardS: 2, watchedS: 2 }])
  })

  it('starts each epoch, and each new peer of a slot, from nothing', () => {
    const meter = new UptimeMeter()
    for (let tick = 0; tick < 40; tick++) meter.sample([alive, alive], false)
    meter.reset(1)
    assert.deepEqual(meter.close(), [{ slot: 0, heardS: 10, watchedS: 10 }])
    assert.deepEqual(meter.close(), [])
  })
})

describe('witness tally', () => {
  const EPOCH_S = 600
  const tallyOf = (heard: readonly number[], watchedS = EPOCH_S): WitnessTally => {
    const tally = new WitnessTally({ epochS: EPOCH_S, membersMax: 2 })
    tally.startEpoch(7)
    for (const [i, heardS] of heard.entries()) {
      assert.equal(
        tally.add({ member: 'm', witness: `w${i}`, epoch: 7, heardS, watchedS }),
        undefined
      )
    }
    return tally
  }

  it('takes the lower median of its witnesses', () => {
    assert.deepEqual(tallyOf([600, 10, 590, 580, 570, 0]).uptimeOf('m', 7, 6), {
      heardS: 570,
      watchedS: EPOCH_S,
      witnesses: 6
    })
  })

  it('says nothing before two thirds of the watchers have spoken', () => {
    assert.equal(tallyOf([600, 600, 600]).uptimeOf('m', 7, 6), undefined)
    assert.equal(tallyOf([600, 600, 600]).uptimeOf('m', 7, 4)?.heardS, 600)
    assert.equal(tallyOf([600]).uptimeOf('other', 7, 1), undefined)
  })

  it('can be moved beyond the honest by less than half of the witnesses in neither direction', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 400, max: 500 }), { minLength: 4, maxLength: 8 }),
        fc.array(fc.integer({ min: 0, max: EPOCH_S }), { maxLength: 3 }),
        (honest, lies) => {
          const { heardS } = tallyOf([...lies, ...honest]).uptimeOf('m', 7, 4)!
          assert.ok(heardS >= Math.min(...honest) && heardS <= Math.max(...honest))
        }
      ),
      { seed: 1, numRuns: 200 }
    )
  })

  it('does not depend on the order of the statements', () => {
    const heards = fc.array(fc.integer({ min: 0, max: EPOCH_S }), { minLength: 4, maxLength: 16 })
    fc.assert(
      fc.property(heards, heard => {
        assert.deepEqual(
          tallyOf(heard).uptimeOf('m', 7, 4),
          tallyOf(heard.toReversed()).uptimeOf('m', 7, 4)
        )
      }),
      { seed: 2, numRuns: 100 }
    )
  })

  const good = { member: 'm', witness: 'w', epoch: 7, heardS: 1, watchedS: 2 }
  const refusals = [
    { desc: 'a self-report', change: { witness: 'm' }, code: 'self-report' },
    { desc: 'more heard than watched', change: { heardS: 3 }, code: 'bad-figures' },
    { desc: 'more watched than the epoch has', change: { watchedS: 601 }, code: 'bad-figures' },
    { desc: 'negative seconds', change: { heardS: -1 }, code: 'bad-figures' },
    { desc: 'broken seconds', change: { heardS: 0.5 }, code: 'bad-figures' },
    { desc: 'an epoch to come', change: { epoch: 8 }, code: 'epoch-not-kept' },
    { desc: 'an epoch forgotten', change: { epoch: 3 }, code: 'epoch-not-kept' },
    { desc: 'a second statement of a witness', change: { witness: 'w0' }, code: 'duplicate' },
    { desc: 'a third member where two fit', change: { member: 'x' }, code: 'too-many-members' }
  ]
  for (const { desc, change, code } of refusals) {
    it(`refuses ${desc}`, () => {
      const tally = tallyOf([600])
      tally.add({ ...good, member: 'n' })
      assert.equal(tally.add({ ...good, ...change }), code)
    })
  }

  it('refuses a seventeenth witness', () => {
    const tally = tallyOf(Array.from({ length: 16 }, () => 600))
    assert.equal(tally.add(good), 'too-many-witnesses')
  })

  it('forgets epochs as new ones start, and never goes back', () => {
    const tally = tallyOf([600])
    tally.startEpoch(10)
    assert.equal(tally.uptimeOf('m', 7, 1)?.heardS, 600)
    tally.startEpoch(11)
    assert.equal(tally.uptimeOf('m', 7, 1), undefined)
    tally.startEpoch(2)
    assert.equal(tally.add({ ...good, epoch: 2 }), 'epoch-not-kept')
  })

  it('refuses to be built without bounds', () => {
    assert.throws(() => new WitnessTally({ epochS: 0, membersMax: 1 }), { code: 'bad-capacity' })
    assert.throws(() => new WitnessTally({ epochS: 1, membersMax: 0 }), { code: 'bad-capacity' })
  })
})
