import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  Certificate,
  type CertificateKind,
  ConsensusError,
  decode,
  decodeEvidence,
  decodeMessage,
  Epoch,
  encodeEvidence,
  encodeMessage,
  epochContext,
  fromBitmap,
  Kind,
  type Message,
  NO_DIGEST,
  readCertificate,
  STATEMENT_BYTES,
  statementBytes,
  toBitmap,
  Writer,
  writeCertificate
} from '../../src/index.ts'
import { epochOf, equals, validatorOf, verifierOf } from '../harness/keys.ts'
import { blockOf, claimOf, proposalOf, voteOf } from '../harness/scripted.ts'

const epoch = epochOf(equals(4))
const verify = verifierOf(epoch)
const digest = 'ab'.repeat(32)
const signers = [0, 1, 3]
const claim = claimOf(epoch, signers, Kind.notarize, 3, digest)

function check(property: fc.IPropertyWithHooks<[Uint8Array]>): void {
  fc.assert(property, { seed: 0x63_65_72_74, numRuns: 300 })
}

describe('certificate', () => {
  it('is what more than two thirds of the power signed', () => {
    const checked = Certificate.verify(epoch, claim, verify)
    assert.ok(checked.ok)
    assert.deepEqual(checked.value.signers, signers)
  })

  const garbage = new Uint8Array(8)
  for (const [desc, change, fault] of [
    ['of another epoch', { epochId: NO_DIGEST }, 'foreign-epoch'],
    ['of too few', claimOf(epoch, [0, 1], Kind.notarize, 3, digest), 'too-little-power'],
    ['with a signature missing', { signatures: claim.signatures.slice(1) }, 'bad-bitmap'],
    ['with a signer that does not exist', { bitmap: Uint8Array.of(0b10011) }, 'bad-bitmap'],
    ['with a longer bitmap', { bitmap: Uint8Array.of(0b1011, 0) }, 'bad-bitmap'],
    [
      'with a bad signature',
      { signatures: [...claim.signatures.slice(1), garbage] },
      'bad-signature'
    ],
    ['of another view', { view: 4 }, 'bad-signature'],
    ['of another kind', { kind: Kind.finalize as CertificateKind }, 'bad-signature'],
    ['of a nullification about a block', { kind: Kind.nullify as CertificateKind }, 'bad-digest']
  ] as const) {
    it(`is refused ${desc}`, () => {
      assert.deepEqual(Certificate.verify(epoch, { ...claim, ...change }, verify), {
        ok: false,
        fault
      })
    })
  }

  it('survives its encoding, byte for byte', () => {
    const writer = new Writer()
    writeCertificate(writer, claim)
    const bytes = writer.finish()
    assert.deepEqual(decode(bytes, readCertificate), claim)
  })
})

describe('bitmap', () => {
  it('gives distinct indices back', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      const indices = [...new Set(bytes)].sort((a, b) => a - b)
      assert.deepEqual(fromBitmap(toBitmap(indices, 256), 256), indices)
    })
    check(property)
  })
})

describe('statement', () => {
  it('has golden bytes', () => {
    const bytes = statementBytes('01'.repeat(32), Kind.finalize, 258, 'ff'.repeat(32))
    assert.equal(bytes.length, STATEMENT_BYTES)
    assert.equal(
      Buffer.from(bytes).toString('hex'),
      `04${'01'.repeat(32)}0000000000000102${'ff'.repeat(32)}`
    )
  })

  it('is signed in a context of purpose, environment and epoch', () => {
    const context = Buffer.from(epochContext(0, '0123456789abcdef'.repeat(4))).toString()
    assert.equal(context, 'torusmesh/v1/vote@dev/0123456789abcdef0123456789abcdef')
    assert.ok(epochContext(2, epoch.id).length <= 255)
  })
})

describe('epoch', () => {
  it('has another id for anything else in it', () => {
    const ids = [
      epoch,
      epochOf(equals(4), { number: 1 }),
      epochOf(equals(4), { env: 2 }),
      epochOf(equals(4), { seed: digest }),
      epochOf(equals(4), { delayMs: 7 }),
      epochOf(equals(4), { policyVersion: 2 }),
      epochOf([1, 1, 1, 2]),
      epochOf(equals(4), { origin: { ...epoch.origin, height: 5 } })
    ].map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
  })

  it('is refused where no honest set could have decided it', () => {
    const one = validatorOf(1)
    for (const change of [
      { validators: [] },
      { validators: [one, one] },
      { validators: [{ ...one, power: 5 }] },
      { validators: [{ ...one, power: 0 }] },
      { validators: [{ ...one, id: new Uint8Array(31) }] },
      { seed: 'x' },
      { delayMs: 0 },
      { number: -1 }
    ]) {
      const isBad = (error: unknown): boolean =>
        error instanceof ConsensusError && error.code === 'bad-epoch'
      assert.throws(() => new Epoch({ ...epoch, ...change }), isBad)
    }
  })
})

describe('messages', () => {
  const block = blockOf(epoch, {
    view: 5,
    parentClaim: null,
    skipped: [1, 2, 3, 4].map(view => claimOf(epoch, signers, Kind.nullify, view))
  })
  const messages: Message[] = [
    proposalOf(epoch, block),
    { type: 'vote', vote: voteOf(epoch, 2, Kind.finalize, 5, block.digest) },
    { type: 'certificate', claim },
    { type: 'blocks', epochId: epoch.id, blocks: [block] },
    { type: 'want-blocks', epochId: epoch.id, digest: block.digest, aboveView: 3 },
    { type: 'want-certificates', epochId: epoch.id, fromView: 2 }
  ]

  for (const message of messages) {
    it(`of type ${message.type} survive their encoding`, () => {
      assert.deepEqual(decodeMessage(encodeMessage(message)), { ok: true, message })
    })

    it(`of type ${message.type} have one encoding: no cut, no addition decodes`, () => {
      const bytes = encodeMessage(message)
      for (let length = 0; length < bytes.length; length += 7) {
        assert.equal(decodeMessage(bytes.subarray(0, length)).ok, false)
      }
      assert.equal(decodeMessage(Uint8Array.of(...bytes, 0)).ok, false)
    })
  }

  it('are measured before they are read', () => {
    const bytes = new Uint8Array(5_000)
    bytes[0] = 2
    assert.deepEqual(decodeMessage(bytes), { ok: false, code: 'oversized' })
  })

  it('never throw, whatever the bytes', () => {
    const valid = messages.map(encodeMessage)
    const property = fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), noise => {
      decodeMessage(noise)
      const bytes = valid[noise[0]! % valid.length]!.slice()
      for (let at = 1; at < noise.length; at++)
        bytes[(noise[at]! * at * 31) % bytes.length] = noise[at]!
      const decoded = decodeMessage(bytes)
      if (decoded.ok) assert.deepEqual(encodeMessage(decoded.message), bytes)
    })
    check(property)
  })

  it('of evidence survive their encoding too', () => {
    const a = voteOf(epoch, 2, Kind.notarize, 5, block.digest)
    const b = voteOf(epoch, 2, Kind.notarize, 5, digest)
    for (const evidence of [
      { rule: 'E1', a, b },
      { rule: 'E4', a, header: block.header }
    ] as const) {
      const bytes = encodeEvidence(evidence)
      assert.deepEqual(decodeEvidence(bytes, 10_000), evidence)
      assert.equal(decodeEvidence(bytes, 10), null)
      assert.equal(decodeEvidence(bytes.subarray(1), 10_000), null)
    }
  })
})
