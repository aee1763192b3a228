import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Member } from '../../src/overlay/directory.ts'
import {
  backoffMs,
  type OverlaySnapshot,
  planOverlay,
  SECOND_DIALLER_GRACE_MS
} from '../../src/overlay/plan.ts'
import type { WantedLink } from '../../src/overlay/positions.ts'

const NOW_MS = 100_000
const wantedLink = (key: string): WantedLink => ({
  member: { key } as Member,
  role: 'neighbour'
})

/** The node is `m`: it dials `p`, `q`, … itself and waits for `a`, `b`, … */
const snapshotOf = (given: Partial<OverlaySnapshot>): OverlaySnapshot => ({
  ...{ nowMs: NOW_MS, selfKey: 'm', wanted: [], open: new Map(), dialling: new Set() },
  ...{ notBeforeMs: new Map(), wantedSinceMs: new Map(), maxLinks: 8, maxDials: 4 },
  ...given
})
const want = (...keys: string[]): Partial<OverlaySnapshot> => ({ wanted: keys.map(wantedLink) })
const open = (...entries: [string, number][]): Partial<OverlaySnapshot> => ({
  open: new Map(entries.map(([key, openedMs]) => [key, { openedMs }]))
})

const cases: { desc: string; given: Partial<OverlaySnapshot>; dial: string[]; drop?: string[] }[] =
  [
    { desc: 'nothing wanted, nothing done', given: {}, dial: [] },
    { desc: 'a member of higher id is dialled at once', given: want('p'), dial: ['p'] },
    { desc: 'a member of lower id is left to dial first', given: want('a'), dial: [] },
    {
      desc: 'who dials second steps in after the grace time',
      given: {
        ...want('a', 'b'),
        wantedSinceMs: new Map([
          ['a', NOW_MS - SECOND_DIALLER_GRACE_MS],
          ['b', NOW_MS - SECOND_DIALLER_GRACE_MS + 1]
        ])
      },
      dial: ['a']
    },
    {
      desc: 'open links and dials under way are left alone',
      given: { ...want('p', 'q', 'r'), ...open(['p', 1]), dialling: new Set(['q']) },
      dial: ['r']
    },
    {
      desc: 'a back-off counts up to its end',
      given: {
        ...want('p', 'q'),
        notBeforeMs: new Map([
          ['p', NOW_MS + 1],
          ['q', NOW_MS]
        ])
      },
      dial: ['q']
    },
    {
      desc: 'dials run out: the most important come first',
      given: { ...want('p', 'q', 'r'), maxDials: 2 },
      dial: ['p', 'q']
    },
    {
      desc: 'dials under way count against the limit of dials',
      given: { ...want('p', 'q', 'r'), maxDials: 2, dialling: new Set(['x']) },
      dial: ['p']
    },
    {
      desc: 'own links and dials under way count against the limit of links',
      given: {
        ...want('o', 'p', 'q'),
        ...open(['o', 1]),
        ...{ dialling: new Set(['y']), maxLinks: 3 }
      },
      dial: ['p']
    },
    {
      desc: 'links that only others asked for leave room for the own ones',
      given: { ...want('p'), ...open(['x', 1], ['y', 1]), maxLinks: 2 },
      dial: ['p']
    },
    {
      desc: 'over twice the limit the newest that nobody asked for goes',
      given: { ...want('w'), ...open(['w', 9], ['x', 3], ['y', 7], ['z', 5]), maxLinks: 1 },
      dial: [],
      drop: ['y', 'z']
    },
    {
      desc: 'wanted links stay even over the limit',
      given: { ...want('p', 'q'), ...open(['p', 1], ['q', 2]), maxLinks: 1 },
      dial: [],
      drop: []
    }
  ]

describe('overlay plan', () => {
  for (const { desc, given, dial, drop = [] } of cases) {
    it(desc, () => {
      const plan = planOverlay(snapshotOf(given))
      assert.deepEqual(
        plan.dial.map(({ member }) => member.key),
        dial
      )
      assert.deepEqual(plan.drop, drop)
    })
  }

  it('never exceeds a limit, whatever the snapshot', () => {
    const keys = fc.uniqueArray(fc.constantFrom(...'abcdefghijkl'), { maxLength: 12 })
    const property = fc.property(
      ...([keys, keys, keys, fc.nat(12), fc.nat(12)] as const),
      (wanted, opened, dialling, maxLinks, maxDials) => {
        const snapshot = snapshotOf({
          ...want(...wanted),
          ...open(...opened.map((key, at): [string, number] => [key, at])),
          ...{ dialling: new Set(dialling), maxLinks, maxDials }
        })
        const { dial, drop } = planOverlay(snapshot)
        const used = dialling.length + dial.length
        assert.ok(dial.length === 0 || used <= maxDials)
        const own = opened.filter(key => wanted.includes(key)).length
        assert.ok(dial.length === 0 || own + used <= maxLinks)
        assert.ok(drop.every(key => opened.includes(key) && !wanted.includes(key)))
        assert.ok(drop.length <= Math.max(0, opened.length - 2 * maxLinks))
      }
    )
    fc.assert(property, { seed: 7 })
  })
})

describe('dial back-off', () => {
  const steps = [
    { failures: 1, jitter: 0, waitMs: 250 },
    { failures: 1, jitter: 999, waitMs: 499 },
    { failures: 2, jitter: 500, waitMs: 750 },
    { failures: 7, jitter: 0, waitMs: 16_000 },
    { failures: 8, jitter: 0, waitMs: 30_000 },
    { failures: 1_000, jitter: 999, waitMs: 59_970 }
  ]
  for (const { failures, jitter, waitMs } of steps) {
    it(`waits ${waitMs} ms after ${failures} failures with jitter ${jitter} ‰`, () => {
      assert.equal(backoffMs(failures, jitter), waitMs)
    })
  }
})
