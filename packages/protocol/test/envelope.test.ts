import assert from 'node:assert/strict'
import {
  bytesToHex,
  Env,
  Envelope,
  isSuiteAllowed,
  type OpenOptions,
  openEnvelope,
  policyOf,
  type RejectCode,
  Statement,
  type StatementInit,
  SUBJECT_NAMES,
  Subject,
  SuiteId,
  sealEnvelope,
  suiteVerifier,
  verifyEnvelope
} from '../src/index.ts'
import { flipped, keysOf } from './compliance/fixtures.ts'
import { attestorOf, NETWORK, NOW_MS, portable, statement } from './samples.ts'

const options: OpenOptions = {
  network: NETWORK,
  env: Env.dev,
  subject: Subject.health,
  nowMs: NOW_MS
}
const verifier = suiteVerifier(portable)

/** An envelope as a careless or hostile sender encodes it, past the checks of `sealEnvelope`. */
function forged(
  changes: Partial<StatementInit>,
  suite: number = SuiteId.mock,
  signatureBytes = 32
) {
  const encoded = Statement.encode(statement(changes)).finish()
  const signature = new Uint8Array(signatureBytes).fill(1)
  return Envelope.encode({ statement: encoded, suite, signature }).finish()
}

describe('an envelope', () => {
  for (const suite of [SuiteId.falcon512, SuiteId.mlDsa65, SuiteId.mock]) {
    it(`comes out as it went in, signed with suite ${suite}`, async () => {
      const init = statement()
      const opened = openEnvelope(await sealEnvelope(init, attestorOf(suite)), options)
      assert.ok(opened.ok)
      const { envelope } = opened
      for (const [field, value] of Object.entries(init)) {
        const got = envelope[field as keyof StatementInit]
        if (!(got instanceof Uint8Array)) assert.equal(got, value, field)
        else assert.equal(bytesToHex(got), bytesToHex(value), field)
      }
      assert.equal(await verifyEnvelope(envelope, keysOf(suite).publicKey, verifier), true)
      assert.equal(await verifyEnvelope(envelope, keysOf(suite, 1).publicKey, verifier), false)
    })
  }

  it('with Falcon takes at most 900 bytes for a report of 130', async () => {
    const payload = new Uint8Array(130).fill(1)
    const bytes = await sealEnvelope(statement({ payload }), attestorOf(SuiteId.falcon512))
    assert.ok(bytes.length <= 900, `${bytes.length}`)
  })

  it('is signed over every byte of the statement', async () => {
    const bytes = await sealEnvelope(statement(), attestorOf(SuiteId.mock))
    const { statement: signed, suite, signature } = Envelope.decode(bytes)
    for (let bit = 0; bit < signed.length * 8; bit += 5) {
      const altered = Envelope.encode({
        statement: flipped(signed, bit),
        suite,
        signature
      }).finish()
      const opened = openEnvelope(altered, options)
      if (!opened.ok) continue
      const { publicKey } = keysOf(SuiteId.mock)
      assert.equal(await verifyEnvelope(opened.envelope, publicKey, verifier), false, `bit ${bit}`)
    }
  })

  it('keeps fields that a later version adds, under the signature', async () => {
    const later = Uint8Array.of(...Statement.encode(statement()).finish(), 0xa2, 0x06, 1, 42)
    const attestor = attestorOf(SuiteId.mock)
    const signature = await attestor.signAttestation(later, 'torusmesh/v1/health', Env.dev)
    const bytes = Envelope.encode({ statement: later, suite: SuiteId.mock, signature }).finish()
    const opened = openEnvelope(Uint8Array.of(...bytes, 0xa2, 0x06, 1, 42), options)
    assert.ok(opened.ok)
    assert.deepEqual(Uint8Array.from(opened.envelope.statement), later)
    assert.equal(await verifyEnvelope(opened.envelope, attestor.publicKey, verifier), true)
  })

  const cases: { desc: string; bytes: Uint8Array; on?: Partial<OpenOptions>; code: RejectCode }[] =
    [
      { desc: 'too many bytes', bytes: new Uint8Array(5 * 1_024 + 1), code: 'oversized' },
      { desc: 'no bytes', bytes: new Uint8Array(0), code: 'malformed' },
      { desc: 'no suite', bytes: forged({}, 0), code: 'malformed' },
      { desc: 'an unknown suite', bytes: forged({}, 99), code: 'malformed' },
      { desc: 'no signature', bytes: forged({}, SuiteId.mock, 0), code: 'malformed' },
      { desc: 'too long a signature', bytes: forged({}, SuiteId.mock, 33), code: 'malformed' },
      { desc: 'a short sender', bytes: forged({ sender: new Uint8Array(31) }), code: 'malformed' },
      { desc: 'no sequence', bytes: forged({ sequence: 0 }), code: 'malformed' },
      { desc: 'a sequence beyond 2^53', bytes: forged({ sequence: 2 ** 53 }), code: 'malformed' },
      { desc: 'no payload', bytes: forged({ payload: new Uint8Array(0) }), code: 'malformed' },
      {
        desc: 'an expiry before the issue',
        bytes: forged({ expiresMs: NOW_MS - 2_000 }),
        code: 'malformed'
      },
      { desc: 'another network', bytes: forged({ network: 'other' }), code: 'foreign-network' },
      { desc: 'another environment', bytes: forged({ env: Env.beta }), code: 'foreign-env' },
      { desc: 'an unknown environment', bytes: forged({ env: 9 as Env }), code: 'foreign-env' },
      { desc: 'another subject', bytes: forged({ subject: Subject.vote }), code: 'wrong-subject' },
      { desc: 'no subject', bytes: forged({ subject: 0 as Subject }), code: 'wrong-subject' },
      {
        desc: 'a suite that the subject refuses',
        bytes: forged({}, SuiteId.mlDsa44),
        code: 'suite-not-allowed'
      },
      {
        desc: 'the mock suite in beta',
        bytes: forged({ env: Env.beta }),
        on: { env: Env.beta },
        code: 'suite-not-allowed'
      },
      {
        desc: 'the mock suite in mainnet',
        bytes: forged({ env: Env.mainnet }),
        on: { env: Env.mainnet },
        code: 'suite-not-allowed'
      },
      {
        desc: 'too long a life',
        bytes: forged({ expiresMs: NOW_MS + 120_000 }),
        code: 'lifetime-too-long'
      },
      { desc: 'an expiry that has come', bytes: forged({ expiresMs: NOW_MS }), code: 'expired' },
      {
        desc: 'an issue beyond the clock skew',
        bytes: forged({ issuedMs: NOW_MS + 5_001 }),
        code: 'issued-in-future'
      },
      {
        desc: 'an issue beyond a skew of zero',
        bytes: forged({ issuedMs: NOW_MS + 1 }),
        on: { maxSkewMs: 0 },
        code: 'issued-in-future'
      }
    ]
  for (const { desc, bytes, on, code } of cases) {
    it(`with ${desc} is dropped: ${code}`, () => {
      assert.deepEqual(openEnvelope(bytes, { ...options, ...on }), { ok: false, code })
    })
  }

  it('at the edge of the clock skew is opened', () => {
    assert.equal(openEnvelope(forged({ issuedMs: NOW_MS + 5_000 }), options).ok, true)
  })

  const mistakes: Partial<StatementInit>[] = [
    { network: 'No Network' },
    { sender: new Uint8Array(31) },
    { sequence: 0 },
    { sequence: 1.5 },
    { issuedMs: -1 },
    { expiresMs: NOW_MS - 1_000 },
    { expiresMs: NOW_MS + 120_000 },
    { payload: new Uint8Array(0) },
    { payload: new Uint8Array(6_000) },
    { env: Env.beta }
  ]
  for (const mistake of mistakes) {
    const [[field, value]] = Object.entries(mistake) as [[string, unknown]]
    const shown = value instanceof Uint8Array ? `${value.length} bytes` : value
    it(`isn't sealed with ${field} ${shown}`, async () => {
      const sealing = sealEnvelope(statement(mistake), attestorOf(SuiteId.mock))
      await assert.rejects(sealing, { code: 'bad-argument' })
    })
  }
})

describe('suite policy', () => {
  it('allows mock in dev at most, and some post-quantum suite everywhere', () => {
    for (const name of SUBJECT_NAMES) {
      const { suites } = policyOf(Subject[name])
      for (const env of ['beta', 'mainnet'] as const) {
        assert.ok(suites[env].length > 0)
        assert.equal(isSuiteAllowed(Subject[name], SuiteId.mock, Env[env]), false)
      }
      assert.ok(isSuiteAllowed(Subject[name], SuiteId.mlDsa65, Env.mainnet))
    }
  })
})
