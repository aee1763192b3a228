import assert from 'node:assert/strict'
import { play, type Script } from './transcript.ts'

/** The connection to peer 2 breaks at each of these times; its next beat shows it alive again. */
function breaks(...timesMs: number[]): Pick<Script, 'events' | 'hide'> {
  return {
    events: timesMs.map(atMs => [atMs, { type: 'unreachable', slot: 2 }]),
    hide: ['beat', 'probe', 'accuse']
  }
}

const threeFlaps = [
  '2250 suspect 2 @0',
  '3000 clear 2 @0',
  '4250 suspect 2 @0',
  '5000 clear 2 @0',
  '6250 suspect 2 @0',
  '7000 clear 2 @0'
]

const cases: (Script & { desc: string; said: string[] })[] = [
  {
    desc: 'believes three recoveries a minute at once',
    ...breaks(2_100, 4_100, 6_100),
    untilMs: 20_000,
    said: threeFlaps
  },
  {
    desc: 'believes the fourth after 2 s of beats, the fifth after 4 s',
    ...breaks(2_100, 4_100, 6_100, 8_100, 20_100),
    untilMs: 60_000,
    said: [
      ...threeFlaps,
      '8250 suspect 2 @0',
      '11000 clear 2 @0',
      '20250 suspect 2 @0',
      '25000 clear 2 @0'
    ]
  },
  {
    desc: 'makes nobody wait longer than 16 s',
    ...breaks(...Array.from({ length: 12 }, (_, i) => 2_100 + i * 2_000)),
    untilMs: 60_000,
    said: [
      ...threeFlaps,
      ...Array.from({ length: 9 }, (_, i) => `${8_250 + i * 2_000} suspect 2 @0`),
      '41000 clear 2 @0'
    ]
  },
  {
    desc: 'forgets recoveries after a minute without one',
    ...breaks(2_100, 4_100, 6_100, 80_100),
    untilMs: 90_000,
    said: [...threeFlaps, '80250 suspect 2 @0', '81000 clear 2 @0']
  }
]

describe('detector: flapping', () => {
  for (const { desc, said, ...script } of cases) {
    it(desc, () => {
      assert.deepEqual(play(script), said)
    })
  }
})
