import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  Attendance,
  components,
  defaultPolicy,
  electorateOf,
  explainWeight,
  levelOf,
  SLOTS_KEPT,
  verifyWeight,
  WEIGHT_MAX,
  type WeightEvent,
  WeightSnapshot,
  wasDown,
  weigh
} from '../../src/governance/index.ts'
import { History } from './history.ts'
import { rowOf, sha256, snapshotOf } from './support.ts'

const rules = defaultPolicy.weight

describe('weight', () => {
  it('comes from six components, each with the events behind it', () => {
    const history = new History(['a', 'b'])
    history.run(40, epoch => {
      history.beat('a', epoch, 24)
      history.credit('attestation', 'a', 'b', 5)
      history.credit('contribution', 'a', 'b', 5)
      history.vote('p', ['a', 'b'])
    })
    const row = history.snapshot.rowOf('a')
    assert.deepEqual(row, {
      member: 'a',
      uptime: 10,
      attestations: 5,
      signals: 0,
      participation: 10,
      contributions: 5,
      certification: 50,
      total: 80
    })
    const why = history.explain('a')
    assert.equal(why.components.uptime.earned, 100)
    assert.equal(why.components.uptime.bound, 'work')
    assert.equal(why.components.uptime.events.length, 30 * 24)
    assert.equal(why.components.participation.events.length, 30)
    for (const { events } of Object.values(why.components)) {
      for (const seq of events) assert.equal(history.events.find(it => it.seq === seq)?.seq, seq)
    }
    assert.ok(verifyWeight(why.epoch, why.row, why.proof, history.snapshot.root, sha256))
    const more = { ...why.row, total: 81 }
    assert.ok(!verifyWeight(why.epoch, more, why.proof, why.root, sha256))
  })

  it('grows by a bounded step an epoch, and says what it was before that bound', () => {
    const history = new History(['a'])
    const totals: number[] = []
    history.run(4, () => totals.push(history.snapshot.rowOf('a')?.total ?? 0))
    assert.deepEqual([...totals.slice(1), history.snapshot.total], [20, 40, 50, 50])
    const early = new History(['a'])
    early.run(1)
    assert.equal(early.explain('a').beforeGrowthBound, 50)
    assert.equal(history.explain('a').beforeGrowthBound, undefined)
  })

  it('is nothing for who is no member, has left, or whose certification has ended', () => {
    const history = new History(['a', 'b'])
    history.run(3)
    history.add({ kind: 'membership', member: 'b', joined: false })
    history.add({ kind: 'certification', member: 'a', tier: 5, untilEpoch: 4 })
    history.run(3)
    assert.deepEqual(
      history.snapshot.rows.map(({ member, total }) => [member, total]),
      [['a', 0]]
    )
    assert.throws(() => history.explain('b'), { code: 'unknown-member' })
  })

  it('counts a slot once, old epochs not at all, and no undecided vote', () => {
    const history = new History(['a', 'b'])
    history.run(1, epoch => {
      history.beat('a', epoch, 24)
      history.beat('a', epoch, 24)
      history.credit('signal', 'a', 'b', 5)
    })
    history.vote('p', ['a'])
    history.add({ kind: 'ballot', member: 'a', proposal: 'lost' })
    history.add({ kind: 'decision', proposal: 'lost', quorate: false })
    const { components: parts } = explainWeight(
      'a',
      history.events,
      2,
      defaultPolicy,
      snapshotOf({ a: 50, b: 50 }),
      sha256
    )
    assert.equal(parts.uptime.earned, 3)
    assert.deepEqual(
      parts.uptime.events,
      Array.from({ length: 24 }, (_, i) => 4 + i)
    )
    // One of one, where ten are the least that count as all.
    assert.equal(parts.participation.earned, 10)
    assert.equal(parts.signals.points, 5)
    const later = explainWeight('a', history.events, 60, defaultPolicy, undefined, sha256)
    assert.equal(later.components.uptime.earned + later.components.signals.earned, 0)
  })

  it('takes from one lender no more than the cap, and from one without standing nothing', () => {
    const history = new History(['a', 'b', 'c'])
    history.run(1)
    for (let i = 0; i < 20; i++) {
      history.credit('attestation', 'a', 'b', 1)
      history.credit('attestation', 'a', 'c', 1)
      history.credit('attestation', 'a', 'a', 1)
    }
    const standing = snapshotOf({ a: 300, b: 300, c: 9 })
    const { attestations } = explainWeight(
      'a',
      history.events,
      2,
      defaultPolicy,
      standing,
      sha256
    ).components
    assert.equal(attestations.points, 5)
    assert.equal(attestations.events.length, 5)
  })

  it('lets a lender give away no more than its budget', () => {
    const names = Array.from({ length: 30 }, (_, i) => `m${i}`)
    const history = new History([...names, 'lender'])
    for (const member of names) history.credit('signal', member, 'lender', 5)
    const standing = snapshotOf({ lender: 300 })
    const { rows } = weigh(history.events, 1, defaultPolicy, standing, sha256)
    assert.equal(
      rows.reduce((sum, { signals }) => sum + signals, 0),
      rules.lenderMaxPoints
    )
  })

  it('looks at no later epoch, and at a certification to its last', () => {
    const history = new History([])
    history.join('a')
    history.add({ kind: 'certification', member: 'a', tier: 3, untilEpoch: 2 })
    history.run(3)
    history.add({ kind: 'certification', member: 'a', tier: 9, untilEpoch: 9 })
    const at = (epoch: number): number =>
      explainWeight('a', history.events, epoch, defaultPolicy, undefined, sha256).row.certification
    assert.deepEqual([1, 2, 3, 4].map(at), [30, 30, 0, 50])
  })

  it('takes off what a clique lends itself, and little of what torus neighbours do', () => {
    const names = Array.from({ length: 25 }, (_, i) => `m${String(i).padStart(2, '0')}`)
    const standing = snapshotOf(Object.fromEntries(names.map(name => [name, 300])))
    const weighed = (pairs: (i: number) => number[]): WeightSnapshot => {
      const history = new History(names)
      for (const [i, member] of names.entries()) {
        for (const lender of pairs(i)) history.credit('attestation', member, names[lender]!, 5)
      }
      return weigh(history.events, 1, defaultPolicy, standing, sha256)
    }
    // 21 members who lend each other all that a lender has.
    const ring = names.slice(0, 21).map((_, i) => i)
    const clique = weighed(i => (i < 21 ? ring.filter(j => j !== i) : []))
    assert.ok(clique.rows.every(({ attestations }) => attestations === 0))
    // A 5 × 5 torus: four neighbours lend 5 points each, of which each got a quarter back.
    const torus = weighed(i => {
      const x = i % 5
      const y = (i - x) / 5
      return [
        ((x + 1) % 5) + 5 * y,
        ((x + 4) % 5) + 5 * y,
        x + 5 * ((y + 1) % 5),
        x + 5 * ((y + 4) % 5)
      ]
    })
    assert.ok(torus.rows.every(({ attestations }) => attestations === 12))
  })

  it('refuses events out of order, and too many of anything', () => {
    const event: WeightEvent = { kind: 'membership', member: 'a', joined: true, seq: 1, epoch: 1 }
    const wrong = [event, event]
    assert.throws(() => weigh(wrong, 1, defaultPolicy, undefined, sha256), {
      code: 'events-unordered'
    })
    const long = { ...event, member: 'x'.repeat(65) }
    assert.throws(() => weigh([long], 1, defaultPolicy, undefined, sha256), { code: 'bad-rows' })
    const twice = [rowOf('a', 1), rowOf('a', 2)]
    assert.throws(() => new WeightSnapshot(1, 1, twice, sha256), { code: 'bad-rows' })
  })

  it('stays within its bounds, and more beats, votes or tiers never lower it', () => {
    const event = fc.record({
      kind: fc.constantFrom('heartbeat', 'attestation', 'signal', 'contribution', 'ballot', 'vote'),
      member: fc.constantFrom('a', 'b', 'c', 'd'),
      other: fc.constantFrom('a', 'b', 'c', 'd'),
      n: fc.nat(30)
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat(40), (made, extra) => {
        const history = new History(['a', 'b', 'c', 'd'])
        for (const { kind, member, other, n } of made) {
          if (kind === 'heartbeat') history.beatAt(member, n)
          else if (kind === 'ballot' || kind === 'vote') history.vote(`p${n}`, [member])
          else history.credit(kind as 'signal', member, other, n)
        }
        const before = snapshotOf({ a: 60, b: 40, c: 300, d: 0 })
        const first = weigh(history.events, 1, defaultPolicy, before, sha256)
        for (const row of first.rows) {
          const sum = components.reduce((points, part) => points + row[part], 0)
          const bound = (before.rowOf(row.member)?.total ?? 0) + rules.growthPerEpoch
          assert.ok(row.total >= 0 && row.total <= Math.min(sum, bound, WEIGHT_MAX))
        }
        history.beatAt('a', 100 + extra)
        history.vote(`p${extra % 30}`, ['a'])
        const then = weigh(history.events, 1, defaultPolicy, before, sha256)
        assert.ok(then.rowOf('a')!.uptime >= first.rowOf('a')!.uptime)
        assert.ok(then.rowOf('a')!.total >= first.rowOf('a')!.total)
      }),
      { seed: 4, numRuns: 200 }
    )
  })

  it('gives levels by contribution and work', () => {
    assert.equal(levelOf(rowOf('a', 100), rules), 3)
    assert.equal(levelOf(rowOf('a', 19), rules), 2)
    assert.equal(levelOf(rowOf('a', 4), rules), 1)
    assert.equal(levelOf({ ...rowOf('a', 100), total: 0 }, rules), 1)
  })
})

