import assert from 'node:assert/strict'
import { accusations, play, type Script } from './transcript.ts'

const cases: (Script & { desc: string; said: string[] })[] = [
  { desc: 'says nothing while everybody beats', untilMs: 60_000, said: [] },
  {
    desc: 'beats once a second',
    untilMs: 3_000,
    hide: [],
    said: ['1000 beat @0', '2000 beat @0', '3000 beat @0']
  },
  {
    desc: 'asks for a silent peer, suspects it, accuses it within 2 s of its last beat',
    silent: { 2: [2_000] },
    untilMs: 4_000,
    hide: ['beat'],
    said: [
      '3250 probe 2',
      '3500 probe 2',
      '3500 suspect 2 @0',
      '3750 accuse 2 @0 silent 1750',
      '4000 probe 2'
    ]
  },
  {
    desc: 'clears a suspect that answers a probe',
    silent: { 2: [2_000, 4_000] },
    events: [[3_600, { type: 'heard', slot: 2, incarnation: 0 }]],
    untilMs: 9_000,
    said: ['3500 suspect 2 @0', '3600 clear 2 @0']
  },
  {
    desc: 'repeats an accusation that finds no quorum each 5 s',
    silent: { 2: [2_000] },
    untilMs: 15_000,
    said: [
      '3500 suspect 2 @0',
      '3750 accuse 2 @0 silent 1750',
      '5000 accuse 2 @0 silent 3000',
      '10000 accuse 2 @0 silent 8000',
      '15000 accuse 2 @0 silent 13000'
    ]
  },
  {
    desc: 'accuses at the next tick whose connection closed and whose host refuses a redial',
    silent: { 2: [2_000] },
    events: [[2_130, { type: 'unreachable', slot: 2 }], ...accusations(2_300, 2, 3)],
    untilMs: 4_000,
    said: ['2250 suspect 2 @0', '2250 accuse 2 @0 silent 250', '2300 down 2 @0']
  },
  {
    desc: 'drops the accusation of a refused peer that came back before a quorum',
    events: [[2_130, { type: 'unreachable', slot: 2 }]],
    untilMs: 9_000,
    said: ['2250 suspect 2 @0', '2250 accuse 2 @0 silent 250', '3000 clear 2 @0']
  },
  {
    desc: 'waits 30 s for a process whose host still answers dials for it',
    silent: { 2: [2_000] },
    events: Array.from({ length: 29 }, (_, s) => [3_300 + s * 1_000, { type: 'stalled', slot: 2 }]),
    untilMs: 32_000,
    said: ['3500 suspect 2 @0', '32000 accuse 2 @0 silent 30000']
  },
  {
    desc: 'stops waiting for it soon after its host stopped answering',
    silent: { 2: [2_000] },
    events: [[3_300, { type: 'stalled', slot: 2 }]],
    untilMs: 10_000,
    said: ['3500 suspect 2 @0', '10000 accuse 2 @0 silent 8000']
  },
  {
    desc: 'withdraws its accusation when the host turns out to answer',
    silent: { 2: [2_000] },
    events: [...accusations(3_760, 2, 5), [3_900, { type: 'stalled', slot: 2 }]],
    untilMs: 9_000,
    said: ['3500 suspect 2 @0', '3750 accuse 2 @0 silent 1750']
  },
  {
    desc: 'takes a leave for no failure',
    silent: { 2: [2_000] },
    events: [[2_100, { type: 'left', slot: 2, incarnation: 0 }]],
    untilMs: 20_000,
    said: []
  },
  {
    desc: 'lets one who left return with a higher incarnation only',
    silent: { 2: [2_000] },
    events: [
      [2_100, { type: 'left', slot: 2, incarnation: 0 }],
      [2_200, { type: 'heard', slot: 2, incarnation: 0 }],
      [2_300, { type: 'heard', slot: 2, incarnation: 1 }]
    ],
    untilMs: 3_000,
    said: ['2300 clear 2 @1']
  },
  {
    desc: 'takes a leave of an incarnation that is past for old news',
    events: [
      [2_100, { type: 'heard', slot: 2, incarnation: 1 }],
      [2_200, { type: 'left', slot: 2, incarnation: 0 }]
    ],
    silent: { 2: [2_000] },
    untilMs: 3_900,
    said: ['3750 suspect 2 @1']
  },
  {
    desc: 'takes a beat of an incarnation that is past for no sign of life',
    events: [
      [2_100, { type: 'heard', slot: 2, incarnation: 1 }],
      [3_000, { type: 'heard', slot: 2, incarnation: 0 }]
    ],
    silent: { 2: [2_000] },
    untilMs: 3_900,
    said: ['3750 suspect 2 @1']
  },
  {
    desc: 'forgets a peer it no longer watches',
    silent: { 2: [2_000] },
    events: [[3_600, { type: 'unwatch', slot: 2 }]],
    untilMs: 9_000,
    said: ['3500 suspect 2 @0']
  },
  {
    desc: 'gives a new peer in a slot a fresh start',
    silent: { 2: [2_000] },
    events: [
      ...accusations(3_600, 2, 5),
      [3_700, { type: 'watch', slot: 2, incarnation: 9, watchers: 6 }]
    ],
    untilMs: 5_450,
    said: ['3500 suspect 2 @0', '5250 suspect 2 @9']
  }
]

describe('detector: silence', () => {
  for (const { desc, said, ...script } of cases) {
    it(desc, () => {
      assert.deepEqual(play(script), said)
    })
  }
})
