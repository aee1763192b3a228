import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sha256 } from '@noble/hashes/sha2.js'
import { shake128 } from '@noble/hashes/sha3.js'
import { falcon512 } from '@noble/post-quantum/falcon.js'
import {
  bytesToHex,
  hexToBytes,
  type SignatureSuite,
  SUITES,
  SuiteId,
  suiteOf,
  utf8
} from '../src/index.ts'
import { loadLiboqs } from '../src/native/falcon.ts'
import { providers } from './compliance/fixtures.ts'

interface KnownAnswers {
  acvpKeyGen: {
    suite: string
    tcId: number
    seed: string
    publicKeySha256: string
    secretKeySha256: string
  }[]
  cctvAccumulated: { suite: string; iterations: number; shake128: string }[]
  falconKat: { recordSha256: string }
}

const path = new URL('./vectors/known-answers.json', import.meta.url)
const known: KnownAnswers = JSON.parse(readFileSync(path, 'utf8'))

async function named(provider: keyof typeof providers, name: string): Promise<SignatureSuite> {
  const id = Object.values(SuiteId).find(suite => SUITES[suite].name === name)
  return suiteOf(await providers[provider](), id!)
}
const digest = (bytes: Uint8Array): string => bytesToHex(sha256(bytes))

/** CTR_DRBG with AES-256 (SP 800-90A, 10.2.1) as NIST's submission API seeds it. */
class CtrDrbg {
  #key: Uint8Array = new Uint8Array(32)
  #counter: Uint8Array = new Uint8Array(16)

  constructor(entropy: Uint8Array) {
    this.#update(entropy)
  }

  bytes(length: number): Uint8Array {
    const blocks = Array.from({ length: Math.ceil(length / 16) }, () => this.#block())
    this.#update(new Uint8Array(48))
    return Uint8Array.from(blocks.flatMap(block => [...block])).subarray(0, length)
  }

  #block(): Uint8Array {
    for (let at = 15; at >= 0; at--) {
      this.#counter[at]!++
      if (this.#counter[at] !== 0) break
    }
    return createCipheriv('aes-256-ecb', this.#key, null).update(this.#counter)
  }

  #update(provided: Uint8Array): void {
    const blocks = [this.#block(), this.#block(), this.#block()].flatMap(block => [...block])
    const next = Uint8Array.from(blocks, (byte, at) => byte ^ provided[at]!)
    this.#key = next.subarray(0, 32)
    this.#counter = next.slice(32)
  }
}

describe('known answers', () => {
  for (const provider of ['portable', 'native'] as const) {
    for (const { suite, tcId, seed, publicKeySha256, secretKeySha256 } of known.acvpKeyGen) {
      it(`${suite} (${provider}): keys of NIST ACVP test case ${tcId}`, async () => {
        const keys = (await named(provider, suite)).keygen(hexToBytes(seed))
        assert.equal(digest(keys.publicKey), publicKeySha256)
        assert.equal(digest(keys.secretKey), secretKeySha256)
      })
    }
  }

  for (const { suite: name, iterations, shake128: expected } of known.cctvAccumulated) {
    it(`${name}: ${iterations} deterministic signatures of C2SP CCTV, verified natively`, async () => {
      const [portable, native] = [await named('portable', name), await named('native', name)]
      const seeds = shake128.create()
      const accumulated = shake128.create()
      const empty = new Uint8Array(0)
      for (let n = 0; n < iterations; n++) {
        const { publicKey, secretKey } = portable.keygen(seeds.xof(32))
        const signature = portable.sign(secretKey, empty, empty)
        accumulated.update(publicKey).update(signature)
        assert.equal(native.verify(publicKey, empty, signature, empty), true)
      }
      assert.equal(bytesToHex(accumulated.xof(32)), expected)
    })
  }

  it('falcon-512: record 0 of the round 3 submission, verified by liboqs', async () => {
    const entropy = Uint8Array.from({ length: 48 }, (_, at) => at)
    const inputs = new CtrDrbg(entropy)
    const [seed, message] = [inputs.bytes(48), inputs.bytes(33)]
    const drbg = new CtrDrbg(seed)
    const { publicKey, secretKey } = (await named('portable', 'falcon-512')).keygen(drbg.bytes(48))
    const random = (length = 0): Uint8Array<ArrayBuffer> => Uint8Array.from(drbg.bytes(length))
    const signed = falcon512.attached.seal(message, secretKey, { random })

    const fields = { seed, mlen: 33, msg: message, pk: publicKey, sk: secretKey }
    const record = Object.entries({ count: 0, ...fields, smlen: signed.length, sm: signed })
      .map(([key, value]) => {
        const text = typeof value === 'number' ? `${value}` : bytesToHex(value).toUpperCase()
        return `${key} = ${text}\n`
      })
      .join('')
    assert.equal(digest(utf8(record)), known.falconKat.recordSha256)

    // Signed message: length of the signature (2 bytes), nonce (40), message, signature with a head
    // byte of 0x29; detached: a head byte of 0x39, nonce, signature.
    const nonce = signed.subarray(2, 42)
    const detached = Uint8Array.of(0x39, ...nonce, ...signed.subarray(42 + message.length + 1))
    const liboqs = await loadLiboqs()
    assert.ok(liboqs.ok)
    assert.equal(liboqs.falcon.verify(message, detached, publicKey), true)
    assert.equal(falcon512.verify(detached, message, publicKey), true)
  })
})
