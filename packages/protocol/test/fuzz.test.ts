import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type Checked,
  concatBytes,
  DigestStatement,
  decodeDigestStatement,
  decodeFindCellRequest,
  decodeFindCellResponse,
  decodeHealthStatement,
  decodeJoinResponse,
  decodeLinkFrame,
  Env,
  FindCellRequest,
  FindCellResponse,
  HealthStatement,
  JoinResponse,
  LinkFrame,
  openEnrolment,
  openEnvelope,
  openJoinRequest,
  openNodeRecord,
  parseTopic,
  REJECT_CODES,
  Subject,
  SuiteId,
  sealEnvelope,
  signEnrolment,
  signJoinRequest,
  signNodeRecord
} from '../src/index.ts'
import { seedOf } from './compliance/fixtures.ts'
import {
  attestorOf,
  CELLS,
  enrolmentInit,
  memberKeys,
  NETWORK,
  NOW_MS,
  peerSigner,
  recordInit,
  statement
} from './samples.ts'

/** Inputs a decoder and kind; raise it for long runs. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300)

const options = { network: NETWORK, env: Env.dev, cells: CELLS, nowMs: NOW_MS }
const mock = attestorOf(SuiteId.mock)
const id = seedOf(32)

interface Target {
  decode(
    bytes: Uint8Array
  ): Checked<unknown> | { ok: true; envelope: unknown } | { ok: false; code: string }
  sample(): Uint8Array | Promise<Uint8Array>
}

const report = {
  incarnation: 3,
  services: [{ name: 'db', state: 1 }, { name: 'web' }],
  watchers: seedOf(48),
  ledger: { size: 9, root: id },
  resources: { rssMb: 100 }
}

const targets: Record<string, Target> = {
  openEnvelope: {
    decode: bytes => openEnvelope(bytes, { ...options, subject: Subject.health }),
    sample: () => sealEnvelope(statement(), mock)
  },
  openNodeRecord: {
    decode: bytes => openNodeRecord(bytes, options),
    sample: () =>
      signNodeRecord(recordInit('mock'), { identity: mock, signPeer: peerSigner(0), cells: CELLS })
  },
  openEnrolment: {
    decode: bytes => openEnrolment(bytes, options),
    sample: async () => (await signEnrolment(enrolmentInit('mock'), mock)).enrolment
  },
  openJoinRequest: {
    decode: bytes => openJoinRequest(bytes, Env.dev),
    sample: () => signJoinRequest(seedOf(16), memberKeys(0), options, mock)
  },
  decodeJoinResponse: {
    decode: decodeJoinResponse,
    sample: () =>
      JoinResponse.encode({
        enrolment: id,
        enrolmentSignature: id,
        genesis: id,
        records: [id]
      }).finish()
  },
  decodeHealthStatement: {
    decode: decodeHealthStatement,
    sample: () => HealthStatement.encode({ report }).finish()
  },
  decodeDigestStatement: {
    decode: bytes => decodeDigestStatement(bytes, CELLS),
    sample: () => DigestStatement.encode({ down: { report: id, accusations: [id, id] } }).finish()
  },
  decodeLinkFrame: {
    decode: decodeLinkFrame,
    sample: () =>
      LinkFrame.encode({
        digests: { digests: [{ steward: id }, { steward: id, witness: id }] }
      }).finish()
  },
  'decodeLinkFrame of a greeting': {
    decode: decodeLinkFrame,
    sample: () =>
      LinkFrame.encode({
        record: id,
        datagrams: { port: 4_801, tag: 0xffff_ffff, key: seedOf(16) }
      }).finish()
  },
  decodeFindCellRequest: {
    decode: bytes => decodeFindCellRequest(bytes, CELLS),
    sample: () => FindCellRequest.encode({ cell: 5, member: id }).finish()
  },
  decodeFindCellResponse: {
    decode: decodeFindCellResponse,
    sample: () => FindCellResponse.encode({ records: [id, id] }).finish()
  }
}

const REPEATED_MAX_BYTES = 20_000

/** A change that an attacker or a bad disk makes. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('drop' as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 9 })
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ maxLength: 12 })
  }),
  fc.record({
    kind: fc.constant('repeat' as const),
    at: fc.nat(),
    times: fc.integer({ min: 2, max: 400 })
  })
)
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = change.at % (bytes.length + 1)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (change.kind) {
    case 'set':
      return concatBytes(before, Uint8Array.of(change.byte), after.subarray(1))
    case 'cut':
      return before
    case 'drop':
      return concatBytes(before, after.subarray(change.length))
    case 'insert':
      return concatBytes(before, change.bytes, after)
    case 'repeat': {
      const length = Math.min(before.length * change.times, REPEATED_MAX_BYTES)
      return Uint8Array.from({ length }, (_, n) => before[n % at]!)
    }
    default:
      return change satisfies never
  }
}

describe('bytes from outside', () => {
  for (const [name, { decode, sample }] of Object.entries(targets)) {
    const judge = (bytes: Uint8Array): void => {
      const result = decode(bytes)
      if (!result.ok) assert.ok((REJECT_CODES as readonly string[]).includes(result.code))
    }

    it(`${name} takes its own sample, as Uint8Array and as Buffer`, async () => {
      const bytes = await sample()
      assert.equal(decode(Uint8Array.from(bytes)).ok, true)
      assert.equal(decode(Buffer.from(bytes)).ok, true)
    })

    it(`${name} answers random bytes with a code`, () => {
      const bytes = fc.uint8Array({ maxLength: 600 })
      fc.assert(fc.property(bytes, judge), { numRuns: RUNS, seed: 10 })
    })

    it(`${name} answers altered samples with a code or a value`, async () => {
      const bytes = Uint8Array.from(await sample())
      const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 })
      const check = (changes: readonly Mutation[]): void => judge(changes.reduce(mutate, bytes))
      fc.assert(fc.property(mutations, check), { numRuns: RUNS, seed: 11 })
    })

    it(`${name} refuses every beginning of its sample that is cut inside a field`, async () => {
      const bytes = Uint8Array.from(await sample())
      for (let length = 0; length < bytes.length; length++) judge(bytes.subarray(0, length))
      assert.equal(decode(bytes.subarray(0, bytes.length - 1)).ok, false)
    })

    it(`${name} takes fields of later versions`, async () => {
      const later = [0xa2, 0x7d, 2, 1, 2, 0xa8, 0x7d, 0x96, 0x01, 0xa5, 0x7d, 1, 2, 3, 4]
      assert.equal(decode(Uint8Array.of(...(await sample()), ...later)).ok, true)
    })

    it(`${name} refuses oversized and deeply nested input at once`, () => {
      for (const byte of [0x0a, 0x0b, 0x1a, 0x32, 0x80, 0xff]) {
        assert.equal(decode(new Uint8Array(300_000).fill(byte)).ok, false)
      }
    })
  }

  it('parseTopic answers any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\/torusmesh\/[a-z0-9-]*\/\d*\/[a-z]*\/?\d*$/)
    )
    fc.assert(
      fc.property(text, topic => {
        const parsed = parseTopic(topic)
        assert.ok(parsed === undefined || parsed.network.length > 0)
      }),
      { numRuns: RUNS, seed: 12 }
    )
  })
})
