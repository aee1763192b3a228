import assert from 'node:assert/strict'
import { createTorus } from '@torusmesh/torus'
import fc from 'fast-check'
import { checkFaults } from '../../src/faults/check.ts'
import { Conditions, Down, NEVER } from '../../src/faults/condition.ts'
import type { FaultEvent, FaultKind } from '../../src/faults/event.ts'
import { expandFaults } from '../../src/faults/expand.ts'
import type { FaultSpec } from '../../src/faults/spec.ts'
import type { Topology } from '../../src/topology/topology.ts'

const torus = createTorus([4, 4, 4])
const NODES = torus.cells
const DURATION_MS = 60_000
const topology: Topology = {
  nodes: NODES,
  degree: torus.degree,
  peer: (node, link) => torus.neighbours(node)[link]!,
  back: () => -1,
  shards: 1,
  firstOf: shard => shard * NODES,
  shardOf: () => 0,
  distance: (a, b) => torus.distance(a, b)
}
const INIT = { seed: 1, nodes: NODES, durationMs: DURATION_MS, topology }
const KINDS: readonly FaultKind[] = [
  'crash',
  'restart',
  'pause',
  'slow',
  'skew',
  'deaf',
  'partition',
  'turn'
]
const ALLOWED = {
  nodes: NODES,
  durationMs: DURATION_MS,
  kinds: KINDS,
  behaviours: ['liar', 'twin'],
  hasDistance: true
}

/** A schedule as lines: who, when, what. */
function lines(specs: readonly FaultSpec[]): string[] {
  return expandFaults(specs, INIT).map(event => {
    const { kind, atMs, ...rest } = event
    const shown = Object.entries(rest).map(([key, value]) => `${key} ${value}`)
    return `${atMs} ${kind} ${shown.join(' ')}`
  })
}

const schedules: readonly (readonly [string, FaultSpec, readonly string[]])[] = [
  [
    'a crash of named nodes, spread over time, and their return',
    { kind: 'crash', nodes: [5, 2], atMs: 100, overMs: 50, restartAfterMs: 1_000, disk: 'lost' },
    [
      '100 crash node 5 mode silent',
      '125 crash node 2 mode silent',
      '1100 restart node 5 disk lost',
      '1125 restart node 2 disk lost'
    ]
  ],
  [
    'a return after the end: never',
    { kind: 'crash', nodes: [5], atMs: 59_999, mode: 'closed', restartAfterMs: 1 },
    ['59999 crash node 5 mode closed']
  ],
  [
    'slowness and its end',
    { kind: 'slow', nodes: [1], atMs: 10, forMs: 90, factorPermille: 4_000 },
    ['10 slow node 1 factorPermille 4000', '100 slow node 1 factorPermille 1000']
  ],
  [
    'a skewed clock',
    { kind: 'skew', nodes: [1], atMs: 10, driftPpm: 200 },
    ['10 skew node 1 offsetMs 0 driftPpm 200']
  ],
  ['a pause', { kind: 'pause', nodes: [1], atMs: 10, forMs: 5 }, ['10 pause node 1 forMs 5']],
  [
    'an adversary',
    { kind: 'turn', nodes: [1], behaviour: 'liar' },
    ['0 turn node 1 behaviour liar']
  ],
  [
    'a partition of a ball',
    { kind: 'partition', radius: 1, of: 0, atMs: 10, forMs: 90 },
    ['10 partition untilMs 100 side 0,1,3,4,12,16,48 oneWay false']
  ]
]

