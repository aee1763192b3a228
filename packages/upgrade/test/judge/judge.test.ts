import assert from 'node:assert/strict'
import { cusum, Group, isHigher, Judge, SIGNALS, shiftOf } from '../../src/index.ts'

const MEMBERS = 24
const GOOD: readonly number[] = [1_000, 10_000, 40_000, 0, 0, 200_000, 8, 1_000, 0]

/** A moment of equal members, with some noise that is the same in every run. */
function moment(
  at: number,
  change: (member: number, values: number[]) => void = () => {}
): number[] {
  return Array.from({ length: MEMBERS }, (_, member) => {
    const noise = 1_000 + (((at * 7 + member * 13) % 21) - 10)
    const values = GOOD.map((value, signal) =>
      signal === 1 || signal === 2 || signal === 5 ? Math.trunc((value * noise) / 1_000) : value
    )
    change(member, values)
    return values
  }).flat()
}

function complaintOf(
  moments: number,
  change: (member: number, values: number[], at: number) => void
): { early: string | undefined; late: string | undefined } {
  const judge = new Judge(
    MEMBERS,
    Array.from({ length: 30 }, (_, at) => moment(at))
  )
  judge.open(
    Uint8Array.from({ length: MEMBERS }, (_, m) => (m < 6 ? Group.treated : Group.control))
  )
  let early: string | undefined
  for (let at = 30; at < 30 + moments; at++) {
    const found = judge.observe(moment(at, (member, values) => change(member, values, at)))
    early ??= found === undefined ? undefined : `${found.signal} ${found.member}`
  }
  return { early, late: judge.conclude()?.signal }
}

describe('the judge', () => {
  const steps: {
    desc: string
    moments: number
    change: (member: number, values: number[], at: number) => void
    early: string | undefined
    late: string | undefined
  }[] = [
    {
      desc: 'passes an upgrade that changes nothing',
      moments: 60,
      change: () => {},
      early: undefined,
      late: undefined
    },
    {
      desc: 'finds latency × 1.2',
      moments: 5,
      change: (member, values) => {
        if (member < 6) values[1] = Math.trunc(values[1]! * 1.2)
      },
      early: undefined,
      late: 'latencyP50Us'
    },
    {
      desc: 'stops early at the one member whose dependents are down',
      moments: 12,
      change: (member, values) => {
        if (member === 4) values[8] = 1
      },
      early: 'dependentsDown 4',
      late: undefined
    },
    {
      desc: 'tells an outage of everybody apart',
      moments: 30,
      change: (_, values) => {
        values[1]! *= 4
        values[0] = 600
      },
      early: undefined,
      late: undefined
    },
    {
      desc: 'tells an outage of some apart, though more of the upgraded are among them',
      moments: 30,
      change: (member, values) => {
        if (member < 5 || member > 20) values[1]! *= 4
      },
      early: undefined,
      late: undefined
    }
  ]
  for (const { desc, moments, change, early, late } of steps) {
    it(desc, () => assert.deepEqual(complaintOf(moments, change), { early, late }))
  }

  it('names nine signals, as many as a moment has values', () => {
    assert.equal(SIGNALS.length, GOOD.length)
  })
})

describe('Mann and Whitney’s interval', () => {
  const low = Array.from({ length: 12 }, (_, at) => 100 + at)
  it('is around the shift', () => {
    const shift = shiftOf(
      low.map(value => value + 50),
      low
    )!
    assert.equal(shift.estimate, 50)
    assert.ok(shift.low > 40 && shift.high < 60)
    assert.ok(isHigher(shift))
  })

  it('finds nothing between equals, nor in too few', () => {
    assert.equal(isHigher(shiftOf(low, low)!), false)
    assert.equal(shiftOf([1_000], low), undefined)
  })
})

describe('the sequential test', () => {
  it('alarms after ten hits in a row, and forgets what a good time has paid for', () => {
    let sum = 0
    let hits = 0
    while (sum < 16_000) {
      sum = cusum(sum, true)
      hits++
    }
    assert.equal(hits, 10)
    for (let miss = 0; miss < 100; miss++) sum = cusum(sum, false)
    assert.equal(sum, 0)
  })
})
