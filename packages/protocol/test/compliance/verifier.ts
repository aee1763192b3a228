import assert from 'node:assert/strict'
import {
  type Attestation,
  Domain,
  Env,
  portableSuites,
  SuiteId,
  suiteAttestor,
  suiteOf,
  utf8,
  type Verifier
} from '../../src/index.ts'
import { allSuites, flipped, keysOf } from './fixtures.ts'

const portable = portableSuites()

/** A valid attestation by test key `n`. */
export async function attest(
  suite: SuiteId,
  text = 'heard',
  domain: Domain = Domain.health,
  env: Env = Env.dev
): Promise<Attestation> {
  const message = utf8(text)
  const attestor = suiteAttestor(suiteOf(portable, suite), keysOf(suite))
  const signature = await attestor.signAttestation(message, domain, env)
  return { suite, publicKey: attestor.publicKey, message, signature, domain, env }
}

/** What every implementation of the `Verifier` port must do. */
export function describeVerifier(name: string, verifier: () => Verifier): void {
  describe(`${name} as a verifier`, () => {
    for (const suite of allSuites) {
      it(`tells valid from invalid attestations of suite ${suite}`, async () => {
        const valid = await attest(suite)
        const spoilt: Record<string, Attestation> = {
          message: { ...valid, message: utf8('unheard') },
          signature: { ...valid, signature: flipped(valid.signature, 77) },
          'cut signature': { ...valid, signature: valid.signature.subarray(1) },
          'no signature': { ...valid, signature: new Uint8Array(0) },
          key: { ...valid, publicKey: keysOf(suite, 1).publicKey },
          'cut key': { ...valid, publicKey: valid.publicKey.subarray(1) },
          domain: { ...valid, domain: Domain.vote },
          env: { ...valid, env: Env.beta },
          suite: { ...valid, suite: suite === SuiteId.mlDsa44 ? SuiteId.mlDsa65 : SuiteId.mlDsa44 }
        }
        assert.equal(await verifier().verifyAttestation(valid), true)
        for (const [what, attestation] of Object.entries(spoilt)) {
          assert.equal(await verifier().verifyAttestation(attestation), false, what)
        }
      })
    }

    it('refuses the mock suite in beta and mainnet, however well signed', async () => {
      const mock = suiteOf(portable, SuiteId.mock)
      const { publicKey, secretKey } = keysOf(SuiteId.mock)
      const message = utf8('heard')
      for (const env of [Env.beta, Env.mainnet]) {
        const context = utf8(`${Domain.health}@${env === Env.beta ? 'beta' : 'mainnet'}`)
        const signature = mock.sign(secretKey, message, context)
        assert.equal(mock.verify(publicKey, message, signature, context), true)
        const attestation = { suite: SuiteId.mock, publicKey, message, signature, env }
        const verdict = await verifier().verifyAttestation({
          ...attestation,
          domain: Domain.health
        })
        assert.equal(verdict, false)
      }
    })

    it('gives each of many at once its own answer', async () => {
      const under = verifier()
      assert.equal(under.canAcceptWork(), true)
      const valid = await Promise.all(allSuites.map(suite => attest(suite)))
      const many = Array.from({ length: 200 }, (_, at) => {
        const attestation = valid[at % valid.length]!
        return at % 3 === 0 ? { ...attestation, message: utf8(`${at}`) } : attestation
      })
      const answers = await Promise.all(many.map(one => under.verifyAttestation(one)))
      assert.deepEqual(
        answers,
        many.map((_, at) => at % 3 !== 0)
      )
      assert.equal(under.canAcceptWork(), true)
    })
  })
}