describe('electorate', () => {
  const of = (...weights: ReadonlyArray<Record<string, number>>): Array<[string, number]> => {
    const history = weights.map((row, epoch) => snapshotOf(row, epoch))
    return electorateOf(history, rules, sha256).rows.map(({ member, total }) => [member, total])
  }

  it('is the newest snapshot while weights are steady', () => {
    assert.deepEqual(of({ a: 100 }, { a: 110 }, { a: 119 }), [['a', 119]])
  })

  it('takes the older snapshot where the whole has jumped', () => {
    assert.deepEqual(of({ a: 100 }, { a: 100 }, { a: 100, b: 21 }), [['a', 100]])
    assert.deepEqual(of({ a: 100 }, { a: 100 }, { a: 130 }, { a: 140 }), [['a', 100]])
  })

  it('takes the median of a member that has jumped by itself', () => {
    const rest = { b: 500, c: 400 }
    const jumped = of(
      { a: 40, ...rest },
      { a: 50, ...rest },
      { a: 60, ...rest },
      { a: 90, ...rest }
    )
    assert.deepEqual(jumped, [
      ['a', 50],
      ['b', 500],
      ['c', 400]
    ])
  })

  it('needs a snapshot', () => {
    assert.throws(() => electorateOf([], rules, sha256), { code: 'no-history' })
  })
})

