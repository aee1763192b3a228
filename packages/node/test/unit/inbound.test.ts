import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  Env,
  policyOf,
  type RejectCode,
  type StatementInit,
  Subject,
  SuiteId,
  sealEnvelope,
  type Verdict,
  verdictOf
} from '@torusmesh/protocol'
import { createAttestor, createVerifier, nativeSuites } from '@torusmesh/protocol/native'
import fc from 'fast-check'
import { Inbound } from '../../src/inbound/inbound.ts'
import { createNodeMetrics } from '../../src/metrics/index.ts'
import { memberOf } from '../../src/overlay/admission.ts'
import { Directory } from '../../src/overlay/directory.ts'
import { openHealthPayload } from '../../src/runtime/payloads.ts'
import { fakeContext } from './support/node-fakes.ts'
import {
  accusation,
  cellDigest,
  forgedTwin,
  left,
  refutation,
  report,
  returned,
  seal,
  uptime
} from './support/statements.ts'
import { told } from './support/told.ts'
import { type Actor, actorAt, fullWorld, mockVerifier, NETWORK, NOW_MS } from './support/world.ts'

const FROM = '12D3KooWrelay'
const world = fullWorld([2, 2, 2])
const sender = world.actors[1]!
/** Opposite of the sender's cell: nobody it may watch. */
const far = world.members[6]!

interface Arrival {
  readonly bytes: Uint8Array
  /** Of the topic; those of cell scope have a cell. */
  readonly subject?: Subject
  readonly cell?: number
}

const sealed = (given: Partial<StatementInit>, actor: Actor = sender): Uint8Array =>
  seal(actor, given)
const { maxBytes, lifetimeMs } = policyOf(Subject.health)

const hostile: { desc: string; arrival: Arrival; code: RejectCode; env?: Env }[] = [
  { desc: 'garbage', arrival: { bytes: Buffer.from('not an envelope') }, code: 'malformed' },
  { desc: 'no bytes', arrival: { bytes: new Uint8Array(0) }, code: 'malformed' },
  {
    desc: 'an oversized message',
    arrival: { bytes: Buffer.alloc(maxBytes + 1) },
    code: 'oversized'
  },
  {
    desc: 'a truncated envelope',
    arrival: { bytes: seal(sender).subarray(0, -9) },
    code: 'malformed'
  },
  {
    desc: 'an envelope with bytes after its end',
    arrival: { bytes: Buffer.concat([seal(sender), Buffer.of(0)]) },
    code: 'malformed'
  },
  {
    desc: 'an expired statement',
    arrival: { bytes: sealed({ issuedMs: NOW_MS - 9, expiresMs: NOW_MS }) },
    code: 'expired'
  },
  {
    desc: 'a statement of the future',
    arrival: { bytes: sealed({ issuedMs: NOW_MS + 5_001, expiresMs: NOW_MS + 9_000 }) },
    code: 'issued-in-future'
  },
  {
    desc: 'a statement that counts for too long',
    arrival: { bytes: sealed({ expiresMs: NOW_MS + lifetimeMs + 1 }) },
    code: 'lifetime-too-long'
  },
  {
    desc: 'a forged signature',
    arrival: { bytes: forgedTwin(seal(sender)) },
    code: 'bad-signature'
  },
  {
    desc: 'a statement in the name of another member',
    arrival: { bytes: sealed({ sender: world.members[1]!.id }, world.actors[2]!) },
    code: 'bad-signature'
  },
  {
    desc: 'a statement of another mesh',
    arrival: { bytes: sealed({ network: 'demo-fedcba9876543210' }) },
    code: 'foreign-network'
  },
  {
    desc: 'a statement of another environment',
    arrival: { bytes: sealed({ env: Env.beta }) },
    code: 'foreign-env'
  },
  {
    desc: 'a report on the topic of another cell',
    arrival: { bytes: sealed({}), cell: 2 },
    code: 'wrong-cell'
  },
  {
    desc: 'a mock signature in mainnet',
    arrival: { bytes: sealed({ env: Env.mainnet }) },
    env: Env.mainnet,
    code: 'suite-not-allowed'
  },
  {
    desc: 'a mock signature in beta',
    arrival: { bytes: sealed({ env: Env.beta }) },
    env: Env.beta,
    code: 'suite-not-allowed'
  },
  { desc: 'an unknown sender', arrival: { bytes: seal(actorAt(70, 1)) }, code: 'unknown-sender' },
  {
    desc: 'a digest on a topic of health',
    arrival: { bytes: sealed({ subject: Subject.digest, payload: left(1) }) },
    code: 'wrong-subject'
  },
  {
    desc: 'a report on the topic of digests',
    arrival: { bytes: seal(sender), subject: Subject.digest },
    code: 'wrong-subject'
  },
  {
    desc: 'a payload of garbage',
    arrival: { bytes: sealed({ payload: Buffer.from('garbage') }) },
    code: 'malformed'
  },
  {
    desc: 'a bare digest where witnessed ones belong on links',
    arrival: {
      bytes: sealed({ subject: Subject.digest, payload: cellDigest(1) }),
      subject: Subject.digest
    },
    code: 'wrong-payload'
  },
  {
    desc: 'an accusation by somebody who is no watcher',
    arrival: { bytes: sealed({ payload: accusation(far) }) },
    code: 'not-watcher'
  },
  {
    desc: 'an accusation of oneself',
    arrival: { bytes: sealed({ payload: accusation(sender.member) }) },
    code: 'not-watcher'
  },
  {
    desc: 'an accusation of nobody known',
    arrival: { bytes: sealed({ payload: accusation(actorAt(70, 1).member) }) },
    code: 'unknown-sender'
  },
  {
    desc: 'uptime witnessed by somebody who is no watcher',
    arrival: { bytes: sealed({ payload: uptime(far) }), cell: far.cell },
    code: 'not-watcher'
  },
  {
    desc: 'uptime on the topic of another cell',
    arrival: { bytes: sealed({ payload: uptime(world.members[0]!) }), cell: 1 },
    code: 'wrong-cell'
  }
]

