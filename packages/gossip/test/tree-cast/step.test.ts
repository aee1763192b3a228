import assert from 'node:assert/strict'
import { GossipError, type TreeCastEvent } from '../../src/index.ts'
import { linked, plan, play } from './transcript.ts'

/** The cell in a slot of cell 0. */
const at = (slot: number): number => plan.graph.links[slot]!

const cases: readonly {
  readonly desc: string
  readonly slots: readonly number[]
  readonly events: readonly (readonly [number, TreeCastEvent])[]
  readonly said: readonly string[]
}[] = [
  {
    desc: 'pushes what it publishes to all neighbours',
    slots: [0, 1, 2],
    events: [[0, { type: 'publish', id: 7 }]],
    said: ['0 push 7 0', '0 push 7 1', '0 push 7 2']
  },
  {
    desc: 'publishes an id once',
    slots: [0],
    events: [
      [0, { type: 'publish', id: 7 }],
      [1, { type: 'publish', id: 7 }]
    ],
    said: ['0 push 7 0']
  },
  {
    desc: 'pushes a message on to those who take it from here, tells the others, not the sender',
    slots: [0, 1, 2, 3],
    events: [[0, { type: 'payload', slot: 1, id: 7, source: at(1) }]],
    said: ['0 deliver 7 of 448 by 1', '0 announce 7 2', '0 announce 7 3', '0 push 7 0']
  },
  {
    desc: 'leaves those alone who say that they have a message',
    slots: [0, 1, 2, 3],
    events: [
      [0, { type: 'announced', slot: 0, id: 7, sizeBytes: 100 }],
      [1, { type: 'payload', slot: 1, id: 7, source: at(1) }]
    ],
    said: ['0 wake 7 in 40', '1 deliver 7 of 448 by 1', '1 announce 7 2', '1 announce 7 3']
  },
  {
    desc: 'takes a message once',
    slots: [1],
    events: [
      [0, { type: 'payload', slot: 1, id: 7, source: at(1) }],
      [9, { type: 'payload', slot: 1, id: 7, source: at(1) }]
    ],
    said: ['0 deliver 7 of 448 by 1']
  },
  {
    desc: 'ignores unknown sources, messages in its own name, and id 0',
    slots: [0, 1],
    events: [
      [0, { type: 'payload', slot: 1, id: 7, source: 512 }],
      [1, { type: 'payload', slot: 1, id: 8, source: -1 }],
      [2, { type: 'payload', slot: 1, id: 9, source: 0 }],
      [3, { type: 'payload', slot: 1, id: 0, source: 5 }],
      [4, { type: 'announced', slot: 1, id: 0, sizeBytes: 5 }]
    ],
    said: []
  },
  {
    desc: 'asks the fastest announcer when its patience ends, then the next, then whoever comes',
    slots: [0, 1, 2, 3],
    events: [
      [0, { type: 'announced', slot: 3, id: 7, sizeBytes: 100 }],
      [5, { type: 'announced', slot: 1, id: 7, sizeBytes: 100 }],
      [39, { type: 'timer', id: 7 }],
      [40, { type: 'timer', id: 7 }],
      [180, { type: 'timer', id: 7 }],
      [380, { type: 'timer', id: 7 }],
      [999, { type: 'announced', slot: 0, id: 7, sizeBytes: 100 }]
    ],
    said: [
      '0 wake 7 in 40',
      '40 want 7 1',
      '40 wake 7 in 140',
      '180 unanswered 7 1',
      '180 want 7 3',
      '180 wake 7 in 180',
      '380 unanswered 7 3',
      '999 want 7 0',
      '999 wake 7 in 120'
    ]
  },
  {
    desc: 'waits longer for large messages',
    slots: [0],
    events: [[0, { type: 'announced', slot: 0, id: 7, sizeBytes: 100_000 }]],
    said: ['0 wake 7 in 160']
  },
  {
    desc: 'serves a message on demand, once a link, and none it lacks',
    slots: [0, 1],
    events: [
      [0, { type: 'payload', slot: 1, id: 7, source: at(1) }],
      [1, { type: 'wanted', slot: 0, id: 7 }],
      [2, { type: 'wanted', slot: 0, id: 7 }],
      [3, { type: 'wanted', slot: 0, id: 8 }]
    ],
    said: ['0 deliver 7 of 448 by 1', '0 push 7 0', '1 push 7 0']
  },
  {
    desc: 'gives up nobody: a timer after the message came is nothing',
    slots: [0, 1],
    events: [
      [0, { type: 'announced', slot: 0, id: 7, sizeBytes: 100 }],
      [9, { type: 'payload', slot: 1, id: 7, source: at(1) }],
      [40, { type: 'timer', id: 7 }]
    ],
    said: ['0 wake 7 in 40', '9 deliver 7 of 448 by 1']
  },
  {
    desc: 'tells a new link what it may have missed, and all links how it ranks them, once a burst',
    slots: [0, 1],
    events: [
      [0, { type: 'publish', id: 7 }],
      [9, { type: 'link', slot: 2, delayMs: 5 }],
      [10, { type: 'link', slot: 3, delayMs: 25 }],
      [509, { type: 'timer', id: 0 }]
    ],
    said: [
      '0 push 7 0',
      '0 push 7 1',
      '9 wake 0 in 500',
      '9 announce 7 2',
      '10 announce 7 3',
      '509 ranks 0 ffff3021 ffffffff',
      '509 ranks 1 ffff3021 ffffffff',
      '509 ranks 2 ffff3021 ffffffff',
      '509 ranks 3 ffff3021 ffffffff'
    ]
  },
  {
    desc: 'keeps its ranks while a delay only wavers',
    slots: [0, 1],
    events: [[0, { type: 'link', slot: 1, delayMs: 16 }]],
    said: []
  },
  {
    desc: 'ranks anew without a link that is gone, and sends nothing there',
    slots: [0, 1],
    events: [
      [0, { type: 'unlink', slot: 0 }],
      [1, { type: 'publish', id: 7 }],
      [500, { type: 'timer', id: 0 }]
    ],
    said: ['0 wake 0 in 500', '1 push 7 1', '500 ranks 1 ffffff0f ffffffff']
  }
]

