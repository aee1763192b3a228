import assert from 'node:assert/strict'
import type { FaultEvent } from '../../src/faults/event.ts'
import { Resends } from '../../src/gossip/resends.ts'

const cut = (atMs: number, untilMs: number, oneWay = false): FaultEvent => ({
  kind: 'partition',
  atMs,
  untilMs,
  side: [0],
  oneWay
})
const crash = (node: number, atMs: number): FaultEvent => ({
  kind: 'crash',
  node,
  atMs,
  mode: 'silent'
})

describe('broadcast: streams across a cut', () => {
  const cases: { desc: string; faults: FaultEvent[]; from?: number; waitMs: number }[] = [
    { desc: 'get through at once where nothing cuts', faults: [cut(2_000, 3_000)], waitMs: 0 },
    { desc: 'at the first timeout after a short one', faults: [cut(0, 1_200)], waitMs: 300 },
    { desc: 'at a doubled timeout after a longer one', faults: [cut(0, 3_200)], waitMs: 4_500 },
    {
      desc: 'wait on where the next cut stands when they try',
      faults: [cut(0, 1_200), cut(1_250, 1_350)],
      waitMs: 900
    },
    { desc: 'towards the side that may send', faults: [cut(0, 1_200, true)], from: 1, waitMs: 0 },
    { desc: 'never if the sender dies', faults: [cut(0, 3_200), crash(0, 5_000)], waitMs: -1 },
    { desc: 'never if the receiver dies', faults: [cut(0, 3_200), crash(1, 1_100)], waitMs: -1 },
    { desc: 'if one dies later', faults: [cut(0, 3_200), crash(1, 5_501)], waitMs: 4_500 }
  ]
  for (const { desc, faults, from = 0, waitMs } of cases) {
    it(desc, () => {
      assert.equal(new Resends(faults, 2).waitMs(from, 1 - from, 1_000, 100), waitMs)
    })
  }
})
