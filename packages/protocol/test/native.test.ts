import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Attestor,
  Domain,
  Env,
  type KeyPair,
  SuiteId,
  signingContext,
  suiteOf,
  suiteVerifier,
  type Urgency,
  utf8,
  withContext
} from '../src/index.ts'
import { tryLiboqs } from '../src/native/falcon.ts'
import {
  type AttestationPool,
  checkpointSigner,
  createAttestationPool,
  createAttestor,
  createVerifier,
  generateKeyPair,
  type NativeSuites,
  nativeSuites,
  verifyPeerSignature
} from '../src/native/index.ts'
import { importPublicKey, PublicKeyCache } from '../src/native/key-objects.ts'
import { allSuites, flipped, keysOf, seedOf } from './compliance/fixtures.ts'
import { attest, describeVerifier } from './compliance/verifier.ts'
import { memberKeys, peerSigner, portable } from './samples.ts'

let native: NativeSuites
let pool: AttestationPool
before(async () => {
  native = await nativeSuites()
  pool = createAttestationPool({ threads: 1 })
})
after(() => pool.close())

describeVerifier('the native verifier', () => createVerifier({ native }))
describeVerifier('the native verifier with a pool', () => createVerifier({ native, pool }))

const message = utf8('heard')
const context = signingContext(Domain.health, Env.dev)

describe('native suites', () => {
  it('verify Falcon by liboqs here', () => {
    assert.deepEqual(native.falcon, { verifier: 'liboqs' })
  })

  it('say why when liboqs fails, and verify Falcon in portable code', async () => {
    const load = () => tryLiboqs(() => Promise.reject(new Error('WebAssembly is switched off')))
    const without = await nativeSuites(load)
    const reason = "liboqs can't be loaded: WebAssembly is switched off"
    assert.deepEqual(without.falcon, { verifier: 'noble', reason })
    const { publicKey, signature } = await attest(SuiteId.falcon512)
    const suite = suiteOf(without.suites, SuiteId.falcon512)
    assert.equal(suite.verify(publicKey, message, signature, context), true)
    assert.equal(suite.verify(publicKey, message, flipped(signature, 400), context), false)
  })

  for (const id of allSuites) {
    it(`generate fresh keys of suite ${id} that serve every provider`, async () => {
      const { publicKey, secretKey } = await generateKeyPair(id)
      const signature = suiteOf(native.suites, id).sign(secretKey, message, context)
      assert.equal(suiteOf(portable, id).verify(publicKey, message, signature, context), true)
      assert.notDeepEqual((await generateKeyPair(id)).publicKey, publicKey)
    })
  }
})

describe('the cache of public keys', () => {
  const keys = [0, 1, 2].map(n => keysOf(SuiteId.mlDsa44, n).publicKey)

  it('imports a key once, whoever hands it in', () => {
    const cache = new PublicKeyCache(SuiteId.mlDsa44, 2)
    const first = cache.get(keys[0]!)
    assert.ok(first !== undefined)
    assert.equal(cache.get(Uint8Array.from(keys[0]!)), first)
    assert.equal(cache.get(Buffer.concat([seedOf(3), keys[0]!]).subarray(3)), first)
  })

  it('forgets the least recently used', () => {
    const cache = new PublicKeyCache(SuiteId.mlDsa44, 2)
    const [a, b] = [cache.get(keys[0]!), cache.get(keys[1]!)]
    cache.get(keys[0]!)
    cache.get(keys[2]!)
    assert.equal(cache.size, 2)
    assert.equal(cache.get(keys[0]!), a)
    assert.notEqual(cache.get(keys[1]!), b)
  })

  it('tells keys apart by their last byte and remembers no nonsense', () => {
    const cache = new PublicKeyCache(SuiteId.mlDsa44, 8)
    const almost = flipped(keys[0]!, keys[0]!.length * 8 - 1)
    assert.notEqual(cache.get(keys[0]!), cache.get(almost))
    assert.equal(cache.get(seedOf(20)), undefined)
    assert.equal(importPublicKey(SuiteId.mlDsa65, keys[0]!), undefined)
    assert.equal(cache.size, 2)
  })
})