describe('schedule of faults', () => {
  for (const [desc, spec, expected] of schedules) {
    it(`has ${desc}`, () => assert.deepEqual(lines([spec]), expected))
  }

  it('draws distinct nodes: so many, or their share rounded up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: NODES }), fc.nat(), (count, seed) => {
        const events = expandFaults([{ kind: 'deaf', count, atMs: 0, forMs: 9 }], { ...INIT, seed })
        const nodes = events.map(event => (event.kind === 'deaf' ? event.node : NEVER))
        assert.equal(new Set(nodes).size, count)
        assert.ok(nodes.every(node => node >= 0 && node < NODES))
      }),
      { seed: 1, numRuns: 100 }
    )
    const share: FaultSpec = { kind: 'deaf', sharePermille: 20, atMs: 0, forMs: 9 }
    assert.equal(lines([share]).length, 2)
  })

  it('draws the centre of a ball where none is named', () => {
    const side = (seed: number): readonly number[] => {
      const spec: FaultSpec = { kind: 'partition', radius: 1, atMs: 0, forMs: 9 }
      const [event] = expandFaults([spec], { ...INIT, seed })
      return event?.kind === 'partition' ? event.side : []
    }
    assert.equal(side(1).length, 7)
    assert.notDeepEqual(side(1), side(2))
    assert.deepEqual(side(1), side(1))
  })

  it('leaves all other events as they were when a fault is taken out', () => {
    const specs = fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant('crash' as const),
          count: fc.integer({ min: 1, max: 3 }),
          atMs: fc.nat(5),
          restartAfterMs: fc.integer({ min: 1, max: 9 })
        }),
        fc.record({
          kind: fc.constant('churn' as const),
          atMs: fc.nat(1),
          forMs: fc.constant(50_000),
          permillePerMinute: fc.constant(100),
          downMs: fc.integer({ min: 1, max: 5_000 })
        }),
        fc.record({
          kind: fc.constant('partition' as const),
          radius: fc.nat(1),
          atMs: fc.nat(3),
          forMs: fc.constant(9)
        })
      ),
      { minLength: 1, maxLength: 8 }
    )
    fc.assert(
      fc.property(specs, fc.nat(), (all, pick) => {
        const out = pick % all.length
        // Equal specs are told apart by their order alone: take out the last of them.
        const last = all.findLastIndex(spec => JSON.stringify(spec) === JSON.stringify(all[out]))
        const rest = lines(all.filter((_, i) => i !== last))
        const left = lines(all)
        for (const line of rest) {
          const at = left.indexOf(line)
          assert.ok(at >= 0, `${line} is gone`)
          left.splice(at, 1)
        }
        const atMs = rest.map(line => Number.parseInt(line, 10))
        assert.deepEqual(
          atMs,
          atMs.toSorted((a, b) => a - b)
        )
      }),
      { seed: 2, numRuns: 100 }
    )
  })

  it('churns at the rate it is told, and takes nobody away who is away', () => {
    const churn: FaultSpec = {
      kind: 'churn',
      atMs: 1_000,
      forMs: 50_000,
      permillePerMinute: 2_000,
      downMs: 10_000
    }
    const conditions = conditionsOf(expandFaults([churn], INIT))
    let leaves = 0
    for (const event of expandFaults([churn], INIT)) {
      if (event.kind === 'crash') {
        leaves++
        assert.ok(event.atMs >= 1_000 && event.atMs < 51_000)
      }
      assert.ok(conditions.apply(event), `${event.atMs} ${event.kind} changes nothing`)
    }
    // 64 nodes, twice each a minute, for 50 s.
    assert.equal(leaves, 106)
  })

  it('has an end', () => {
    const nodes = 1_000_001
    const few: FaultSpec = { kind: 'pause', radius: 9, of: 0, atMs: 0, forMs: 1 }
    const large = { ...topology, nodes, distance: () => 0 }
    assert.throws(() => expandFaults([few], { ...INIT, nodes, topology: large }), {
      code: 'bad-setting',
      message: 'faults[0]: makes more than 1000000 events in all; give fewer nodes or less time'
    })
  })
})

const at = { atMs: 0 }
const refused: readonly (readonly [string, object, string])[] = [
  [
    'a kind it does not know',
    { kind: 'fire', count: 1, ...at },
    'kind: is "fire"; give crash, pause, deaf, slow, skew, partition, turn, churn'
  ],
  [
    'a fault after the end',
    { kind: 'crash', count: 1, atMs: 60_000 },
    'atMs: is 60000; give a number from 0 to 59999'
  ],
  [
    'two ways to choose',
    { kind: 'crash', count: 1, radius: 1, ...at },
    ': is ["count","radius"]; give one of nodes, count, sharePermille, radius'
  ],
  [
    'more nodes than there are',
    { kind: 'crash', count: 65, ...at },
    'count: is 65; give a number from 1 to 64'
  ],
  [
    'a node that is not there',
    { kind: 'crash', nodes: [64], ...at },
    'nodes[0]: is 64; give a number from 0 to 63'
  ],
  [
    'a node named twice',
    { kind: 'crash', nodes: [1, 1], ...at },
    'nodes: is [1,1]; give one or more nodes, each once'
  ],
  [
    'an unknown mode',
    { kind: 'crash', count: 1, mode: 'loud', ...at },
    'mode: is "loud"; give silent or closed'
  ],
  [
    'an unknown adversary',
    { kind: 'turn', count: 1, behaviour: 'saint' },
    'behaviour: is "saint"; give liar, twin'
  ],
  [
    'a clock that stops',
    { kind: 'skew', count: 1, driftPpm: -1_000_000, ...at },
    'driftPpm: is -1000000; give a number from -100000 to 100000'
  ],
  [
    'a churn that leaves nobody',
    { kind: 'churn', forMs: 1, permillePerMinute: 1_000, downMs: 30_001, ...at },
    'downMs: is 30001; give at most 30000 at this rate: half are away then'
  ],
  [
    'a fault without a length',
    { kind: 'pause', count: 1, ...at },
    'forMs: is missing; give a whole number from 1 to 1099511627776'
  ]
]

