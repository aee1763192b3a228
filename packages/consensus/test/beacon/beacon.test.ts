import assert from 'node:assert/strict'
import { createTorus } from '@torusmesh/torus'
import { BeaconRound, commitmentOf, placeValidators, seatsOf } from '../../src/index.ts'
import { epochOf, equals } from '../harness/keys.ts'

const epoch = epochOf(equals(4))
const secretOf = (validator: number): Uint8Array => new Uint8Array(32).fill(validator + 1)
const commitOf = (validator: number): string => commitmentOf(epoch, validator, secretOf(validator))

function closed(committed: readonly number[]): BeaconRound {
  const round = new BeaconRound(epoch)
  for (const validator of committed) assert.ok(round.commit(validator, commitOf(validator)).ok)
  assert.ok(round.close().ok)
  return round
}

function seedOf(committed: readonly number[], revealed: readonly number[]): string {
  const round = closed(committed)
  for (const validator of revealed) assert.ok(round.reveal(validator, secretOf(validator)).ok)
  const result = round.result()
  assert.ok(result.ok)
  return result.value.seed
}

describe('beacon', () => {
  it('is the same in whatever order secrets come, and another for each set of them', () => {
    assert.equal(seedOf([0, 1, 2, 3], [3, 1, 0, 2]), seedOf([3, 2, 1, 0], [0, 1, 2, 3]))
    const seeds = [
      [0, 1, 2, 3],
      [0, 1, 2],
      [0, 1, 3],
      [1, 2]
    ].map(some => seedOf([0, 1, 2, 3], some))
    assert.equal(new Set(seeds).size, 4)
  })

  it('names who committed and then kept silent', () => {
    const round = closed([0, 1, 3])
    round.reveal(3, secretOf(3))
    round.reveal(0, secretOf(0))
    const result = round.result()
    assert.ok(result.ok)
    assert.deepEqual([result.value.revealed, result.value.withheld], [[0, 3], [1]])
  })

  it('refuses what comes out of turn', () => {
    const round = new BeaconRound(epoch)
    const fault = (outcome: { ok: boolean; fault?: string }): string | undefined => outcome.fault
    assert.equal(fault(round.commit(4, commitOf(0))), 'not-member')
    round.commit(0, commitOf(0))
    assert.equal(fault(round.commit(0, commitOf(1))), 'duplicate')
    assert.equal(fault(round.reveal(0, secretOf(0))), 'too-early')
    assert.equal(fault(round.result()), 'too-early')
    assert.equal(fault(round.close()), 'too-few-commitments')
    round.commit(1, commitOf(1))
    round.commit(2, commitOf(1))
    assert.equal(fault(round.close()), undefined)
    assert.equal(fault(round.commit(3, commitOf(3))), 'too-late')
    assert.equal(fault(round.reveal(3, secretOf(3))), 'not-committed')
    assert.equal(fault(round.reveal(2, secretOf(1))), 'wrong-secret')
    assert.equal(fault(round.result()), 'too-few-reveals')
    round.reveal(0, secretOf(0))
    assert.equal(fault(round.reveal(0, secretOf(0))), 'duplicate')
    assert.equal(fault(round.result()), 'too-few-reveals')
    round.reveal(1, secretOf(1))
    assert.equal(fault(round.result()), undefined)
  })

  it('deals validators to distinct cells as long as there are any, then one more to each', () => {
    const torus = createTorus([2, 2, 2])
    for (const count of [1, 5, 8, 20]) {
      const cells = placeValidators(epochOf(equals(count)), torus, 'a5'.repeat(32))
      const counts = Array.from({ length: 8 }, (_, cell) => cells.filter(at => at === cell).length)
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1)
      assert.ok(cells.every(cell => torus.isCell(cell)))
    }
  })

  it('deals anew with another beacon, the same with the same', () => {
    const set = epochOf(equals(64))
    const torus = createTorus()
    const deal = (beacon: string): number[] => placeValidators(set, torus, beacon)
    assert.deepEqual(deal('01'.repeat(32)), deal('01'.repeat(32)))
    assert.notDeepEqual(deal('01'.repeat(32)), deal('02'.repeat(32)))
    assert.equal(seatsOf(set, torus, '01'.repeat(32)).size, 64)
  })
})