describe('native attestors', () => {
  for (const suite of allSuites) {
    it(`of suite ${suite} satisfy the portable verifier`, async () => {
      const attestors = [
        createAttestor(suite, keysOf(suite), pool),
        createAttestor(suite, keysOf(suite))
      ]
      for (const { publicKey, signAttestation } of attestors) {
        const signature = await signAttestation(message, Domain.health, Env.dev)
        const attestation = { suite, publicKey, message, signature, domain: Domain.health }
        const verifier = suiteVerifier(portable)
        assert.equal(await verifier.verifyAttestation({ ...attestation, env: Env.dev }), true)
        assert.equal(await verifier.verifyAttestation({ ...attestation, env: Env.beta }), false)
      }
    })
  }

  it('sign checkpoints without a context, as C2SP has them', async () => {
    const keys = keysOf(SuiteId.mlDsa44)
    const signature = await checkpointSigner(keys)(message)
    const suite = suiteOf(portable, SuiteId.mlDsa44)
    assert.equal(suite.verify(keys.publicKey, message, signature, new Uint8Array(0)), true)
    assert.equal(suite.verify(keys.publicKey, message, signature, context), false)
  })

  it('never show the key in an error', async () => {
    for (const suite of [SuiteId.mlDsa44, SuiteId.falcon512]) {
      const { publicKey, secretKey } = keysOf(suite)
      const damaged: KeyPair = { publicKey, secretKey: secretKey.subarray(1) }
      const attempt = async (): Promise<unknown> => {
        const attestor: Attestor = createAttestor(suite, damaged, pool)
        return await attestor.signAttestation(message, Domain.health, Env.dev)
      }
      await assert.rejects(attempt, {
        code: 'bad-key',
        message: /^\S+ takes a secret key of \d+ bytes$/
      })
    }
  })
})

describe('the attestation pool', () => {
  const falcon = keysOf(SuiteId.falcon512)
  const sign = (from: AttestationPool): Promise<Uint8Array> =>
    from.sign(SuiteId.falcon512, falcon.secretKey, message, context)

  it('generates keys, signs, and verifies batches', async () => {
    const { publicKey, secretKey } = await pool.generateKeyPair(SuiteId.falcon512)
    const signature = await pool.sign(SuiteId.falcon512, secretKey, message, context)
    const check = { publicKey, framed: withContext(context, message), signature }
    const other = { ...check, framed: utf8('else') }
    assert.deepEqual([...(await pool.verifyFalcon([check, other, check]))], [1, 0, 1])
    assert.deepEqual([...(await pool.verifyFalcon([]))], [])
  })

  it('signs what is urgent before what waited longer', async () => {
    const done: string[] = []
    const signing = async (name: string, urgency: Urgency): Promise<void> => {
      await pool.sign(SuiteId.falcon512, falcon.secretKey, message, context, urgency)
      done.push(name)
    }
    await Promise.all([
      signing('in work', 'routine'),
      signing('report', 'routine'),
      signing('digest', 'routine'),
      signing('accusation', 'urgent')
    ])
    assert.deepEqual(done, ['in work', 'accusation', 'report', 'digest'])
  })

  it('takes no more than may wait', async () => {
    const small = createAttestationPool({ threads: 1, maxWaiting: 1 })
    const outcomes = [sign(small), sign(small)]
    assert.equal(small.waiting, 1)
    assert.equal(small.canAcceptWork(), false)
    await assert.rejects(sign(small), { code: 'pool-full' })
    await Promise.all(outcomes)
    assert.equal(small.canAcceptWork(), true)
    await small.close()
  })

  it('rejects what waits or runs when it is closed, and all that comes after', async () => {
    const closing = createAttestationPool({ threads: 1 })
    const outcomes = [sign(closing), sign(closing)].map(signing =>
      assert.rejects(signing, { code: 'pool-closed' })
    )
    await closing.close()
    await Promise.all(outcomes)
    assert.equal(closing.canAcceptWork(), false)
    await assert.rejects(sign(closing), { code: 'pool-closed' })
    await closing.close()
  })

  it('whose only thread died says so, and verification goes on without it', async () => {
    const dying = createAttestationPool({ threads: 1 })
    const noMessage = undefined as unknown as Uint8Array
    const killing = dying.sign(SuiteId.falcon512, falcon.secretKey, noMessage, context)
    await assert.rejects(killing, { code: 'pool-failed' })
    await assert.rejects(sign(dying), { code: 'pool-failed' })

    const valid = await attest(SuiteId.falcon512)
    const verifier = createVerifier({ native, pool: dying })
    const many = await Promise.all(
      Array.from({ length: 100 }, () => verifier.verifyAttestation(valid))
    )
    assert.deepEqual(many, new Array(100).fill(true))
    await dying.close()
  })
})

