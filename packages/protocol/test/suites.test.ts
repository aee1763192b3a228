import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  Domain,
  Env,
  mockSuite,
  ProtocolError,
  portableSuites,
  SUITES,
  SuiteId,
  type SuiteSet,
  suiteAttestor,
  suiteOf,
  suiteVerifier,
  utf8
} from '../src/index.ts'
import { allSuites, flipped, keysOf, providers } from './compliance/fixtures.ts'
import { describeSignatureSuite } from './compliance/signature-suite.ts'
import { describeVerifier } from './compliance/verifier.ts'

for (const [provider, load] of Object.entries(providers)) {
  for (const id of allSuites) {
    describeSignatureSuite(provider, id, async () => suiteOf(await load(), id))
  }
}

describeVerifier('the portable verifier', () => suiteVerifier(portableSuites()))

describe('suites of two providers', () => {
  const portable = portableSuites()
  let native: SuiteSet
  before(async () => {
    native = await providers.native()
  })
  const context = utf8('torusmesh/v1/vote@mainnet')
  const messages = fc.uint8Array({ maxLength: 300 })

  for (const id of allSuites) {
    const { publicKey, secretKey } = keysOf(id)
    it(`${SUITES[id].name}: each verifies what the other signed, and nothing else`, () => {
      const [one, two] = [suiteOf(portable, id), suiteOf(native, id)]
      for (const [signer, verifier] of [
        [one, two],
        [two, one]
      ] as const) {
        const check = (message: Uint8Array): void => {
          const signature = signer.sign(secretKey, message, context)
          assert.equal(verifier.verify(publicKey, message, signature, context), true)
          assert.equal(verifier.verify(publicKey, message, signature, context.subarray(1)), false)
          const altered = Uint8Array.of(...message, 0)
          assert.equal(verifier.verify(publicKey, altered, signature, context), false)
        }
        fc.assert(fc.property(messages, check), { numRuns: 4, seed: 3 })
      }
    })

    it(`${SUITES[id].name}: both judge damaged signatures alike`, () => {
      const [one, two] = [suiteOf(portable, id), suiteOf(native, id)]
      const message = utf8('damaged')
      const signature = one.sign(secretKey, message, context)
      const variants = [
        Uint8Array.of(...signature, 0),
        signature.subarray(0, -1),
        new Uint8Array(signature.length),
        new Uint8Array(signature.length).fill(0xff),
        ...[0, 1, 7, 8, 200].map(bit => flipped(signature, bit)),
        ...[1, 8, 9, 40, 80].map(back => flipped(signature, signature.length * 8 - back))
      ]
      for (const variant of variants) {
        const verdicts = [one, two].map(suite => suite.verify(publicKey, message, variant, context))
        assert.deepEqual(verdicts, [false, false])
      }
    })
  }
})

describe('portable signing', () => {
  const message = utf8('again')
  const context = utf8('torusmesh/v1/health@dev')

  for (const id of allSuites) {
    it(`${SUITES[id].name}: repeats without a random source`, () => {
      const { secretKey } = keysOf(id)
      const [first, second] = [1, 2].map(() =>
        suiteOf(portableSuites(), id).sign(secretKey, message, context)
      )
      assert.deepEqual(first, second)
    })
  }

  it('varies with the random source', () => {
    let draws = 0
    const counting = portableSuites(lengthBytes => new Uint8Array(lengthBytes).fill(++draws))
    for (const id of [SuiteId.mlDsa44, SuiteId.falcon512]) {
      const { publicKey, secretKey } = keysOf(id)
      const suite = suiteOf(counting, id)
      const [first, second] = [1, 2].map(() => suite.sign(secretKey, message, context))
      assert.notDeepEqual(first, second)
      assert.equal(suite.verify(publicKey, message, second!, context), true)
    }
  })

  it('never uses one Falcon nonce for two messages', () => {
    const { secretKey } = keysOf(SuiteId.falcon512)
    const suite = suiteOf(portableSuites(), SuiteId.falcon512)
    const nonces = ['a', 'b'].map(text =>
      suite.sign(secretKey, utf8(text), context).subarray(1, 41)
    )
    assert.notDeepEqual(nonces[0], nonces[1])
  })

  it('refuses to attest with the mock suite outside dev', async () => {
    const attestor = suiteAttestor(mockSuite, keysOf(SuiteId.mock))
    for (const env of [Env.beta, Env.mainnet]) {
      await assert.rejects(
        attestor.signAttestation(message, Domain.health, env),
        (error: unknown) => error instanceof ProtocolError && error.code === 'suite-refused'
      )
    }
  })

  it('names the registered suites when one is unknown', () => {
    assert.throws(() => suiteOf(new Map([[SuiteId.mock, mockSuite]]), SuiteId.mlDsa44), {
      code: 'suite-unknown',
      message: 'suite 1 is not registered; there are mock'
    })
  })
})
