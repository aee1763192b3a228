import assert from 'node:assert/strict'
import {
  bytesToHex,
  decodeJoinResponse,
  drawnCell,
  Enrolment,
  Env,
  inviteHash,
  JoinRefusal,
  JoinResponse,
  keyForSuite,
  memberId,
  NodeRecord,
  type NodeRecordInit,
  type OpenedNodeRecord,
  type OpenRecordOptions,
  openEnrolment,
  openJoinRequest,
  openNodeRecord,
  type PeerVerifier,
  type RejectCode,
  type SignedEnrolment,
  SignedNodeRecord,
  SuiteId,
  shortId,
  signEnrolment,
  signJoinRequest,
  signNodeRecord,
  suiteVerifier,
  verifyEnrolment,
  verifyJoinRequest,
  verifyNodeRecord
} from '../src/index.ts'
import { verifyPeerSignature } from '../src/native/index.ts'
import { flipped, keysOf, seedOf } from './compliance/fixtures.ts'
import {
  attestorOf,
  CELLS,
  enrolmentInit,
  memberKeys,
  NETWORK,
  NOW_MS,
  peerSigner,
  portable,
  recordInit
} from './samples.ts'

const verifier = suiteVerifier(portable)
const verifyPeer: PeerVerifier = verifyPeerSignature
const options: OpenRecordOptions = { network: NETWORK, env: Env.dev, cells: CELLS, nowMs: NOW_MS }
const suiteFor = { real: SuiteId.mlDsa65, mock: SuiteId.mock } as const

const signRecord = (kind: 'real' | 'mock', changes: Partial<NodeRecordInit> = {}) =>
  signNodeRecord(recordInit(kind, changes), {
    identity: attestorOf(suiteFor[kind]),
    signPeer: peerSigner(0),
    cells: CELLS
  })

/** A record as a careless or hostile node encodes it, past the checks of `signNodeRecord`. */
function unchecked(changes: Partial<NodeRecordInit>): Uint8Array {
  const { addresses, enrolment: _, ...init } = recordInit('mock', changes)
  return SignedNodeRecord.encode({
    record: NodeRecord.encode({ ...init, addresses: [...addresses] }).finish(),
    identitySignature: seedOf(32),
    peerSignature: seedOf(64)
  }).finish()
}

function opened(bytes: Uint8Array): OpenedNodeRecord {
  const result = openNodeRecord(bytes, options)
  assert.ok(result.ok, result.ok ? '' : result.code)
  return result.value
}

describe('a member id', () => {
  it('follows from the identity key alone', () => {
    const keys = memberKeys(0, 'real')
    assert.deepEqual(memberId({ ...keys, report: seedOf(897) } as typeof keys), memberId(keys))
    assert.notDeepEqual(memberId(keys), memberId(memberKeys(1, 'real')))
    assert.equal(memberId(keys).length, 32)
    assert.equal(shortId(memberId(keys)), bytesToHex(memberId(keys)).slice(0, 12))
  })

  it('leads to the key of a suite', () => {
    const keys = memberKeys(0, 'real')
    assert.equal(keyForSuite(keys, SuiteId.falcon512), keys.report)
    assert.equal(keyForSuite(keys, SuiteId.mlDsa65), keys.identity)
    assert.equal(keyForSuite(keys, SuiteId.mlDsa44), undefined)
    assert.equal(keyForSuite(memberKeys(0), SuiteId.mock), memberKeys(0).report)
  })
})

