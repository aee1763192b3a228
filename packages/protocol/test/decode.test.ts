import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type Checked,
  DigestStatement,
  decodeDigestStatement,
  decodeFindCellRequest,
  decodeFindCellResponse,
  decodeHealthStatement,
  decodeLinkFrame,
  FindCellRequest,
  FindCellResponse,
  HealthStatement,
  LinkFrame,
  utf8Length
} from '../src/index.ts'
import { seedOf } from './compliance/fixtures.ts'
import { CELLS } from './samples.ts'

const id = seedOf(32)
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1)
const list = <T>(length: number, entry: T): T[] => new Array<T>(length).fill(entry)

interface Case<Properties> {
  desc: string
  message: Properties
  ok: boolean
}

/** Runs a table: each message, encoded, decodes or is malformed. */
function table<Properties>(
  encode: (message: Properties) => Uint8Array,
  decode: (encoded: Uint8Array) => Checked<unknown>,
  cases: readonly Case<Properties>[]
): void {
  for (const { desc, message, ok } of cases) {
    it(`${ok ? 'takes' : 'refuses'} ${desc}`, () => {
      const decoded = decode(encode(message))
      assert.equal(decoded.ok ? 'ok' : decoded.code, ok ? 'ok' : 'malformed')
    })
  }
}

describe('a health statement', () => {
  const report = (changes: object) => ({ report: { incarnation: 1, ...changes } })
  const service = { name: 'db', state: 1 }
  table(
    (message: HealthStatement.$Properties) => HealthStatement.encode(message).finish(),
    decodeHealthStatement,
    [
      { desc: 'an empty report', message: report({}), ok: true },
      {
        desc: 'a full report',
        message: report({
          status: 1,
          uptimeMs: 2 ** 50,
          resources: { cpuPermille: 900, rssMb: 2, diskFreeMb: 3, loopLagMs: 4 },
          services: list(16, service),
          software: id,
          specVersion: 3,
          ledger: { size: 5, root: id },
          watchers: bytes(16 * 8),
          model: id
        }),
        ok: true
      },
      { desc: 'no kind', message: {}, ok: false },
      { desc: 'an unknown status', message: report({ status: 2 }), ok: false },
      { desc: 'an uptime beyond 2^53', message: report({ uptimeMs: 2 ** 60 }), ok: false },
      { desc: '17 services', message: report({ services: list(17, service) }), ok: false },
      {
        desc: 'a service without a name',
        message: report({ services: [{ state: 1 }] }),
        ok: false
      },
      {
        desc: 'a name of 48 bytes',
        message: report({ services: [{ name: 'ü'.repeat(24) }] }),
        ok: true
      },
      {
        desc: 'a name of 49 bytes',
        message: report({ services: [{ name: `${'ü'.repeat(24)}x` }] }),
        ok: false
      },
      {
        desc: 'a name with a line break',
        message: report({ services: [{ name: 'db\nlevel=info' }] }),
        ok: false
      },
      {
        desc: 'a name that turns the text around',
        message: report({ services: [{ name: 'db\u202e' }] }),
        ok: false
      },
      {
        desc: 'an unknown service state',
        message: report({ services: [{ name: 'db', state: 3 }] }),
        ok: false
      },
      { desc: 'a short software digest', message: report({ software: bytes(31) }), ok: false },
      { desc: 'a long model digest', message: report({ model: bytes(33) }), ok: false },
      { desc: 'a short ledger root', message: report({ ledger: { root: bytes(20) } }), ok: false },
      { desc: 'half a watcher', message: report({ watchers: bytes(12) }), ok: false },
      { desc: '17 watchers', message: report({ watchers: bytes(17 * 8) }), ok: false },
      {
        desc: 'an accusation',
        message: { accusation: { accused: id, silentMs: 5_000 } },
        ok: true
      },
      { desc: 'an accusation of nobody', message: { accusation: { silentMs: 1 } }, ok: false },
      { desc: 'a refutation', message: { refutation: { incarnation: 4 } }, ok: true },
      {
        desc: 'an uptime witness',
        message: { uptime: { member: id, epoch: 9, heardS: 10, watchedS: 10 } },
        ok: true
      },
      {
        desc: 'more heard than watched',
        message: { uptime: { member: id, heardS: 11, watchedS: 10 } },
        ok: false
      },
      { desc: 'an uptime of nobody', message: { uptime: { heardS: 1, watchedS: 1 } }, ok: false }
    ]
  )

  it('is refused as oversized beyond its limit', () => {
    assert.deepEqual(decodeHealthStatement(bytes(4_097)), { ok: false, code: 'oversized' })
  })

  it('keeps numbers as numbers', () => {
    const encoded = HealthStatement.encode(report({ uptimeMs: 2 ** 40 + 1 })).finish()
    const decoded = decodeHealthStatement(encoded)
    assert.ok(decoded.ok && decoded.value.kind === 'report')
    assert.equal(decoded.value.report.uptimeMs, 2 ** 40 + 1)
  })
})