describe('the native verifier under load', () => {
  it('answers the first at once, the others in slices and batches, and counts them', async () => {
    const valid = await attest(SuiteId.falcon512)
    const verifier = createVerifier({ native, pool })
    assert.equal(verifier.verifyAttestation(valid), true)
    const many = Array.from({ length: 1_000 }, (_, at) =>
      at % 7 === 0 ? { ...valid, message: utf8(`${at}`) } : valid
    )
    const answers = await Promise.all(many.map(one => verifier.verifyAttestation(one)))
    assert.deepEqual(
      answers,
      many.map((_, at) => at % 7 !== 0)
    )
    const { immediate, sliced, pooled, invalid, maxWaiting, refused } = verifier.counters
    assert.equal(immediate + sliced + pooled, 1_001)
    assert.ok(immediate > 0 && sliced > 0 && pooled > 0 && maxWaiting > 32)
    assert.deepEqual([invalid, refused, verifier.waiting], [143, 0, 0])
  })

  it('takes back what a pool had when it was closed', async () => {
    const valid = await attest(SuiteId.falcon512)
    const closing = createAttestationPool({ threads: 1 })
    const verifier = createVerifier({ native, pool: closing })
    const answers = Array.from({ length: 1_000 }, () => verifier.verifyAttestation(valid))
    // After the verifier's own turn, which comes first: its batches are under way.
    await nextTurn()
    assert.ok(closing.waiting > 0)
    await closing.close()
    assert.deepEqual(await Promise.all(answers), new Array(1_000).fill(true))
    assert.equal(verifier.counters.pooled, 0)
    assert.equal(verifier.waiting, 0)
  })

  it('accepts no work beyond its queue', async () => {
    const valid = await attest(SuiteId.mlDsa44)
    const verifier = createVerifier({ native, maxWaiting: 4 })
    const taken = Array.from({ length: 4 }, () => verifier.verifyAttestation(valid))
    assert.equal(verifier.canAcceptWork(), false)
    await assert.rejects(async () => await verifier.verifyAttestation(valid), {
      code: 'verifier-full'
    })
    assert.deepEqual(await Promise.all(taken), [true, true, true, true])
    assert.equal(verifier.canAcceptWork(), true)
    assert.equal(verifier.counters.refused, 1)
  })
})

describe('peer signatures', () => {
  it('hold for key and message only, and nonsense is no signature', async () => {
    const { peer } = memberKeys(0)
    const signature = await peerSigner(0)(message)
    assert.equal(verifyPeerSignature(peer, message, signature), true)
    assert.equal(verifyPeerSignature(peer, utf8('else'), signature), false)
    assert.equal(verifyPeerSignature(memberKeys(1).peer, message, signature), false)
    assert.equal(verifyPeerSignature(seedOf(5), message, signature), false)
    assert.equal(verifyPeerSignature(peer, message, seedOf(64)), false)
    assert.equal(verifyPeerSignature(peer, message, seedOf(3)), false)
  })
})