/** A node, and its answer to each message that arrives. */
function receiver(env: Env = Env.dev) {
  const fake = fakeContext({ world, env })
  const { statements, calls } = told(fake)
  const arrive = async ({ bytes, subject, cell }: Arrival): Promise<Verdict> => {
    const topic = subject ?? Subject.health
    const verdict = await statements.gossiped(
      topic,
      topic === Subject.health ? (cell ?? sender.member.cell) : undefined,
      bytes,
      FROM
    )
    await fake.idle()
    return verdict
  }
  return { fake, calls, arrive }
}

describe('inbound: what is dropped', () => {
  for (const { desc, arrival, code, env } of hostile) {
    it(`${desc} is dropped as ${code}: counted, not written down, told to nobody`, async () => {
      const { fake, calls, arrive } = receiver(env)
      assert.equal(await arrive(arrival), verdictOf(code))
      assert.deepEqual(fake.rejected, [{ code, from: FROM }])
      assert.deepEqual([fake.journal, calls, fake.failures], [[], [], []])
    })
  }

  it('a statement that comes again is dropped as replayed', async () => {
    const { fake, calls, arrive } = receiver()
    const bytes = seal(sender)
    assert.equal(await arrive({ bytes }), 'accept')
    assert.equal(await arrive({ bytes }), 'ignore')
    assert.deepEqual(fake.rejected, [{ code: 'replayed', from: FROM }])
    assert.equal(fake.journal.length, 1)
    assert.equal(calls.length, 1)
  })

  it('of two copies verified side by side only one counts', async () => {
    const { fake, calls, arrive } = receiver()
    const bytes = seal(sender)
    const verdicts = await Promise.all([arrive({ bytes }), arrive({ bytes: bytes.slice() })])
    assert.deepEqual(verdicts.sort(), ['accept', 'ignore'])
    assert.equal(fake.journal.length, 1)
    assert.equal(calls.length, 1)
  })

  it('a forged twin does not keep the true statement out', async () => {
    const { fake, arrive } = receiver()
    const bytes = seal(sender)
    const twin = forgedTwin(bytes)
    const twins = [{ bytes: twin }, { bytes }, { bytes: twin }]
    const verdicts: Verdict[] = []
    for (const arrival of twins) verdicts.push(await arrive(arrival))
    assert.deepEqual(verdicts, ['reject', 'accept', 'ignore'])
    assert.deepEqual(
      fake.journal.map(({ value }) => value),
      [bytes]
    )
  })

  it('a subject that means nothing yet is refused', async () => {
    const { arrive } = receiver()
    assert.equal(await arrive({ bytes: seal(sender), subject: Subject.vote }), 'reject')
  })

  it('whoever passed on a statement of an unknown sender is asked for its record', async () => {
    const { fake, arrive } = receiver()
    await arrive({ bytes: seal(actorAt(70, 1)) })
    assert.deepEqual(fake.unknown, [FROM])
  })

  it('while the verifier is full, statements wait for another copy', async () => {
    const rejected: RejectCode[] = []
    const inbound = new Inbound({
      ...{ network: NETWORK, env: Env.dev, directory: world.directory, wallMs: () => NOW_MS },
      metrics: createNodeMetrics().inbound,
      verifier: { ...mockVerifier, canAcceptWork: () => false },
      onReject: code => rejected.push(code),
      onUnknownSender: () => assert.fail('the sender is known')
    })
    const checks = { decode: openHealthPayload, check: () => undefined }
    const received = await inbound.receive(seal(sender), Subject.health, FROM, checks)
    assert.deepEqual(received, { ok: false, code: 'queue-full' })
    assert.deepEqual(rejected, ['queue-full'])
  })

  it('no random bytes pass, and none throw', async () => {
    const { fake, arrive } = receiver()
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async bytes => {
      assert.notEqual(await arrive({ bytes }), 'accept')
    })
    await fc.assert(property, { seed: 11, numRuns: 300 })
    assert.deepEqual([fake.journal, fake.failures], [[], []])
  })

  it('no envelope with a bit changed passes, and none throws', async () => {
    const { fake, arrive } = receiver()
    const property = fc.asyncProperty(fc.nat(), fc.nat(7), async (at, bit) => {
      const bytes = seal(sender)
      bytes[at % bytes.length]! ^= 1 << bit
      assert.notEqual(await arrive({ bytes }), 'accept')
    })
    await fc.assert(property, { seed: 12, numRuns: 400 })
    assert.deepEqual([fake.journal, fake.failures], [[], []])
  })
})

