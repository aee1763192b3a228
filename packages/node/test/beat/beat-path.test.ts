import assert from 'node:assert/strict'
import { BeatPath, type BeatWay } from '../../src/beat/beat-path.ts'

type Step = readonly [atMs: number, input: 'beat', way: BeatWay] | readonly [number, Told]
type Told = 'confirmed' | 'probed'

/** A path that serves from 1,000 ms on; its last beats left at 1,000 and 2,000. */
const SERVING: readonly Step[] = [
  [0, 'beat', 'both'],
  [10, 'confirmed'],
  [1_000, 'beat', 'datagram'],
  [2_000, 'beat', 'datagram']
]

/** A trial of three beats from `atMs` on that nobody confirms, and the first beat of the rest. */
const failed = (atMs: number): Step[] => [
  [atMs, 'beat', 'both'],
  [atMs + 1_000, 'beat', 'both'],
  [atMs + 2_000, 'beat', 'both'],
  [atMs + 3_000, 'beat', 'link']
]

const cases: { desc: string; steps: readonly Step[] }[] = [
  { desc: 'a link starts with beats both ways', steps: [[0, 'beat', 'both']] },
  { desc: 'the first confirmation takes them off the link', steps: SERVING },
  {
    desc: 'three beats that nobody confirms end the trial, for 10 s',
    steps: [...failed(0), [12_999, 'beat', 'link'], [13_000, 'beat', 'both']]
  },
  {
    desc: 'a confirmation after the trial comes too late',
    steps: [...failed(0), [3_001, 'confirmed'], [4_000, 'beat', 'link']]
  },
  {
    desc: 'each failure doubles the rest, up to 640 s',
    steps: [10, 20, 40, 80, 160, 320, 640, 640].reduce<{ steps: Step[]; atMs: number }>(
      ({ steps, atMs }, restS) => {
        const endMs = atMs + 3_000 + restS * 1_000
        return { steps: [...steps, ...failed(atMs), [endMs - 1, 'beat', 'link']], atMs: endMs }
      },
      { steps: [], atMs: 0 }
    ).steps
  },
  {
    desc: 'a probe puts them back on the link, until confirmed again after 10 s',
    steps: [
      ...SERVING,
      [2_300, 'probed'],
      [3_000, 'beat', 'link'],
      [12_299, 'beat', 'link'],
      [12_300, 'beat', 'both'],
      [12_310, 'confirmed'],
      [13_300, 'beat', 'datagram']
    ]
  },
  {
    desc: 'a probe that the last beat may have crossed speaks of the one before',
    steps: [...SERVING, [2_100, 'probed'], [3_000, 'beat', 'link']]
  },
  {
    desc: 'a probe after a late beat of this node says nothing of the path',
    steps: [
      ...SERVING,
      [3_800, 'probed'],
      [3_900, 'beat', 'datagram'],
      [4_000, 'probed'],
      [4_900, 'beat', 'datagram']
    ]
  },
  {
    desc: 'a probe means nothing while beats go over the link',
    steps: [
      [0, 'beat', 'both'],
      [500, 'probed'],
      [1_000, 'beat', 'both'],
      [1_010, 'confirmed'],
      [2_000, 'beat', 'datagram']
    ]
  },
  {
    desc: 'a path that fails again soon rests longer',
    steps: [
      ...SERVING,
      [2_300, 'probed'],
      [12_300, 'beat', 'both'],
      [12_310, 'confirmed'],
      [13_300, 'beat', 'datagram'],
      [13_800, 'probed'],
      [33_799, 'beat', 'link'],
      [33_800, 'beat', 'both']
    ]
  },
  {
    desc: 'a path that served for a minute rests for 10 s only',
    steps: [
      ...SERVING,
      [2_300, 'probed'],
      [12_300, 'beat', 'both'],
      [12_310, 'confirmed'],
      [72_310, 'beat', 'datagram'],
      [72_800, 'probed'],
      [82_799, 'beat', 'link'],
      [82_800, 'beat', 'both']
    ]
  }
]

describe('the path of beats', () => {
  for (const { desc, steps } of cases) {
    it(desc, () => {
      const path = new BeatPath()
      for (const [atMs, input, way] of steps) {
        if (input === 'beat') assert.equal(path.beat(atMs), way, `beat at ${atMs} ms`)
        else path[input](atMs)
      }
    })
  }
})