describe('a digest statement', () => {
  const digest = (changes: object) => ({ digest: { cell: 3, members: 4, alive: 4, ...changes } })
  const down = (changes: object) => ({ down: { report: id, accusations: [id], ...changes } })
  table(
    (message: DigestStatement.$Properties) => DigestStatement.encode(message).finish(),
    encoded => decodeDigestStatement(encoded, CELLS),
    [
      {
        desc: 'a digest',
        message: digest({ epoch: 7, versions: list(4, {}), worst: id }),
        ok: true
      },
      { desc: 'the last cell', message: digest({ cell: 511 }), ok: true },
      { desc: 'a cell beyond the torus', message: digest({ cell: 512 }), ok: false },
      { desc: 'more alive than members', message: digest({ degraded: 1 }), ok: false },
      { desc: 'five versions', message: digest({ versions: list(5, {}) }), ok: false },
      { desc: 'half an id', message: digest({ worst: bytes(16) }), ok: false },
      { desc: 'an epoch beyond 2^53', message: digest({ epoch: 2 ** 55 }), ok: false },
      { desc: 'no kind', message: {}, ok: false },
      { desc: 'a notice', message: down({}), ok: true },
      { desc: 'a notice without a report', message: { down: { accusations: [id] } }, ok: false },
      { desc: 'a notice without accusations', message: { down: { report: id } }, ok: false },
      { desc: 'an empty accusation', message: down({ accusations: [bytes(0)] }), ok: false },
      { desc: '17 accusations', message: down({ accusations: list(17, id) }), ok: false },
      { desc: 'a return', message: { returned: { incarnation: 2 } }, ok: true },
      { desc: 'a leave', message: { left: { incarnation: 2 } }, ok: true }
    ]
  )
})

