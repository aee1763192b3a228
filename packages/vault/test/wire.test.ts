import assert from 'node:assert/strict'
import { epochContext, Kind, statementBytes } from '@torusmesh/consensus'
import { cosignedMessage } from '@torusmesh/ledger'
import { Domain, Env, signingContext, utf8 } from '@torusmesh/protocol'
import fc from 'fast-check'
import { clientOf, createToken } from '../src/access.ts'
import { decode, encode } from '../src/codec/codec.ts'
import { Rate } from '../src/rate.ts'
import { peerPurposeOf, purposeOfDomain, signableOf, VOTE_KINDS } from '../src/signable.ts'
import { entries } from '../src/state/entries.ts'
import { VaultState } from '../src/state/state.ts'
import { encodeFrame, FrameReader } from '../src/wire/frames.ts'
import { REQUESTS } from '../src/wire/requests.ts'
import { testVault } from './harness.ts'

describe('what is signed', () => {
  it('is of each vote the bytes and the context that consensus verifies', () => {
    for (const kind of Object.values(VOTE_KINDS)) {
      const digest = Buffer.alloc(32, kind === 'nullify' ? 0 : 0xab)
      const epochId = Buffer.alloc(32, 0xcd)
      const vote = { type: 'vote', env: Env.beta, kind, view: 2 ** 40, epochId, digest } as const
      const id = epochId.toString('hex')
      const { bytes, context } = signableOf(vote)
      const expected = statementBytes(id, Kind[kind], 2 ** 40, digest.toString('hex'))
      assert.deepEqual(Buffer.from(bytes), Buffer.from(expected))
      assert.deepEqual(Buffer.from(context), Buffer.from(epochContext(Env.beta, id)))
    }
  })

  it('is of a checkpoint what a ledger’s verifiers expect', () => {
    const root = Buffer.alloc(32, 5)
    const head = { cosigner: 'mesh/key', origin: 'mesh/log', size: 77, root, timestamp: 1_700_000 }
    const subtree = {
      origin: 'mesh/log',
      start: 0,
      end: 77,
      root: root.toString('latin1'),
      timestamp: 1_700_000
    }
    const { bytes, context } = signableOf({ type: 'checkpoint', ...head })
    assert.deepEqual(Buffer.from(bytes), cosignedMessage('mesh/key', subtree as never))
    assert.equal(context.length, 0)
  })

  it('has for plain statements the context of its domain, so that no message is a vote', () => {
    const message = Buffer.from(statementBytes('ab'.repeat(32), Kind.finalize, 1, 'cd'.repeat(32)))
    const plain = signableOf({ type: 'message', purpose: 'vote-envelope', env: Env.dev, message })
    assert.deepEqual(plain.context, signingContext(Domain.vote, Env.dev))
    assert.notDeepEqual(plain.context, epochContext(Env.dev, 'ab'.repeat(32)))
    assert.equal(purposeOfDomain(Domain.checkpoint), undefined)
  })

  it('is of a libp2p key nothing but what libp2p signs', () => {
    const noise = Buffer.concat([utf8('noise-libp2p-static-key:'), Buffer.alloc(32)])
    assert.equal(peerPurposeOf(noise, Env.dev), 'peer-noise')
    assert.equal(peerPurposeOf(Buffer.from('pay me'), Env.dev), undefined)
    const odd = { type: 'message', purpose: 'peer-tls', env: Env.dev, message: noise } as const
    assert.throws(() => signableOf(odd), { code: 'BAD_REQUEST' })
  })
})

describe('the wire', () => {
  it('takes any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        for (const { request, answer } of Object.values(REQUESTS)) {
          decode<unknown>(request as never, bytes)
          decode<unknown>(answer as never, bytes)
        }
        decode(entries, bytes)
      })
    )
  })

  it('brings a request over whole, and refuses one with a byte more or less', () => {
    const statement = {
      type: 'message',
      purpose: 'health',
      env: 0,
      message: Buffer.of(1, 2)
    } as const
    const bytes = encode(REQUESTS.sign.request, { key: 'report', statement })
    assert.deepEqual(decode(REQUESTS.sign.request, bytes), { key: 'report', statement })
    assert.equal(decode(REQUESTS.sign.request, bytes.subarray(1)), undefined)
    assert.equal(decode(REQUESTS.sign.request, Buffer.concat([bytes, Buffer.of(0)])), undefined)
  })

  it('cuts a stream into frames wherever it is broken', () => {
    const sent = [1, 2, 3].map(id => encodeFrame(id, 4, Buffer.alloc(id * 5, id)))
    const stream = Buffer.concat(sent)
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), cuts => {
        const reader = new FrameReader()
        const ends = [...cuts.toSorted((a, b) => a - b), stream.length]
        const frames = ends.flatMap(
          (end, i) => reader.push(stream.subarray(ends[i - 1] ?? 0, end), 100)!
        )
        assert.deepEqual(
          frames.map(({ id, body }) => [id, body.length]),
          [1, 2, 3].map(id => [id, id * 5])
        )
      })
    )
  })

  it('hangs up on a frame that is too long, before it has come', () => {
    assert.equal(
      new FrameReader().push(encodeFrame(1, 4, Buffer.alloc(101)).subarray(0, 4), 100),
      undefined
    )
  })
})

describe('a vault’s state', () => {
  it('comes out of its snapshot as it went in', async () => {
    const { vault, admin, disk } = await testVault()
    await vault.createKey(admin, { id: 'vote', suite: 'ml-dsa-44', purposes: ['consensus-vote'] })
    const voter = { ...admin, grants: [{ key: 'vote', purposes: ['consensus-vote'] as const }] }
    const [epochId, digest] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    for (let view = 1; view < 100; view++) {
      await vault.sign(voter, 'vote', {
        type: 'vote',
        env: 0,
        kind: 'finalize',
        view,
        epochId,
        digest
      })
    }
    const state = await stateOf(disk)
    const again = new VaultState()
    const snapshot = [...state.snapshot()]
    for (const entry of decode(entries, encode(entries, snapshot))!) again.apply(entry, 0)
    assert.deepEqual([...again.snapshot()], snapshot)
  })
})

describe('tokens and rates', () => {
  it('let in whoever has the token, and nobody with another secret or name', () => {
    const { token, tokenHash } = createToken('a.b')
    const clients = new Map([['a.b', { name: 'a.b', tokenHash, rights: [], grants: [] }]])
    assert.equal(clientOf(clients, token)?.name, 'a.b')
    assert.equal(clientOf(clients, createToken('a.b').token), undefined)
    for (const text of ['', '.', token.slice(4), token.replace('a.b', 'a.c'), `x${token}`]) {
      assert.equal(clientOf(clients, text), undefined)
    }
  })

  it('give no use for a clock that jumps back', () => {
    const rate = new Rate(1, 10_000)
    assert.deepEqual(
      [rate.take(10_000), rate.take(10_000), rate.take(0), rate.take(1_000)],
      [true, true, false, true]
    )
  })
})

async function stateOf(disk: Parameters<typeof import('../src/store/load.ts').load>[0]) {
  const { load } = await import('../src/store/load.ts')
  return (await load(disk, 'vault', undefined)).state
}