describe('settings of faults', () => {
  for (const [desc, spec, message] of refused) {
    it(`refuse ${desc}`, () => {
      assert.throws(() => checkFaults([spec as FaultSpec], ALLOWED), {
        code: 'bad-setting',
        message: `faults[0]${message.startsWith(':') ? '' : '.'}${message}`
      })
    })
  }

  it('refuse what the scenario has no model of', () => {
    const crash: FaultSpec = { kind: 'crash', count: 1, atMs: 0, restartAfterMs: 1 }
    const give =
      (kinds: readonly FaultKind[], hasDistance = false) =>
      () =>
        checkFaults([crash, { kind: 'deaf', radius: 1, atMs: 0, forMs: 1 }], {
          ...ALLOWED,
          kinds,
          hasDistance
        })
    assert.throws(give([]), /faults\[0\]\.kind: is "crash"; give no faults/)
    assert.throws(give(['crash']), /faults\[0\]\.restartAfterMs: is 1; give nothing/)
    assert.throws(give(['crash', 'restart']), /faults\[1\]\.kind: is "deaf"; give crash, churn/)
    assert.throws(give(KINDS), /faults\[1\]\.radius: is 1; give count/)
    give(KINDS, true)()
  })

  it('refuse more partitions at one time than there can be, and longer lists', () => {
    const spec: FaultSpec = { kind: 'partition', count: 1, atMs: 0, forMs: 10 }
    const next: FaultSpec = { ...spec, atMs: 10 }
    checkFaults([...new Array<FaultSpec>(16).fill(spec), next], ALLOWED)
    assert.throws(
      () => checkFaults(new Array<FaultSpec>(17).fill(spec), ALLOWED),
      /faults\[16\]\.atMs: .* at most 16 partitions at one time/
    )
    assert.throws(() => checkFaults(new Array<FaultSpec>(10_001).fill(spec), ALLOWED), /faults: /)
  })
})

function conditionsOf(faults: readonly FaultEvent[], first = 0, nodes = NODES): Conditions {
  const { behaviours } = ALLOWED
  return new Conditions({ first, nodes, totalNodes: NODES, faults, behaviours })
}

/** Applies a schedule, all of it. */
function applied(...faults: readonly FaultEvent[]): Conditions {
  const conditions = conditionsOf(faults)
  for (const event of faults) conditions.apply(event)
  return conditions
}

