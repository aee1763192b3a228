import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { epochContext, Kind, statementBytes } from '@torusmesh/consensus'
import { cosignedMessage } from '@torusmesh/ledger'
import { Domain, Env } from '@torusmesh/protocol'
import { type AttestationPool, createAttestationPool } from '@torusmesh/protocol/native'
import { Home } from '../../src/identity/home.ts'
import { connectHomeVault, createHomeVault } from '../../src/identity/home-vault.ts'
import { type OpenedSigners, openSigners } from '../../src/identity/open-signers.ts'
import { isWatchOnly } from '../../src/identity/voice.ts'

const PASSPHRASE = 'correct horse'
const passphrase = async (): Promise<Uint8Array> => Buffer.from(PASSPHRASE)
const [EPOCH, ONE, OTHER] = ['1', '2', '3'].map(digit => digit.repeat(64)) as [
  string,
  string,
  string
]

describe('signers of a home with a vault', function () {
  this.timeout(30_000)
  let home: Home
  let pool: AttestationPool
  let opened: OpenedSigners

  before(async () => {
    home = new Home(await mkdtemp(join(tmpdir(), 'signers-')))
    pool = createAttestationPool({ threads: 1 })
    await createHomeVault(home, { passphrase: await passphrase() })
    opened = await openSigners({ home, env: Env.dev, pool, passphrase })
  })

  after(async () => {
    await opened.close()
    await pool.close()
    await rm(home.path, { recursive: true })
  })

  function isSignedBy(publicKey: Uint8Array, suite: string, message: Uint8Array): typeof check {
    const key = createPublicKey({
      key: publicKey as Buffer,
      format: 'raw-public',
      asymmetricKeyType: suite as 'ml-dsa-65'
    })
    const check = (signature: Uint8Array, context?: Uint8Array): boolean =>
      verify(null, message, context === undefined ? key : { key, context }, signature)
    return check
  }

  it('keep no secret in the home but the vault’s', async () => {
    assert.deepEqual((await readdir(home.path)).toSorted(), [
      'ballots.secret',
      'vault',
      'vault-admin.token',
      'vault-node.token',
      'vault.json'
    ])
    assert.throws(() => opened.signers.peer.raw, /in a vault/)
    await assert.rejects(home.secrets(), { code: 'HOME_MISSING' })
    assert.deepEqual((await home.memberKeys()).keys, opened.signers.keys)
  })

  it('sign the council’s votes, and none that contradicts one', async () => {
    const { signers } = opened
    const context = epochContext(Env.dev, EPOCH)
    const vote = statementBytes(EPOCH, Kind.notarize, 1, ONE)
    const signature = await signers.signBallot(vote, context)
    assert.ok(isSignedBy(signers.keys.identity, 'ml-dsa-65', vote)(signature, context))
    const contradiction = statementBytes(EPOCH, Kind.notarize, 1, OTHER)
    await assert.rejects(Promise.resolve(signers.signBallot(contradiction, context)), {
      code: 'VOTE_CONFLICT'
    })
    const approval = statementBytes(EPOCH, Kind.approval, 1, ONE)
    const word = await signers.signBallot(approval, context)
    assert.ok(isSignedBy(signers.keys.identity, 'ml-dsa-65', approval)(word, context))
  })

  it('sign the ledger’s checkpoints, libp2p’s handshakes and reports', async () => {
    const { signers } = opened
    const tree = { origin: 'log', start: 0, end: 7, root: '\u0001'.repeat(32), timestamp: 9 }
    const message = cosignedMessage('log', tree)
    const check = isSignedBy(signers.checkpoint, 'ml-dsa-44', message)
    assert.ok(check(await signers.signCheckpoint(message)))
    const handshake = Buffer.from('noise-libp2p-static-key:and a key')
    const signature = await signers.peer.sign(handshake)
    assert.ok(await signers.peer.publicKey.verify(handshake, signature))
    assert.ok((await signers.report.signAttestation(message, Domain.health, Env.dev)).length > 0)
    await assert.rejects(Promise.resolve(signers.peer.sign(Buffer.from('a contract'))), {
      code: 'BAD_REQUEST'
    })
  })

  it('say nothing while the vault is locked', async () => {
    const { signers } = opened
    const changes: boolean[] = []
    const stop = signers.voice.onChange(isOpen => changes.push(isOpen))
    const admin = await connectHomeVault(home, 'admin')
    await admin.ask('lock', {})
    const say = (): Promise<Uint8Array> =>
      signers.identity.signAttestation(Buffer.of(1), Domain.governance, Env.dev)
    for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(say(), isWatchOnly)
    assert.equal(signers.voice.isOpen, false)
    await admin.ask('unlock', { passphrase: await passphrase() })
    await new Promise<void>(resolve => {
      signers.voice.onChange(isOpen => isOpen && resolve())
    })
    assert.ok((await say()).length > 0)
    assert.deepEqual(changes, [false, true])
    stop()
    admin.close()
  })
})
