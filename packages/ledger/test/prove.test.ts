import assert from 'node:assert/strict'
import fc from 'fast-check'
import { hashOf } from '../src/head.ts'
import {
  createMemoryStore,
  encodeEvent,
  formatTlogProof,
  type InclusionProof,
  type Ledger,
  ProofFault,
  parseTlogProof,
  signCheckpoint,
  verifyConsistencyProof,
  verifyProof
} from '../src/index.ts'
import { createCosigner, ORIGIN } from './support/cosigner.ts'
import { collect, cosigner, growTo, openTest } from './support/log.ts'
import { treeHash } from './support/reference.ts'

const SIGNED = 1_300
const SIZE = 1_390

describe('proof', () => {
  let ledger: Ledger
  let leaves: Uint8Array[]

  before(async () => {
    ledger = await openTest(createMemoryStore())
    await growTo(ledger, SIGNED)
    await ledger.checkpoint()
    await growTo(ledger, SIZE)
    leaves = (await collect(ledger.read())).map(encodeEvent)
  })

  it('of any event verifies offline, as JSON and as C2SP tlog-proof', async () => {
    const property = fc.asyncProperty(fc.nat(SIGNED - 1), async seq => {
      const proof = await ledger.prove(seq)
      const verdict = verifyProof(JSON.parse(JSON.stringify(proof)), cosigner)
      assert.ok(verdict.ok)
      assert.deepEqual(encodeEvent(verdict.event), leaves[seq])
      assert.deepEqual(Buffer.from(verdict.checkpoint.root), treeHash(leaves.slice(0, SIGNED)))
      assert.deepEqual(parseTlogProof(formatTlogProof(proof)), proof)
    })
    await fc.assert(property, { numRuns: 12, seed: 14 })
  })

  it('is refused for events that no checkpoint holds', async () => {
    for (const seq of [SIGNED, SIZE, -1, 0.5, Number.NaN]) {
      await assert.rejects(ledger.prove(seq), { code: 'LEDGER_UNPROVEN' })
    }
    await assert.rejects((await openTest(createMemoryStore())).prove(0), {
      code: 'LEDGER_UNPROVEN'
    })
  })

  it('is not accepted with anything changed', async () => {
    const proof = await ledger.prove(700)
    const code = (changed: object, key = cosigner, origin?: string): string => {
      const verdict = verifyProof({ ...proof, ...changed } as InclusionProof, key, origin)
      return verdict.ok ? 'accepted' : verdict.code
    }
    const other = await ledger.prove(701)
    const forged = await signCheckpoint(
      createCosigner(5),
      { origin: ORIGIN, size: SIGNED, root: hashOf(Buffer.alloc(32)) },
      1
    )
    assert.equal(code({}), 'accepted')
    assert.equal(code({ seq: 701 }), ProofFault.otherSeq)
    assert.equal(code({ event: other.event }), ProofFault.otherSeq)
    assert.equal(code({ event: other.event, seq: 701 }), ProofFault.notIncluded)
    assert.equal(code({ event: 'AAAA' }), ProofFault.malformedEvent)
    assert.equal(code({ path: proof.path.slice(1) }), ProofFault.notIncluded)
    assert.equal(code({ path: [...proof.path, proof.path[0]] }), ProofFault.notIncluded)
    assert.equal(code({ checkpoint: forged.note }), 'no-known-signature')
    assert.equal(
      code({ checkpoint: proof.checkpoint.replace('1300', '1301') }),
      'signature-invalid'
    )
    assert.equal(code({}, createCosigner(5)), 'no-known-signature')
    assert.equal(code({}, cosigner, 'log.example/other'), 'other-origin')
  })

  it('is not accepted when it is no proof', () => {
    const junk: unknown[] = [null, undefined, 1, 'x', {}, { format: 'torusmesh/ledger-proof/v1' }]
    for (const path of [
      undefined,
      'x',
      [1],
      ['AA=='],
      Array(65).fill(Buffer.alloc(32).toString('base64'))
    ]) {
      junk.push({ format: 'torusmesh/ledger-proof/v1', seq: 0, event: '', path, checkpoint: '' })
    }
    for (const proof of junk) {
      assert.deepEqual(verifyProof(proof as InclusionProof, cosigner), {
        ok: false,
        code: ProofFault.malformedProof
      })
    }
    for (const text of ['', 'c2sp.org/tlog-proof@v1\n\n', 'x\n\ny'])
      assert.equal(parseTlogProof(text), undefined)
  })

  it('shows that a tree is a prefix of another', async () => {
    const property = fc.asyncProperty(fc.nat(SIGNED), fc.nat(SIGNED), async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const at = (size: number): { size: number; root: Buffer } => ({
        size,
        root: treeHash(leaves.slice(0, size))
      })
      const proof = await ledger.consistency(from, to)
      assert.ok(verifyConsistencyProof(proof, at(from), at(to)))
      assert.deepEqual(
        [proof.fromRoot, proof.toRoot],
        [from, to].map(size => at(size).root.toString('base64'))
      )
      const other = { size: to, root: Buffer.alloc(32) }
      assert.equal(verifyConsistencyProof(proof, at(from), other), from === 0 && to > 0)
    })
    await fc.assert(property, { numRuns: 15, seed: 15 })
    await assert.rejects(ledger.consistency(5, SIGNED + 1), { code: 'LEDGER_UNPROVEN' })
    await assert.rejects(ledger.consistency(5, 4), { code: 'LEDGER_UNPROVEN' })
  })
})

describe('C2SP resources', () => {
  it('give back the leaf hashes and entries of a checkpoint', async () => {
    const ledger = await openTest(createMemoryStore())
    await growTo(ledger, 600)
    await ledger.checkpoint()
    await growTo(ledger, 640)
    const leaves = (await collect(ledger.read())).map(event => Buffer.from(encodeEvent(event)))
    const entries = Buffer.from((await ledger.entries(2, 88))!)
    const framed = leaves
      .slice(512, 600)
      .map(leaf => Buffer.concat([Buffer.of(leaf.length >> 8, leaf.length & 255), leaf]))
    assert.deepEqual(entries, Buffer.concat(framed))
    const tile = Buffer.from((await ledger.tile(0, 2, 88))!)
    assert.deepEqual(tile, Buffer.concat(leaves.slice(512, 600).map(leaf => treeHash([leaf]))))
    const above = Buffer.from((await ledger.tile(1, 0, 2))!)
    assert.deepEqual(
      above,
      Buffer.concat([treeHash(leaves.slice(0, 256)), treeHash(leaves.slice(256, 512))])
    )
    assert.equal((await ledger.tile(0, 1))?.length, 8_192)
    assert.equal(await ledger.tile(0, 2, 89), undefined)
    assert.equal(await ledger.entries(2, 256), undefined)
    assert.equal(await ledger.tile(5, 0, 1), undefined)
  })
})
