import assert from 'node:assert/strict'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { epochContext, Kind, statementBytes } from '@torusmesh/consensus'
import { cosignedMessage } from '@torusmesh/ledger'
import { Env, SuiteId } from '@torusmesh/protocol'
import { generateKeyPair } from '@torusmesh/protocol/native'
import fc from 'fast-check'
import { SecretBytes } from '../src/secret/secret-bytes.ts'
import { nodeKeys } from '../src/secret/signer.ts'
import { ballotOf, checkpointOf, signableOf } from '../src/signable.ts'
import { clientFor, passphrase, testVault } from './harness.ts'

const NO_CONTEXT = new Uint8Array(0)

describe('a key of the expanded form', () => {
  for (const [name, suite] of [
    ['ml-dsa-44', SuiteId.mlDsa44],
    ['ml-dsa-65', SuiteId.mlDsa65],
    ['falcon-512', SuiteId.falcon512]
  ] as const) {
    it(`signs in the vault as it did outside: ${name}`, async () => {
      const { publicKey, secretKey } = await generateKeyPair(suite)
      const given = secretKey.slice()
      const made = await nodeKeys.adoptExpanded(name, SecretBytes.take(given), publicKey)
      assert.ok(given.every(byte => byte === 0))
      assert.deepEqual([made.form, made.publicKey], ['expanded', publicKey])
      const signer = nodeKeys.signer(
        { form: made.form, suite: name } as Parameters<typeof nodeKeys.signer>[0],
        made.secret
      )
      const signature = await signer.sign({ bytes: Uint8Array.of(1), context: NO_CONTEXT })
      if (suite === SuiteId.falcon512) return
      const key = createPublicKey({
        key: publicKey as Buffer,
        format: 'raw-public',
        asymmetricKeyType: name as 'ml-dsa-44'
      })
      assert.ok(verify(null, Uint8Array.of(1), key, signature))
    })

    it(`is refused with another's public half, or cut short: ${name}`, async () => {
      const [one, other] = await Promise.all([generateKeyPair(suite), generateKeyPair(suite)])
      const adopt = (secretKey: Uint8Array): Promise<unknown> =>
        nodeKeys.adoptExpanded(name, SecretBytes.take(secretKey), other.publicKey)
      await assert.rejects(adopt(one.secretKey.slice()), { code: 'BAD_REQUEST' })
      await assert.rejects(adopt(other.secretKey.slice(0, -1)), { code: 'BAD_REQUEST' })
    })
  }
})

describe('what consensus and the ledger have built', () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

  it('is taken apart into the fields that the vault builds it from, and into nothing else', () => {
    const kinds = fc.constantFrom(...Object.values(Kind))
    fc.assert(
      fc.property(kinds, digest, digest, fc.nat(2), (kind, epochId, about, view) => {
        const digests = kind === Kind.nullify ? new Uint8Array(32) : about
        const bytes = statementBytes(hex(epochId), kind, view, hex(digests))
        const context = epochContext(Env.dev, hex(epochId))
        const ballot = ballotOf(bytes, context, Env.dev)
        assert.equal(ballotOf(bytes, context, Env.beta), undefined)
        assert.equal(ballotOf(bytes.subarray(1), context, Env.dev), undefined)
        if (kind === Kind.approval && view > 1) return assert.equal(ballot, undefined)
        const again = signableOf(ballot!)
        assert.deepEqual([hex(again.bytes), hex(again.context)], [hex(bytes), hex(context)])
      })
    )
  })

  it('is of a checkpoint its size and root, and nothing for any other bytes', () => {
    const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
    fc.assert(
      fc.property(text, text, fc.nat(), digest, fc.nat(), (cosigner, origin, size, root, at) => {
        const tree = { origin, start: 0, end: size, root: Buffer.from(root).toString('latin1') }
        const message = cosignedMessage(cosigner, { ...tree, timestamp: at })
        const parsed = checkpointOf(message)
        assert.deepEqual(Buffer.from(signableOf(parsed!).bytes), message)
        const part = cosignedMessage(cosigner, { ...tree, start: 1, end: size + 1, timestamp: 0 })
        assert.equal(checkpointOf(part), undefined)
      })
    )
    for (let length = 0; length < 200; length++) {
      assert.equal(checkpointOf(randomBytes(length)), undefined)
    }
  })
})

describe('a key that votes no more', () => {
  it('goes on with all else', async () => {
    const made = await testVault()
    const purposes = ['consensus-vote', 'node-record'] as const
    await made.vault.createKey(made.admin, { id: 'id', suite: 'ml-dsa-65', purposes })
    const client = await clientFor(made, 'node', [{ key: 'id', purposes }])
    const file = await made.vault.backup(made.admin)
    await made.vault.restore(file, passphrase())
    await made.vault.unlock(passphrase())
    const id = Buffer.alloc(32, 1)
    const vote = {
      type: 'vote',
      env: 0,
      epochId: id,
      kind: 'notarize',
      view: 1,
      digest: id
    } as const
    await assert.rejects(made.vault.sign(client, 'id', vote), { code: 'KEY_RETIRED' })
    const record = { type: 'message', purpose: 'node-record', env: 0, message: id } as const
    assert.ok((await made.vault.sign(client, 'id', record)).signature.length > 0)
  })
})
