import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  bytesToHex,
  ProtocolError,
  type SignatureSuite,
  SUITES,
  type SuiteId,
  utf8
} from '../../src/index.ts'
import { flipped, keysOf, seedOf } from './fixtures.ts'

const context = utf8('torusmesh/v1/health@dev')
const message = utf8('the neighbours hear it')

/** What every implementation of the `SignatureSuite` port must do. */
export function describeSignatureSuite(
  provider: string,
  id: SuiteId,
  load: () => Promise<SignatureSuite>
): void {
  describe(`${SUITES[id].name} (${provider}) as a signature suite`, () => {
    const { publicKey, secretKey } = keysOf(id)
    let suite: SignatureSuite
    let signature: Uint8Array
    before(async () => {
      suite = await load()
      signature = suite.sign(secretKey, message, context)
    })

    it('makes keys of the stated sizes, the same from the same seed', () => {
      const keys = suite.keygen(seedOf(suite.seedBytes))
      assert.equal(bytesToHex(keys.publicKey), bytesToHex(publicKey))
      assert.equal(bytesToHex(keys.secretKey), bytesToHex(secretKey))
      assert.equal(keys.publicKey.length, suite.publicKeyBytes)
      assert.equal(keys.secretKey.length, suite.secretKeyBytes)
    })

    it('verifies what it signed, with contexts of 0 to 255 bytes', () => {
      for (const [messageBytes, contextBytes] of [
        [0, 0],
        [1, 1],
        [5_000, 255]
      ] as const) {
        const [said, where] = [new Uint8Array(messageBytes).fill(7), seedOf(contextBytes)]
        const signed = suite.sign(secretKey, said, where)
        assert.ok(signed.length <= suite.maxSignatureBytes)
        assert.equal(suite.verify(publicKey, said, signed, where), true)
      }
    })

    it('refuses another message, context or key', () => {
      const other = keysOf(id, 1).publicKey
      assert.equal(suite.verify(publicKey, utf8('another'), signature, context), false)
      assert.equal(
        suite.verify(publicKey, message, signature, utf8('torusmesh/v1/vote@dev')),
        false
      )
      assert.equal(suite.verify(publicKey, message, signature, new Uint8Array(0)), false)
      assert.equal(suite.verify(other, message, signature, context), false)
    })

    it('keeps context and message apart', () => {
      const shifted = context.subarray(0, -1)
      const longer = Uint8Array.of(context.at(-1)!, ...message)
      assert.equal(suite.verify(publicKey, longer, signature, shifted), false)
    })

    it('refuses any flipped bit of the signature', () => {
      const bits = fc.nat(signature.length * 8 - 1)
      const check = (bit: number): void =>
        assert.equal(suite.verify(publicKey, message, flipped(signature, bit), context), false)
      fc.assert(fc.property(bits, check), { numRuns: 40, seed: 1 })
    })

    it('answers false to anything that is no signature or no key', () => {
      const anything = fc.uint8Array({ maxLength: suite.maxSignatureBytes + 8 })
      fc.assert(
        fc.property(anything, bytes => {
          assert.equal(suite.verify(publicKey, message, bytes, context), false)
          assert.equal(suite.verify(bytes, message, signature, context), false)
        }),
        { numRuns: 25, seed: 2 }
      )
      for (const length of [suite.publicKeyBytes, suite.publicKeyBytes - 1]) {
        const noKey = new Uint8Array(length).fill(0xff)
        assert.equal(suite.verify(noKey, message, signature, context), false)
      }
      assert.equal(suite.verify(publicKey, message, signature, new Uint8Array(256)), false)
    })

    it('throws coded errors, free of key material, for wrong seeds, keys and contexts', () => {
      const damaged = seedOf(suite.secretKeyBytes, 5)
      const attempts = [
        () => suite.keygen(new Uint8Array(suite.seedBytes + 1)),
        () => suite.sign(secretKey.subarray(1), message, context),
        () => suite.sign(secretKey, message, new Uint8Array(256)),
        () => suite.sign(damaged, message, context)
      ]
      const codes = attempts.map(attempt => {
        try {
          attempt()
          return 'signed'
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error))
          assert.doesNotMatch(error.message, /[0-9a-f]{8}|\d+,\s?\d+,\s?\d+/)
          assert.equal(error.cause, undefined)
          return error.code
        }
      })
      assert.deepEqual(codes.slice(0, 3), ['bad-seed', 'bad-key', 'bad-context'])
      assert.ok(['bad-key', 'signed'].includes(codes[3]!))
    })
  })
}