describe('a link frame', () => {
  const digests = (entries: object[]) => ({ digests: { digests: entries } })
  const tidings = (members: number, ranks: number[]) => ({
    tidings: { members: bytes(8 * members), ranks, answer: true }
  })
  const greeting = (changes: object) => ({
    record: id,
    datagrams: { port: 4_801, key: bytes(16), tag: 0xffff_ffff, ...changes }
  })
  table((message: LinkFrame.$Properties) => LinkFrame.encode(message).finish(), decodeLinkFrame, [
    { desc: 'a beat', message: { beat: { incarnation: 1 } }, ok: true },
    { desc: 'an empty beat', message: { beat: {} }, ok: true },
    { desc: 'a word that datagrams arrive', message: { datagramsHeard: true }, ok: true },
    { desc: 'a record with an offer', message: greeting({}), ok: true },
    { desc: 'an offer of the highest port', message: greeting({ port: 65_535 }), ok: true },
    { desc: 'an offer of no port', message: greeting({ port: 0 }), ok: false },
    { desc: 'an offer of a port beyond 65,535', message: greeting({ port: 65_536 }), ok: false },
    { desc: 'an offer with a short key', message: greeting({ key: bytes(15) }), ok: false },
    { desc: 'an offer with a long key', message: greeting({ key: bytes(17) }), ok: false },
    { desc: 'an offer without a key', message: { record: id, datagrams: { port: 1 } }, ok: false },
    { desc: 'an offer by itself', message: { datagrams: greeting({}).datagrams }, ok: false },
    { desc: 'a record', message: { record: bytes(9_000) }, ok: true },
    { desc: 'a record beyond its limit', message: { record: bytes(16 * 1_024 + 1) }, ok: false },
    { desc: 'a statement', message: { statement: bytes(900) }, ok: true },
    { desc: 'a notice', message: { notice: bytes(9_000) }, ok: true },
    { desc: 'a probe', message: { probe: { id: 1, member: id, hops: 1 } }, ok: true },
    { desc: 'a probe for nobody', message: { probe: { id: 1 } }, ok: false },
    { desc: 'an answer', message: { answer: { id: 1, heard: true } }, ok: true },
    { desc: '64 digests', message: digests(list(64, { steward: id, witness: id })), ok: true },
    { desc: 'an unwitnessed digest', message: digests([{ steward: id }]), ok: true },
    { desc: 'a digest without a steward', message: digests([{ witness: id }]), ok: false },
    { desc: '65 digests', message: digests(list(65, { steward: id })), ok: false },
    { desc: 'no digests', message: digests([]), ok: false },
    { desc: 'tidings of 64 members', message: tidings(64, list(64, 9)), ok: true },
    { desc: 'no tidings', message: { tidings: {} }, ok: true },
    { desc: 'tidings of 65 members', message: tidings(65, list(65, 9)), ok: false },
    { desc: 'tidings with a rank too many', message: tidings(1, [9, 9]), ok: false },
    { desc: 'tidings with a rank too few', message: tidings(2, [9]), ok: false },
    { desc: 'tidings beyond 2^53', message: tidings(1, [2 ** 60]), ok: false },
    { desc: 'no kind', message: {}, ok: false }
  ])

  it('with two kinds is the last of them, as in every decoder of the language', () => {
    const [beat, probe] = [{ beat: {} }, { probe: { member: id } }].map(frame =>
      LinkFrame.encode(frame).finish()
    )
    const decoded = decodeLinkFrame(Uint8Array.of(...beat!, ...probe!))
    assert.ok(decoded.ok)
    assert.equal(decoded.value.kind, 'probe')
    assert.equal(Object.hasOwn(decoded.value, 'beat'), false)
  })

  it('with a flood of empty list entries is refused before it is decoded', () => {
    const entries = 100_000
    const length = [...varint(entries * 2)]
    const flood = new Uint8Array(1 + length.length + entries * 2)
    flood.set([0x32, ...length])
    for (let at = 1 + length.length; at < flood.length; at += 2) flood[at] = 0x0a
    assert.deepEqual(decodeLinkFrame(flood), { ok: false, code: 'malformed' })
  })

  it('with groups nested without end is refused', () => {
    assert.deepEqual(decodeLinkFrame(bytes(200_000).fill(0x0b)), { ok: false, code: 'malformed' })
  })

  it('with unknown fields is taken', () => {
    const known = LinkFrame.encode({ beat: { incarnation: 3 } }).finish()
    const decoded = decodeLinkFrame(Uint8Array.of(...known, 0xa2, 0x06, 1, 42, 0xa8, 0x06, 7))
    assert.ok(decoded.ok && decoded.value.kind === 'beat')
    assert.equal(decoded.value.beat.incarnation, 3)
  })
})

function* varint(value: number): Generator<number> {
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return yield rest
    yield (rest & 0x7f) | 0x80
  }
}

describe('a lookup', () => {
  table(
    (message: FindCellRequest.$Properties) => FindCellRequest.encode(message).finish(),
    encoded => decodeFindCellRequest(encoded, CELLS),
    [
      { desc: 'a cell', message: { cell: 511 }, ok: true },
      { desc: 'a member', message: { member: id }, ok: true },
      { desc: 'a cell beyond the torus', message: { cell: 512 }, ok: false },
      { desc: 'half a member', message: { member: bytes(16) }, ok: false }
    ]
  )
  table(
    (message: FindCellResponse.$Properties) => FindCellResponse.encode(message).finish(),
    decodeFindCellResponse,
    [
      { desc: 'nothing found', message: {}, ok: true },
      { desc: '8 records', message: { records: list(8, bytes(9_000)) }, ok: true },
      { desc: '9 records', message: { records: list(9, bytes(9)) }, ok: false },
      { desc: 'an empty record', message: { records: [bytes(0)] }, ok: false }
    ]
  )
})

describe('the length of text', () => {
  it('is that of its UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, value => {
        assert.equal(utf8Length(value), Buffer.byteLength(value))
      }),
      { numRuns: 200, seed: 13 }
    )
    for (const value of ['€', '😀', '\ud800', '\udc00x', 'a\ud800']) {
      assert.equal(utf8Length(value), Buffer.byteLength(value))
    }
  })
})