describe('conditions of nodes', () => {
  const crash: FaultEvent = { kind: 'crash', atMs: 10, node: 3, mode: 'closed' }
  const pause: FaultEvent = { kind: 'pause', atMs: 5, node: 3, forMs: 95 }
  const deaf: FaultEvent = { kind: 'deaf', atMs: 5, node: 3, forMs: 95 }

  it('are the usual ones where nothing is scheduled', () => {
    const conditions = applied()
    assert.ok(conditions.isUp(3) && conditions.reaches(3, 4, 0))
    assert.deepEqual([conditions.downAs(3), conditions.behaviourOf(3)], [Down.up, 0])
    assert.deepEqual([conditions.runnableAtMs(3, 7), conditions.deliverableAtMs(3, 7)], [7, 7])
    assert.deepEqual([conditions.slowedMs(3, 7), conditions.nodeNowMs(3, 7)], [7, 7])
  })

  it('say how a node is down, until it is back without its pause', () => {
    const conditions = applied(pause, crash)
    assert.deepEqual([conditions.isUp(3), conditions.isUp(4)], [false, true])
    assert.equal(conditions.downAs(3), Down.closed)
    assert.equal(conditions.deliverableAtMs(3, 20), NEVER)
    assert.equal(conditions.apply(crash), false)
    const restart: FaultEvent = { kind: 'restart', atMs: 30, node: 3, disk: 'kept' }
    assert.deepEqual([conditions.apply(restart), conditions.apply(restart)], [true, false])
    assert.equal(conditions.deliverableAtMs(3, 40), 40)
  })

  it('let what arrives wait for the end of a pause, and the deaf run on', () => {
    const paused = applied(pause, { ...pause, forMs: 20 })
    assert.deepEqual([paused.deliverableAtMs(3, 20), paused.deliverableAtMs(3, 120)], [100, 120])
    const unhearing = applied(deaf)
    assert.deepEqual(
      [20, 100].map(ms => unhearing.deliverableAtMs(3, ms)),
      [NEVER, 100]
    )
    assert.equal(unhearing.runnableAtMs(3, 20), 20)
  })

  it('slow a node, and end it', () => {
    const slow: FaultEvent = { kind: 'slow', atMs: 0, node: 3, factorPermille: 2_500 }
    assert.deepEqual(
      [3, 4].map(node => applied(slow).slowedMs(node, 3)),
      [8, 3]
    )
    assert.equal(applied(slow, { ...slow, factorPermille: 1_000 }).slowedMs(3, 3), 3)
  })

  it('let a clock jump and drift from where it stands', () => {
    const skew: FaultEvent = { kind: 'skew', atMs: 1_000, node: 3, offsetMs: 50, driftPpm: 1_000 }
    const once = applied(skew)
    assert.deepEqual(
      [1_000, 2_000].map(ms => once.nodeNowMs(3, ms)),
      [1_050, 2_051]
    )
    const twice = applied(skew, { ...skew, atMs: 2_000, offsetMs: -51, driftPpm: -1_000 })
    assert.deepEqual(
      [2_000, 3_000].map(ms => twice.nodeNowMs(3, ms)),
      [2_000, 2_999]
    )
  })

  it('name the adversary', () => {
    const turn: FaultEvent = { kind: 'turn', atMs: 0, node: 3, behaviour: 'twin' }
    assert.deepEqual(
      [3, 4].map(node => applied(turn).behaviourOf(node)),
      [2, 0]
    )
  })

  it('belong to the nodes of a shard alone', () => {
    const conditions = conditionsOf([crash], 2, 4)
    assert.equal(conditions.apply(crash), true)
    assert.deepEqual(
      [0, 1, 2, 3].map(local => conditions.isUp(local)),
      [true, false, true, true]
    )
    assert.equal(conditionsOf([crash], 4, 4).apply(crash), false)
  })
})

describe('partitions', () => {
  const partition = fc.record({
    kind: fc.constant('partition' as const),
    atMs: fc.nat(50),
    untilMs: fc.integer({ min: 51, max: 100 }),
    side: fc.uniqueArray(fc.nat(NODES - 1), { maxLength: NODES }),
    oneWay: fc.boolean()
  })
  const node = fc.nat(NODES - 1)

  it('cut what their sides say, several at once, and heal', () => {
    fc.assert(
      fc.property(fc.array(partition, { maxLength: 16 }), node, node, (cuts, from, to) => {
        const schedule = cuts.toSorted((a, b) => a.atMs - b.atMs)
        const conditions = applied(...schedule)
        for (const nowMs of [50, 60, 99, 100]) {
          const cut = schedule.some(({ untilMs, side, oneWay }) => {
            const [sends, hears] = [side.includes(from), side.includes(to)]
            return nowMs < untilMs && (oneWay ? sends && !hears : sends !== hears)
          })
          assert.equal(conditions.reaches(from, to, nowMs), !cut)
        }
        assert.ok(conditions.reaches(from, to, 100))
      }),
      { seed: 3, numRuns: 300 }
    )
  })

  it('make room for others once they are over', () => {
    const schedule = Array.from({ length: 40 }, (_, i): FaultEvent => {
      return { kind: 'partition', atMs: i * 10, untilMs: i * 10 + 10, side: [1], oneWay: false }
    })
    const conditions = applied(...schedule)
    assert.deepEqual(
      [395, 400].map(ms => conditions.reaches(1, 2, ms)),
      [false, true]
    )
  })

  it('come back with their columns', () => {
    const schedule: readonly FaultEvent[] = [
      { kind: 'partition', atMs: 0, untilMs: 90, side: [1], oneWay: false },
      { kind: 'pause', atMs: 0, node: 2, forMs: 90 }
    ]
    const [before, after] = [applied(...schedule), conditionsOf(schedule)]
    assert.equal(after.reaches(1, 2, 5), true)
    for (const [i, column] of before.columns().entries()) {
      const other = after.columns()[i]!
      const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
      new Uint8Array(other.buffer, other.byteOffset, other.byteLength).set(bytes)
    }
    assert.equal(after.reaches(1, 2, 5), false)
    assert.equal(after.deliverableAtMs(2, 5), 90)
  })
})