describe('tree cast, step by step', () => {
  for (const { desc, slots, events, said } of cases) {
    it(desc, () => assert.deepEqual(play(linked(slots), events), said))
  }

  it('passes a message to a peer that ranks this node first, not to one that ranks another first', () => {
    const { torus } = plan.graph
    const own = plan.back[0]!
    // A source to which the peer in slot 0 has this node and another for a next hop.
    const offset = plan.closer.findIndex(
      (mask, cell) => ((mask >> own) & 1) === 1 && mask !== 1 << own && cell !== 0
    )
    const other = [...plan.graph.links.keys()].find(
      slot => slot !== own && ((plan.closer[offset]! >> slot) & 1) === 1
    )!
    const source = torus.offset(offset, at(0))
    const ranks = (first: number, second: number): readonly [number, number] => {
      const ranks: readonly number[] = plan.graph.links.map((_, slot) =>
        slot === first ? 0 : slot === second ? 1 : 2
      )
      const word = (from: number): number =>
        ranks.slice(from, from + 8).reduce((word, rank, i) => word | (rank << (4 * i)), 0)
      return [word(0), word(8)]
    }
    const pushed = (words: readonly [number, number]): boolean => {
      const cast = linked([0, 3])
      cast.handle({ type: 'ranks', slot: 0, words }, 900, () => {})
      return play(cast, [[0, { type: 'payload', slot: 3, id: 7, source }]]).includes('0 push 7 0')
    }
    assert.equal(pushed(ranks(own, other)), true)
    assert.equal(pushed(ranks(other, own)), false)
  })

  it('learns patience: needless pulls lengthen it, needed ones shorten it', () => {
    const wakes = (second: boolean): number[] => {
      const cast = linked([0, 1])
      const delays: number[] = []
      for (let id = 1; id <= 40; id++) {
        const events: (readonly [number, TreeCastEvent])[] = [
          [id * 1_000, { type: 'announced', slot: 0, id, sizeBytes: 100 }],
          [id * 1_000 + 400, { type: 'timer', id }],
          [id * 1_000 + 420, { type: 'payload', slot: 0, id, source: at(0) }]
        ]
        if (second) events.push([id * 1_000 + 430, { type: 'payload', slot: 1, id, source: at(0) }])
        const wake = play(cast, events).find(line => line.includes('wake'))
        delays.push(Number(wake?.split(' ').at(-1)))
      }
      return delays
    }
    const [needed, needless] = [wakes(false), wakes(true)]
    assert.ok(needed.at(-1)! < needed[0]! / 2, `${needed}`)
    assert.ok(needless.at(-1)! > needless[0]! * 10, `${needless}`)
  })

  it('says when a queued copy has become needless', () => {
    const cast = linked([0, 1])
    play(cast, [[0, { type: 'publish', id: 7 }]])
    assert.equal(cast.needs(0, 7), true)
    play(cast, [[1, { type: 'announced', slot: 0, id: 7, sizeBytes: 100 }]])
    assert.equal(cast.needs(0, 7), false)
    assert.equal(cast.needs(1, 7), true)
    assert.equal(cast.needs(1, 8), false)
  })

  it('refuses slots that the plan hasn’t', () => {
    for (const slot of [-1, 14, Number.NaN]) {
      assert.throws(() => play(linked([0]), [[0, { type: 'unlink', slot }]]), GossipError)
    }
  })
})
