import assert from 'node:assert/strict'
import { accusations, play, type Script } from './transcript.ts'

const half = { 0: [2_000], 1: [2_000], 2: [2_000] } as const
const suspectsHalf = ['3500 suspect 0 @0', '3500 suspect 1 @0', '3500 suspect 2 @0']

const cases: (Script & { desc: string; said: string[] })[] = [
  {
    desc: 'doubts itself, and accuses nobody, when half of its peers are silent',
    silent: half,
    untilMs: 30_000,
    said: ['3250 doubt', ...suspectsHalf]
  },
  {
    desc: 'is sure again when they are heard',
    silent: { 0: [2_000, 6_000], 1: [2_000, 6_000], 2: [2_000, 7_000] },
    untilMs: 9_000,
    said: [
      '3250 doubt',
      ...suspectsHalf,
      '6000 clear 0 @0',
      '6000 clear 1 @0',
      '6250 sure',
      '6250 accuse 2 @0 silent 4250',
      '7000 clear 2 @0'
    ]
  },
  {
    desc: 'joins, in doubt, what another watcher accuses',
    silent: half,
    events: accusations(3_600, 1, 1),
    untilMs: 4_000,
    said: ['3250 doubt', ...suspectsHalf, '3750 accuse 1 @0 silent 1750']
  },
  {
    desc: 'accuses after 30 s of doubt: two doubters must not wait for each other for ever',
    silent: half,
    untilMs: 33_250,
    said: [
      '3250 doubt',
      ...suspectsHalf,
      '33250 accuse 0 @0 silent 31250',
      '33250 accuse 1 @0 silent 31250',
      '33250 accuse 2 @0 silent 31250'
    ]
  },
  {
    desc: 'does not doubt itself for peers whose hosts refuse dials: its own side works',
    silent: half,
    events: [0, 1, 2].map(slot => [2_100, { type: 'unreachable', slot }]),
    untilMs: 4_500,
    said: [
      '2250 suspect 0 @0',
      '2250 suspect 1 @0',
      '2250 suspect 2 @0',
      '2250 accuse 0 @0 silent 250',
      '2250 accuse 1 @0 silent 250',
      '2250 accuse 2 @0 silent 250'
    ]
  },
  {
    desc: 'trusts itself with one peer of one silent',
    peers: 1,
    silent: { 0: [2_000] },
    untilMs: 4_000,
    said: ['3500 suspect 0 @0', '3750 accuse 0 @0 silent 1750']
  },
  {
    desc: 'trusts itself with one peer of two silent',
    peers: 2,
    silent: { 0: [2_000] },
    untilMs: 4_000,
    said: ['3500 suspect 0 @0', '3750 accuse 0 @0 silent 1750']
  },
  {
    desc: 'trusts itself with two peers of five silent',
    peers: 5,
    silent: { 0: [2_000], 1: [2_000] },
    untilMs: 3_700,
    said: ['3500 suspect 0 @0', '3500 suspect 1 @0']
  },
  {
    desc: 'doubts itself with two peers of three silent',
    peers: 3,
    silent: { 0: [2_000], 1: [2_000] },
    untilMs: 9_000,
    said: ['3250 doubt', '3500 suspect 0 @0', '3500 suspect 1 @0']
  },
  {
    desc: 'forgives everybody the time it stood still itself',
    stall: [2_100, 22_000],
    untilMs: 40_000,
    said: []
  },
  {
    desc: 'still finds who died while it stood still, later by as much',
    silent: { 2: [2_000] },
    stall: [2_100, 12_000],
    untilMs: 13_500,
    said: ['13250 suspect 2 @0', '13500 accuse 2 @0 silent 1750']
  },
  {
    desc: 'does not count the time it stood still as doubt',
    silent: half,
    stall: [4_100, 40_000],
    untilMs: 60_000,
    said: ['3250 doubt', ...suspectsHalf]
  },
  {
    desc: 'gives the condemned the time to refute that it slept through itself',
    silent: { 2: [2_000] },
    events: [...accusations(3_800, 2, 3), [9_000, { type: 'refuted', slot: 2, incarnation: 1 }]],
    stall: [4_100, 9_500],
    untilMs: 10_000,
    said: ['3500 suspect 2 @0', '3750 accuse 2 @0 silent 1750', '9500 clear 2 @1']
  },
  {
    desc: 'refutes an accusation of itself with a higher incarnation, which its beats then carry',
    events: [[2_100, { type: 'accusedSelf', incarnation: 0 }]],
    hide: [],
    untilMs: 3_000,
    said: ['1000 beat @0', '2000 beat @0', '2100 refute @1', '3000 beat @1']
  },
  {
    desc: 'answers a storm of accusations once',
    events: Array.from({ length: 6 }, (_, i) => [
      2_100 + i,
      { type: 'accusedSelf', incarnation: 0 }
    ]),
    untilMs: 9_000,
    said: ['2100 refute @1']
  },
  {
    desc: 'refutes at most once a second, and forgets none',
    events: [
      [2_100, { type: 'accusedSelf', incarnation: 0 }],
      [2_200, { type: 'accusedSelf', incarnation: 1 }],
      [2_300, { type: 'accusedSelf', incarnation: 1 }]
    ],
    untilMs: 9_000,
    said: ['2100 refute @1', '3250 refute @2']
  },
  {
    desc: 'repeats its refutation to one who missed it',
    events: [
      [2_100, { type: 'accusedSelf', incarnation: 0 }],
      [5_100, { type: 'accusedSelf', incarnation: 0 }]
    ],
    untilMs: 9_000,
    said: ['2100 refute @1', '5100 refute @1']
  },
  {
    desc: 'is not driven to the end of its incarnations by a liar',
    events: [
      [2_100, { type: 'accusedSelf', incarnation: 4_294_967_295 }],
      [2_200, { type: 'accusedSelf', incarnation: 257 }]
    ],
    untilMs: 9_000,
    said: []
  },
  {
    desc: 'believes a quorum that it once was so far ahead: it has lost its memory',
    events: [[2_100, { type: 'accusedSelf', incarnation: 1_542, proven: true }]],
    untilMs: 9_000,
    said: ['2100 refute @1543']
  },
  {
    desc: 'believes as much of a quorum of its peers, who say so one by one, as they all do',
    events: [1_600, 4_294_967_294, 1_542, 1_700].map((incarnation, accuser) => [
      2_100 + 100 * accuser,
      { type: 'accusedSelf', incarnation, accuser }
    ]),
    untilMs: 9_000,
    said: ['2400 refute @1543']
  },
  {
    desc: 'does not take the same few peers, however often they say so, for a quorum',
    events: Array.from({ length: 9 }, (_, i) => [
      2_100 + i,
      { type: 'accusedSelf', incarnation: 1_542 + i, accuser: i % 3 }
    ]),
    untilMs: 9_000,
    said: []
  },
  {
    desc: 'outbids what it said before it lost its memory, and never goes back',
    events: [
      [2_100, { type: 'accusedSelf', incarnation: 41 }],
      [4_100, { type: 'accusedSelf', incarnation: 5 }]
    ],
    untilMs: 9_000,
    said: ['2100 refute @42', '4100 refute @42']
  },
  {
    desc: 'says nothing when its incarnations are used up',
    incarnation: 4_294_967_295,
    events: [[2_100, { type: 'accusedSelf', incarnation: 4_294_967_295 }]],
    untilMs: 9_000,
    said: []
  }
]

describe('detector: itself', () => {
  for (const { desc, said, ...script } of cases) {
    it(desc, () => {
      assert.deepEqual(play(script), said)
    })
  }
})