describe('a node record', () => {
  for (const kind of ['real', 'mock'] as const) {
    it(`with ${kind} keys comes out as it went in, both signatures holding`, async () => {
      const init = recordInit(kind)
      const record = opened(await signRecord(kind))
      const { cell, addresses, sequence, issuedMs, expiresMs, member, enrolment } = record
      assert.deepEqual(
        { cell, addresses, sequence },
        { cell: 73, addresses: init.addresses, sequence: 1 }
      )
      assert.deepEqual([issuedMs, expiresMs, enrolment], [init.issuedMs, init.expiresMs, undefined])
      assert.deepEqual(member, memberId(init.keys))
      const verified = await verifyNodeRecord(record, { verifier, verifyPeer })
      assert.equal(verified.ok && verified.value.member, member)
    })
  }

  it('is refused when either signature fails', async () => {
    const record = opened(await signRecord('mock'))
    const spoilt = [
      { ...record, identitySignature: flipped(record.identitySignature, 3) },
      { ...record, peerSignature: flipped(record.peerSignature, 3) },
      { ...record, signed: flipped(record.signed, 60) },
      { ...record, env: Env.beta, keys: memberKeys(0, 'real') }
    ]
    for (const one of spoilt) {
      const verdict = await verifyNodeRecord(one, { verifier, verifyPeer })
      assert.deepEqual(verdict, { ok: false, code: 'bad-signature' })
    }
  })

  it('of a newcomer carries its enrolment, bound to member and cell', async () => {
    const init = enrolmentInit('mock')
    const enrolment = await signEnrolment(init, attestorOf(SuiteId.mock, 1))
    const cell = drawnCell(init.draw, init.member, init.invite, CELLS)
    const record = opened(await signRecord('mock', { enrolment, cell }))
    assert.equal(bytesToHex(record.enrolment!.inviter), bytesToHex(memberId(init.inviterKeys)))
    const verified = await verifyNodeRecord(record, { verifier, verifyPeer })
    assert.equal(verified.ok, true)

    const forged: SignedEnrolment = { ...enrolment, signature: flipped(enrolment.signature, 1) }
    const other = opened(await signRecord('mock', { enrolment: forged, cell }))
    const verdict = await verifyNodeRecord(other, { verifier, verifyPeer })
    assert.deepEqual(verdict, { ok: false, code: 'bad-signature' })

    const elsewhere = { enrolment, cell: (cell + 1) % CELLS }
    await assert.rejects(signRecord('mock', elsewhere), {
      code: 'bad-argument',
      message: /wrong-cell/
    })
    const stranger = await signEnrolment(
      enrolmentInit('mock', { member: seedOf(32, 3) }),
      attestorOf(SuiteId.mock, 1)
    )
    await assert.rejects(signRecord('mock', { enrolment: stranger, cell }), {
      code: 'bad-argument'
    })
  })

  const wrong: { desc: string; changes: Partial<NodeRecordInit>; code: RejectCode }[] = [
    { desc: 'another network', changes: { network: 'other' }, code: 'foreign-network' },
    { desc: 'another environment', changes: { env: Env.beta }, code: 'foreign-env' },
    { desc: 'a cell beyond the torus', changes: { cell: CELLS }, code: 'wrong-cell' },
    {
      desc: 'nine addresses',
      changes: { addresses: new Array(9).fill('/a/b') },
      code: 'malformed'
    },
    { desc: 'a long address', changes: { addresses: [`/${'a'.repeat(128)}`] }, code: 'malformed' },
    { desc: 'an address with spaces', changes: { addresses: ['/ip4/1 2'] }, code: 'malformed' },
    { desc: 'an address of no form', changes: { addresses: ['192.0.2.1'] }, code: 'malformed' },
    { desc: 'no life', changes: { expiresMs: NOW_MS }, code: 'malformed' },
    {
      desc: 'too long a life',
      changes: { expiresMs: NOW_MS + 8 * 86_400_000 },
      code: 'lifetime-too-long'
    },
    {
      desc: 'an expiry that has come',
      changes: { issuedMs: NOW_MS - 2, expiresMs: NOW_MS - 1 },
      code: 'expired'
    },
    { desc: 'an issue to come', changes: { issuedMs: NOW_MS + 5_001 }, code: 'issued-in-future' },
    {
      desc: 'a short identity key',
      changes: { keys: { ...memberKeys(0), identity: seedOf(31) } },
      code: 'malformed'
    },
    {
      desc: 'a report key of another suite',
      changes: { keys: { ...memberKeys(0), report: seedOf(1_312) } },
      code: 'malformed'
    },
    {
      desc: 'a short peer key',
      changes: { keys: { ...memberKeys(0), peer: seedOf(31) } },
      code: 'malformed'
    }
  ]
  for (const { desc, changes, code } of wrong) {
    it(`with ${desc} is refused: ${code}`, () => {
      const bytes = unchecked(changes)
      assert.deepEqual(openNodeRecord(bytes, options), { ok: false, code })
    })
  }

  it('with mock keys is refused outside dev', () => {
    const bytes = unchecked({ env: Env.mainnet })
    const verdict = openNodeRecord(bytes, { ...options, env: Env.mainnet })
    assert.deepEqual(verdict, { ok: false, code: 'malformed' })
  })
})

