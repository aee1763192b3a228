import assert from 'node:assert/strict'
import { NO_DIGEST } from '@torusmesh/consensus'
import { Tendermint } from '../../src/consensus/yardstick/tendermint.ts'
import {
  decodeWord,
  digestOfItems,
  encodeWord,
  Step,
  type Word
} from '../../src/consensus/yardstick/tendermint-message.ts'

const item = Uint8Array.of(1, 2, 3)
const value = digestOfItems(0, [item])

function validator(self: number) {
  const said: Word[] = []
  const decided: string[] = []
  const machine = new Tendermint(self, 4, 100, {
    say: word => said.push(word),
    decided: digest => decided.push(digest),
    wake: () => {},
    nextRound: () => {}
  })
  const hear = (step: Step, from: number, digest: string, round = 0): void => {
    const items = step === Step.propose ? [item] : []
    machine.hear({ step, height: 0, round, from, value: digest, validRound: -1, items }, 0)
  }
  const take = (): string[] =>
    said
      .splice(0)
      .map(word => `${word.step}/${word.round} ${word.value === NO_DIGEST ? 'nil' : 'value'}`)
  return { machine, hear, take, decided }
}

describe('the yardstick', () => {
  it('prevotes, locks, precommits and decides', () => {
    const { hear, take, decided } = validator(1)
    hear(Step.propose, 0, value)
    assert.deepEqual(take(), ['2/0 value'])
    for (const from of [0, 1, 2]) hear(Step.prevote, from, value)
    assert.deepEqual(take(), ['3/0 value'])
    for (const from of [0, 1, 2]) hear(Step.precommit, from, value)
    assert.deepEqual(decided, [value])
  })

  it('keeps to what it is locked on in the next round', () => {
    const { machine, hear, take } = validator(2)
    hear(Step.propose, 0, value)
    for (const from of [0, 1, 2]) hear(Step.prevote, from, value)
    for (const from of [0, 1, 3]) hear(Step.precommit, from, NO_DIGEST)
    take()
    machine.timer(100)
    const other = digestOfItems(0, [Uint8Array.of(9)])
    hear(Step.propose, 1, other, 1)
    assert.deepEqual(take(), ['2/1 nil'])
  })

  it('takes words from nobody but the proposer, and no other items than the value names', () => {
    const { hear, take } = validator(1)
    hear(Step.propose, 3, value)
    assert.deepEqual(take(), [])
    const word = { step: Step.propose, height: 0, round: 0, from: 0, value, validRound: -1 }
    const signature = new Uint8Array(4)
    assert.ok(decodeWord(encodeWord({ word: { ...word, items: [item] }, signature })))
    assert.equal(decodeWord(encodeWord({ word: { ...word, items: [] }, signature })), null)
  })
})