describe('inbound: what passes', () => {
  const accepted: { desc: string; arrival: Arrival; part: string }[] = [
    { desc: 'a report', arrival: { bytes: sealed({ payload: report() }) }, part: 'report' },
    {
      desc: 'an accusation of this node by a neighbour',
      arrival: { bytes: sealed({ payload: accusation(world.members[0]!) }) },
      part: 'accused self'
    },
    {
      desc: 'a refutation',
      arrival: { bytes: sealed({ payload: refutation(2) }) },
      part: 'refuted'
    },
    {
      desc: 'uptime witnessed by a neighbour',
      arrival: { bytes: sealed({ payload: uptime(world.members[0]!) }), cell: 0 },
      part: 'uptime'
    },
    {
      desc: 'a farewell',
      arrival: {
        bytes: sealed({ subject: Subject.digest, payload: left(5) }),
        subject: Subject.digest
      },
      part: 'left'
    },
    {
      desc: 'a return',
      arrival: {
        bytes: sealed({ subject: Subject.digest, payload: returned(6) }),
        subject: Subject.digest
      },
      part: 'refuted'
    }
  ]
  for (const { desc, arrival, part } of accepted) {
    it(`${desc} is in the ledger before anything acts on it`, async () => {
      const { fake, calls, arrive } = receiver()
      assert.equal(await arrive(arrival), 'accept')
      assert.deepEqual(
        calls.map(call => call.part),
        [part]
      )
      assert.ok(calls[0]!.journalled >= 1)
      assert.deepEqual(fake.journal[0]!.value, arrival.bytes)
      assert.deepEqual(fake.journal[0]!.actor, sender.member.id)
    })
  }
})

describe('inbound with real keys', () => {
  it('a Falcon signature passes, its forged twin does not', async () => {
    const native = await nativeSuites()
    const keys = native.suites.get(SuiteId.falcon512)!.keygen(new Uint8Array(randomBytes(48)))
    const identity = native.suites.get(SuiteId.mlDsa65)!.keygen(new Uint8Array(32).fill(9))
    const member = memberOf(
      { identity: identity.publicKey, report: keys.publicKey, peer: new Uint8Array(32).fill(7) },
      1
    )
    const none = { byKey: new Map(), byPeer: new Map(), byShortId: new Map(), byCell: [] }
    const directory = new Directory(world.torus, none, member, new Map())
    const rejected: RejectCode[] = []
    const inbound = new Inbound({
      ...{ network: NETWORK, env: Env.mainnet, directory, wallMs: () => NOW_MS },
      metrics: createNodeMetrics().inbound,
      verifier: createVerifier({ native }),
      onReject: code => rejected.push(code),
      onUnknownSender: () => assert.fail('the sender is known')
    })
    const bytes = await sealEnvelope(
      {
        ...{ network: NETWORK, env: Env.mainnet, subject: Subject.health, sender: member.id },
        ...{ sequence: 1, issuedMs: NOW_MS, expiresMs: NOW_MS + 1_000, payload: report() }
      },
      createAttestor(SuiteId.falcon512, keys)
    )
    const checks = { decode: openHealthPayload, check: () => undefined }
    const receive = (given: Uint8Array) => inbound.receive(given, Subject.health, FROM, checks)
    assert.equal((await receive(forgedTwin(bytes))).ok, false)
    assert.equal((await receive(bytes)).ok, true)
    assert.deepEqual(rejected, ['bad-signature'])
  })
})
