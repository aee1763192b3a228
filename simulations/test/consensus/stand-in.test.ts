import assert from 'node:assert/strict'
import { statementBytes } from '@torusmesh/consensus'
import {
  firstEpoch,
  ML_DSA_44_BYTES,
  STAND_IN_BYTES,
  StandInKeys
} from '../../src/consensus/stand-in.ts'

const keys = new StandInKeys(7)
const epoch = firstEpoch(keys, [1, 1, 1, 1], { seed: '5e'.repeat(32), delayMs: 20 })
const verify = keys.verifier(epoch)
const statement = statementBytes(epoch.id, 2, 1, '0a'.repeat(32))

describe('stand-in for signatures', () => {
  it('says that it is none, and is shorter than any', () => {
    const signature = keys.signer(0)(statement)
    assert.equal(new TextDecoder().decode(signature).slice(0, 15), 'NOT-A-SIGNATURE')
    assert.ok(signature.length === STAND_IN_BYTES && STAND_IN_BYTES < ML_DSA_44_BYTES / 10)
  })

  it('is of one member, one statement and one run', () => {
    const signature = keys.signer(1)(statement)
    assert.ok(verify(1, statement, signature))
    assert.ok(!verify(2, statement, signature))
    assert.ok(!verify(1, statementBytes(epoch.id, 2, 2, '0a'.repeat(32)), signature))
    assert.ok(!new StandInKeys(8).verifier(epoch)(1, statement, signature))
    for (let at = 0; at < signature.length; at++) {
      const changed = signature.slice()
      changed[at]! ^= 1
      assert.ok(!verify(1, statement, changed))
    }
  })
})
