import assert from 'node:assert/strict'
import { accusations, play, type Script } from './transcript.ts'

const silent = { 2: [2_000] } as const
const suspectsAndAccuses = ['3500 suspect 2 @0', '3750 accuse 2 @0 silent 1750']

const cases: (Script & { desc: string; said: string[] })[] = [
  {
    desc: 'calls a peer down once 4 of 6 have accused it for 1.9 s',
    silent,
    events: accusations(3_800, 2, 3),
    untilMs: 20_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0']
  },
  {
    desc: 'does not with 3 of 6',
    silent,
    events: accusations(3_800, 2, 2),
    untilMs: 4_999,
    said: suspectsAndAccuses
  },
  {
    desc: 'counts an accuser once',
    silent,
    events: [...accusations(3_800, 2, 1), ...accusations(3_900, 2, 1), ...accusations(3_950, 2, 1)],
    untilMs: 4_999,
    said: suspectsAndAccuses
  },
  {
    desc: 'needs 2 of 3, its own among them',
    watchers: 3,
    silent,
    events: accusations(3_800, 2, 1),
    untilMs: 6_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0']
  },
  {
    desc: 'needs nobody else for a peer that nobody else watches',
    watchers: 1,
    silent,
    untilMs: 9_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0']
  },
  {
    desc: 'lowers the quorum when the watchers get fewer',
    silent,
    events: [...accusations(3_800, 2, 2), [3_900, { type: 'watchers', slot: 2, watchers: 4 }]],
    untilMs: 6_000,
    said: [...suspectsAndAccuses, '6000 down 2 @0']
  },
  {
    desc: 'starts the time to refute anew when the quorum is lost meanwhile',
    silent,
    events: [
      ...accusations(3_800, 2, 2),
      [3_900, { type: 'watchers', slot: 2, watchers: 4 }],
      [4_400, { type: 'watchers', slot: 2, watchers: 6 }],
      ...accusations(5_600, 2, 3)
    ],
    untilMs: 9_000,
    said: [...suspectsAndAccuses, '5000 accuse 2 @0 silent 3000', '7500 down 2 @0']
  },
  {
    desc: 'takes nobody to have more than 16 watchers',
    watchers: 200,
    silent,
    events: accusations(3_800, 2, 10),
    untilMs: 6_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0']
  },
  {
    desc: 'never calls down whom it hears itself, whoever says so',
    events: accusations(3_800, 2, 5),
    untilMs: 30_000,
    said: []
  },
  {
    desc: 'accuses the sooner the more others do',
    silent,
    events: accusations(3_400, 2, 3),
    untilMs: 3_600,
    said: ['3500 suspect 2 @0', '3500 accuse 2 @0 silent 1500']
  },
  {
    desc: 'ignores accusations of an incarnation that has refuted them',
    events: [[2_500, { type: 'refuted', slot: 2, incarnation: 3 }], ...accusations(2_600, 2, 5, 2)],
    silent,
    untilMs: 4_900,
    said: ['4000 suspect 2 @3', '4250 accuse 2 @3 silent 1750']
  },
  {
    desc: 'drops suspicion and accusations at a refutation',
    silent: { 2: [2_000, 5_000] },
    events: [...accusations(3_800, 2, 5), [4_100, { type: 'refuted', slot: 2, incarnation: 1 }]],
    untilMs: 9_000,
    said: [...suspectsAndAccuses, '4100 clear 2 @1']
  },
  {
    desc: 'does not hold against a new incarnation what the old one was accused of',
    silent,
    events: [...accusations(3_800, 2, 5), [4_100, { type: 'refuted', slot: 2, incarnation: 1 }]],
    untilMs: 9_000,
    said: [
      ...suspectsAndAccuses,
      '4100 clear 2 @1',
      '5750 suspect 2 @1',
      '6000 accuse 2 @1 silent 1900'
    ]
  },
  {
    desc: 'takes a beat of a higher incarnation for a refutation',
    silent: { 2: [2_000, 5_000] },
    events: [...accusations(3_800, 2, 5), [4_100, { type: 'heard', slot: 2, incarnation: 1 }]],
    untilMs: 9_000,
    said: [...suspectsAndAccuses, '4100 clear 2 @1']
  },
  {
    desc: 'takes a refutation of a known incarnation for old news',
    silent: { 2: [2_000] },
    events: [[3_600, { type: 'refuted', slot: 2, incarnation: 0 }]],
    untilMs: 4_000,
    said: suspectsAndAccuses
  },
  {
    desc: 'revives a peer that is down by a higher incarnation, not by a beat still under way',
    silent,
    events: [
      ...accusations(3_800, 2, 3),
      [5_800, { type: 'heard', slot: 2, incarnation: 0 }],
      [5_900, { type: 'refuted', slot: 2, incarnation: 1 }]
    ],
    untilMs: 6_500,
    said: [...suspectsAndAccuses, '5750 down 2 @0', '5900 clear 2 @1']
  },
  {
    desc: 'joins who accuses a later incarnation of one that is down to it, not at every word',
    silent,
    events: [
      ...accusations(3_800, 2, 3),
      ...accusations(8_000, 2, 2, 1),
      ...accusations(12_999, 2, 1, 1),
      ...accusations(13_000, 2, 1, 1)
    ],
    untilMs: 20_000,
    said: [
      ...suspectsAndAccuses,
      '5750 down 2 @0',
      '8000 accuse 2 @1 silent 6000',
      '13000 accuse 2 @1 silent 5000'
    ]
  },
  {
    desc: 'joins who comes to miss one that is down later than itself',
    silent,
    events: [...accusations(3_800, 2, 3), ...accusations(6_999, 2, 1), ...accusations(7_000, 2, 1)],
    untilMs: 20_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0', '7000 accuse 2 @0 silent 5000']
  },
  {
    desc: 'does not join in what one that is down could not refute',
    silent,
    events: [...accusations(3_800, 2, 3), ...accusations(8_000, 2, 2, 257)],
    untilMs: 20_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0']
  },
  {
    desc: 'reminds one that is down and beats on, not at every beat',
    silent: { 2: [2_000, 8_000] },
    events: accusations(3_800, 2, 3),
    untilMs: 14_000,
    said: [...suspectsAndAccuses, '5750 down 2 @0', '8000 remind 2 @0', '13000 remind 2 @0']
  },
  {
    desc: 'reminds one that is down and beats as it did before it lost its memory',
    silent,
    events: [
      [2_000, { type: 'heard', slot: 2, incarnation: 3 }],
      ...accusations(3_800, 2, 3, 3),
      [8_000, { type: 'heard', slot: 2, incarnation: 1 }],
      [8_500, { type: 'heard', slot: 2, incarnation: 1 }]
    ],
    untilMs: 9_000,
    said: [
      '3500 suspect 2 @3',
      '3750 accuse 2 @3 silent 1750',
      '5750 down 2 @3',
      '8000 remind 2 @3'
    ]
  },
  {
    desc: 'forgets accusations that are not renewed',
    silent: { 2: [12_000] },
    events: accusations(1_000, 2, 5),
    untilMs: 14_000,
    said: ['13500 suspect 2 @0', '13750 accuse 2 @0 silent 1750']
  },
  {
    desc: 'does not let an accuser make it deaf to a peer by naming a high incarnation',
    events: [...accusations(2_500, 2, 5, 4_000_000_000)],
    untilMs: 20_000,
    said: []
  }
]

describe('detector: accusations', () => {
  for (const { desc, said, ...script } of cases) {
    it(desc, () => {
      assert.deepEqual(play(script), said)
    })
  }
})