describe('attendance', () => {
  it('hears a member whoever included its heartbeat, once a slot', () => {
    const attendance = new Attendance()
    assert.equal(attendance.hear('a', 5, 5), undefined)
    assert.equal(attendance.hear('a', 5, 6), 'duplicate-heartbeat')
    assert.equal(attendance.hear('b', 7, 7), undefined)
    assert.equal(attendance.hear('b', 9, 8), 'slot-out-of-range')
    const slots = attendance.slotsIn(0, 8)
    assert.deepEqual(slots, [5, 7])
    assert.equal(attendance.heardIn('a', slots), 1)
    assert.equal(attendance.heardIn('nobody', slots), 0)
  })

  it('forgets old slots, and whoever wasn’t heard since', () => {
    const attendance = new Attendance()
    attendance.hear('a', 3, 3)
    attendance.hear('b', SLOTS_KEPT, SLOTS_KEPT)
    assert.deepEqual(attendance.slotsIn(0, SLOTS_KEPT), [3, SLOTS_KEPT])
    attendance.hear('b', SLOTS_KEPT + 3, SLOTS_KEPT + 3)
    assert.deepEqual(attendance.slotsIn(0, 9_999), [SLOTS_KEPT, SLOTS_KEPT + 3])
    assert.equal(attendance.heardIn('a', [SLOTS_KEPT + 3]), 0)
    assert.equal(attendance.hear('a', 3, 9_999), 'slot-out-of-range')
    attendance.hear('b', 9_999, 9_999)
    assert.deepEqual(attendance.slotsIn(0, 9_999), [9_999])
  })

  it('agrees with a list of what was heard', () => {
    const beat = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3 * SLOTS_KEPT))
    fc.assert(
      fc.property(fc.array(beat, { maxLength: 60 }), beats => {
        const attendance = new Attendance()
        const list = new Set<string>()
        let latest = 0
        for (const [member, slot] of beats) {
          if (attendance.hear(member, slot, 9_999) === undefined) list.add(`${member} ${slot}`)
          latest = Math.max(latest, slot)
        }
        const slots = attendance.slotsIn(0, 9_999)
        const kept = beats.map(([, slot]) => slot).filter(slot => slot > latest - SLOTS_KEPT)
        assert.deepEqual(
          slots,
          [...new Set(kept)].sort((a, b) => a - b)
        )
        for (const member of ['a', 'b', 'c']) {
          const heard = slots.filter(slot => list.has(`${member} ${slot}`)).length
          assert.equal(attendance.heardIn(member, slots), heard)
        }
      }),
      { seed: 7 }
    )
  })

  it('calls down who missed more than the share, exactly', () => {
    assert.equal(wasDown(3, 4, 25), false)
    assert.equal(wasDown(74, 100, 25), true)
    assert.equal(wasDown(0, 0, 25), false)
  })
})