describe('an enrolment', () => {
  const scope = { network: NETWORK, env: Env.dev, cells: CELLS }

  it('comes out as it went in, signed by the inviter with ML-DSA-65', async () => {
    const init = enrolmentInit('real')
    const { enrolment, signature } = await signEnrolment(init, attestorOf(SuiteId.mlDsa65, 1))
    const result = openEnrolment(enrolment, scope)
    assert.ok(result.ok)
    assert.equal(result.value.cell, drawnCell(init.draw, init.member, init.invite, CELLS))
    assert.equal(bytesToHex(result.value.member), bytesToHex(init.member))
    assert.equal(await verifyEnrolment(result.value, signature, verifier), true)
    assert.equal(await verifyEnrolment(result.value, flipped(signature, 9), verifier), false)
  })

  it('is refused in another mesh, for a chosen cell, or by oneself', async () => {
    const init = enrolmentInit('mock')
    const { enrolment } = await signEnrolment(init, attestorOf(SuiteId.mock, 1))
    const refusals: [Uint8Array, typeof scope | Parameters<typeof openEnrolment>[1], RejectCode][] =
      [
        [enrolment, { ...scope, network: 'other' }, 'foreign-network'],
        [enrolment, { ...scope, env: Env.beta }, 'foreign-env'],
        [enrolment, { ...scope, cells: 64 }, 'wrong-cell'],
        [enrolment.subarray(1), scope, 'malformed'],
        [changed(enrolment, { cell: 5 }), scope, 'wrong-cell'],
        [changed(enrolment, { draw: seedOf(32, 1) }), scope, 'wrong-cell'],
        [changed(enrolment, { inviter: seedOf(32) }), scope, 'malformed'],
        [changed(enrolment, { member: memberId(init.inviterKeys) }), scope, 'malformed'],
        [changed(enrolment, { invite: seedOf(16) }), scope, 'malformed']
      ]
    for (const [bytes, where, code] of refusals) {
      assert.deepEqual(openEnrolment(bytes, where), { ok: false, code })
    }
  })

  const changed = (bytes: Uint8Array, changes: Enrolment.$Properties): Uint8Array =>
    Enrolment.encode({ ...Enrolment.decode(bytes), ...changes }).finish()

  it('spreads members over all cells', () => {
    const cells = Array.from({ length: 400 }, (_, n) =>
      drawnCell(seedOf(32, n), memberId(memberKeys(0)), inviteHash(seedOf(16)), 8)
    )
    assert.equal(new Set(cells).size, 8)
  })
})

describe('a request to join', () => {
  const scope = { network: NETWORK, env: Env.dev }
  const secret = seedOf(16, 2)

  it('shows the invite and that the newcomer holds its identity key', async () => {
    const keys = memberKeys(0, 'real')
    const bytes = await signJoinRequest(secret, keys, scope, attestorOf(SuiteId.mlDsa65))
    const result = openJoinRequest(bytes, Env.dev)
    assert.ok(result.ok)
    assert.deepEqual(result.value.invite, inviteHash(secret))
    assert.deepEqual(result.value.member, memberId(keys))
    assert.equal(await verifyJoinRequest(result.value, scope, verifier), true)
    const other = { ...scope, network: 'other' }
    assert.equal(await verifyJoinRequest(result.value, other, verifier), false)
    const swapped = { ...result.value, keys: { ...result.value.keys, peer: seedOf(32) } }
    assert.equal(await verifyJoinRequest(swapped, scope, verifier), false)
  })

  it('is refused without a whole secret, keys or proof', async () => {
    const keys = memberKeys(0)
    const attestor = attestorOf(SuiteId.mock)
    const broken = [
      await signJoinRequest(secret.subarray(1), keys, scope, attestor),
      await signJoinRequest(secret, { ...keys, peer: seedOf(31) }, scope, attestor),
      await signJoinRequest(
        secret,
        { ...keys, identity: keysOf(SuiteId.mlDsa44).publicKey },
        scope,
        attestor
      )
    ]
    for (const bytes of broken) {
      assert.deepEqual(openJoinRequest(bytes, Env.dev), { ok: false, code: 'malformed' })
    }
  })

  it('is answered by a refusal or by everything a newcomer needs', () => {
    const answer = (response: JoinResponse.$Properties) =>
      decodeJoinResponse(JoinResponse.encode(response).finish()).ok
    const some = seedOf(40)
    const whole = { enrolment: some, enrolmentSignature: some, genesis: some, records: [some] }
    assert.equal(answer(whole), true)
    assert.equal(answer({ ...whole, records: [] }), false)
    assert.equal(answer({}), false)
    assert.equal(answer({ refused: JoinRefusal.usedInvite }), true)
    assert.equal(answer({ refused: 99 }), false)
  })
})
