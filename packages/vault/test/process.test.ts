import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Domain, Env, portableSuites, SuiteId, suiteOf } from '@torusmesh/protocol'
import { nativeSuites } from '@torusmesh/protocol/native'
import {
  auditStream,
  createVaultClient,
  createVaultSigner,
  initVaultFolder,
  startVault,
  type VaultClient,
  type VaultProcess,
  WEAKEST_KDF
} from '../src/index.ts'
import { countIn } from '../src/testing/index.ts'

const PASSPHRASE = 'correct horse'

describe('the vault’s process', () => {
  let folder: string
  let token: string
  let vault: VaultProcess
  const clients: VaultClient[] = []

  function clientOf(ownToken: string): VaultClient {
    const client = createVaultClient({ socketPath: join(folder, 'socket'), token: ownToken })
    clients.push(client)
    return client
  }

  async function admit(name: string, key: string): Promise<VaultClient> {
    const grants = [{ key, purposes: ['node-record', 'consensus-vote'] }] as const
    const { token: own } = await clientOf(token).ask('allow', { name, rights: ['sign'], grants })
    return clientOf(own!)
  }

  const unlock = (): Promise<unknown> =>
    clientOf(token).ask('unlock', { passphrase: Buffer.from(PASSPHRASE) })

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vault-'))
    token = await initVaultFolder(folder, Buffer.from(PASSPHRASE), WEAKEST_KDF)
    vault = await startVault({ folder, network: 'shared' })
    await unlock()
    const admin = clientOf(token)
    await admin.ask('createKey', { id: 'identity', suite: 'ml-dsa-65', purposes: ['node-record'] })
  })

  after(async () => {
    for (const client of clients) client.close()
    await vault.stop()
    rmSync(folder, { recursive: true })
  })

  it('signs in the place of a key in memory, on a socket for its owner alone', async () => {
    const signer = await createVaultSigner(await admit('node', 'identity'), 'identity')
    const message = Buffer.from('a node record')
    const signature = await signer.signAttestation(message, Domain.nodeRecord, Env.dev)
    const { mlDsa65 } = await nativeSuites()
    const context = Buffer.from('torusmesh/v1/node-record@dev')
    assert.ok(mlDsa65.verify(signer.publicKey, message, signature, context))
    assert.equal(statSync(vault.socketPath).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
  })

  it('may read and write its folder alone', () => {
    const args = readFileSync(`/proc/${vault.pid}/cmdline`, 'latin1').split('\0')
    assert.ok(args.includes('--permission'))
    assert.deepEqual(
      args.filter(arg => arg.startsWith('--allow-')).filter(arg => !arg.includes('fs-read')),
      ['--allow-addons', `--allow-fs-write=${folder}`]
    )
    assert.ok(args.every(arg => !arg.includes(PASSPHRASE) && !arg.includes(token)))
    const limits = readFileSync(`/proc/${vault.pid}/limits`, 'utf8')
    assert.match(limits, /Max core file size\s+0\s+0/)
    assert.doesNotMatch(readFileSync(`/proc/${vault.pid}/environ`, 'latin1'), /HOME|TOKEN|NODE_/)
  })

  it('keeps a vote through kill −9, and its client asks again by itself', async () => {
    await clientOf(token).ask('createKey', {
      ...{ id: 'vote', suite: 'ml-dsa-44', purposes: ['consensus-vote'] }
    })
    const signer = await createVaultSigner(await admit('validator', 'vote'), 'vote')
    const [epochId, digest] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    const vote = { env: Env.dev, epochId, kind: 'notarize', view: 1, digest } as const
    const first = await signer.signVote(vote)
    process.kill(vault.pid, 'SIGKILL')
    await vault.ended
    const waits = signer.signVote(vote).catch((error: { code: string }) => error.code)
    vault = await startVault({ folder, network: 'shared' })
    assert.equal(await waits, 'VAULT_LOCKED')
    await unlock()
    assert.deepEqual((await signer.signVote(vote)).signature, first.signature)
    const other = { ...vote, digest: Buffer.alloc(32, 3) }
    await assert.rejects(signer.signVote(other), { code: 'VOTE_CONFLICT' })
  })

  it('refuses a second process for its folder', async () => {
    await assert.rejects(startVault({ folder, network: 'shared' }), { code: 'VAULT_IN_USE' })
  })

  it('refuses strangers, and a stolen token from the moment it is revoked', async () => {
    const thief = await admit('careless', 'identity')
    await thief.ask('status', {})
    await clientOf(token).ask('revoke', { name: 'careless' })
    await assert.rejects(thief.ask('status', {}), { code: 'TOKEN_REFUSED' })
    const stranger = clientOf(`tmv1.admin.${randomBytes(32).toString('base64url')}`)
    await assert.rejects(stranger.ask('lock', {}), { code: 'TOKEN_REFUSED' })
    assert.equal((await clientOf(token).ask('status', {})).mode, 'unlocked')
    for await (const { records } of auditStream(clientOf(token), 0)) {
      if (records.some(({ event }) => event.type === 'flag' && event.flag === 'unknown-client'))
        return
    }
  })

  it('lets a client without the right neither lock nor create', async () => {
    const client = await admit('other', 'identity')
    await assert.rejects(client.ask('lock', {}), { code: 'NOT_ALLOWED' })
    await assert.rejects(client.ask('rotate', { key: 'identity' }), { code: 'NOT_ALLOWED' })
  })

  it('hangs up on rubbish and serves the others', async () => {
    for (const rubbish of [randomBytes(64), Buffer.alloc(5_000), Buffer.of(0, 0, 0, 1, 2)]) {
      const socket = connect(vault.socketPath)
      socket.on('error', () => undefined)
      socket.end(rubbish)
      await new Promise(resolve => socket.once('close', resolve).resume())
    }
    assert.equal((await clientOf(token).ask('status', {})).mode, 'unlocked')
  })

  it('holds neither seed nor expanded key any more when it is locked', async () => {
    const seed = randomBytes(32)
    const { secretKey } = suiteOf(portableSuites(), SuiteId.mlDsa44).keygen(seed)
    // The private seed K of FIPS 204, behind the public one.
    const secrets = [Buffer.from(seed), Buffer.from(secretKey.subarray(32, 64))]
    await clientOf(token).ask('createKey', {
      ...{ id: 'known', suite: 'ml-dsa-44', purposes: ['node-record'], seed }
    })
    const signer = await createVaultSigner(await admit('third', 'known'), 'known')
    await signer.signAttestation(Buffer.of(1), Domain.nodeRecord, Env.dev)
    const open = countIn(vault.pid, secrets)
    if (open === undefined) {
      process.stderr.write('the vault’s memory can’t be read here (ptrace): it was not scanned\n')
      return
    }
    assert.ok(
      open.some(count => count > 0),
      'the scan must find them while the vault is open'
    )
    await clientOf(token).ask('lock', {})
    assert.deepEqual(countIn(vault.pid, secrets), [0, 0])
  })
})
