import { rm } from 'node:fs/promises'
import {
  createVaultClient,
  type ExpandedKey,
  initVaultFolder,
  startVault,
  type VaultClient,
  VaultError,
  type VaultProcess
} from '@torusmesh/vault'
import { NodeError } from '../errors.ts'
import type { Home } from './home.ts'
import type { MemberKeys, MemberSecrets } from './keys.ts'
import { VAULT_KEYS, type VaultKeyId, vaultMemberKeys } from './vault-signers.ts'

/** The name the node has in its vault. */
const NODE_NAME = 'node'
const SEED_BYTES = 32

export interface CreateHomeVaultInit {
  /** UTF-8; zeroed. */
  readonly passphrase: Uint8Array
  /** Keys that exist already; fresh ones if left out. */
  readonly secrets?: MemberSecrets
}

/**
 * Makes a home's vault with a member's keys in it, which this process never sees unless it brings
 * them. The home says so in `vault.json` when all is done; before that nothing has changed.
 *
 * @throws VaultError `VAULT_EXISTS`, `BAD_REQUEST`, `DISK_…`; NodeError `HOME_…`
 */
export async function createHomeVault(home: Home, init: CreateHomeVaultInit): Promise<MemberKeys> {
  const folder = home.vaultPath
  const passphrase = Buffer.from(init.passphrase)
  const adminToken = await initVaultFolder(folder, init.passphrase)
  let opened: HomeVault | undefined
  try {
    await home.saveVaultToken('admin', adminToken)
    opened = await openHomeVault(home, 'admin')
    await opened.client.ask('unlock', { passphrase })
    const keys = await fill(opened.client, home, init.secrets)
    await home.saveMemberKeys(keys)
    return keys
  } catch (error) {
    await opened?.close()
    opened = undefined
    await forgetVault(home, folder)
    throw error
  } finally {
    passphrase.fill(0)
    await opened?.close()
  }
}

async function forgetVault(home: Home, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  for (const role of ['node', 'admin'])
    await rm(`${home.path}/vault-${role}.token`, { force: true })
}

async function fill(
  client: VaultClient,
  home: Home,
  secrets: MemberSecrets | undefined
): Promise<MemberKeys> {
  for (const { id, suite, purposes } of VAULT_KEYS) {
    const known = secrets === undefined ? {} : knownKey(secrets, id)
    await client.ask('createKey', { id, suite, purposes, ...known })
  }
  const grants = VAULT_KEYS.map(({ id, purposes }) => ({ key: id, purposes }))
  const { token } = await client.ask('allow', { name: NODE_NAME, rights: ['sign'], grants })
  if (token === undefined) throw new NodeError('HOME_DAMAGED', 'the vault knows this node already')
  await home.saveVaultToken('node', token)
  return await vaultMemberKeys(client)
}

function knownKey(
  secrets: MemberSecrets,
  id: VaultKeyId
): { seed: Uint8Array } | { expanded: ExpandedKey } {
  // Copies: the client zeroes what it sends.
  if (id === 'peer') return { seed: secrets.peer.raw.slice(0, SEED_BYTES) }
  const { secretKey, publicKey } = secrets[id]
  return { expanded: { secretKey: secretKey.slice(), publicKey } }
}

/**
 * Moves a home's keys from `keys.json` into a vault, and erases that file.
 *
 * @throws NodeError `HOME_MISSING`; as {@link createHomeVault} does
 */
export async function importIntoVault(home: Home, passphrase: Uint8Array): Promise<MemberKeys> {
  const keys = await createHomeVault(home, { passphrase, secrets: await home.secrets() })
  await home.eraseSecrets()
  return keys
}

/** A home's vault, reached. */
export interface HomeVault {
  readonly client: VaultClient
  readonly socketPath: string
  /** The vault's process, if it was started here: it ends with this one. */
  readonly process: VaultProcess | undefined
  /** Hangs up; ends the process if it was started here. */
  close(): Promise<void>
}

/** Longest wait for a vault's answer. */
const ANSWER_MS = 10_000

/**
 * Connects to the vault of a home, and starts its process where none runs.
 *
 * @throws NodeError `NO_VAULT`; VaultError as the process refuses to start
 */
export async function openHomeVault(home: Home, as: 'node' | 'admin'): Promise<HomeVault> {
  const token = await tokenOf(home, as)
  const running = await startUnlessRunning(home.vaultPath)
  const { socketPath } = running
  const client = createVaultClient({ socketPath, token, timeoutMs: ANSWER_MS })
  return {
    ...{ client, socketPath, process: running.process },
    async close() {
      client.close()
      await running.process?.stop()
    }
  }
}

/** A client of the vault that runs already. @throws NodeError `NO_VAULT` */
export async function connectHomeVault(home: Home, as: 'node' | 'admin'): Promise<VaultClient> {
  const token = await tokenOf(home, as)
  return createVaultClient({ socketPath: vaultSocket(home), token, timeoutMs: ANSWER_MS })
}

export function vaultSocket(home: Home): string {
  return `${home.vaultPath}/socket`
}

async function tokenOf(home: Home, as: 'node' | 'admin'): Promise<string> {
  const token = await home.vaultToken(as)
  if (token !== undefined) return token
  throw new NodeError(
    'NO_VAULT',
    `${home.path} has no vault (vault-${as}.token is missing): make one with \`torusmesh vault init\``
  )
}

export async function startUnlessRunning(
  folder: string
): Promise<{ readonly socketPath: string; readonly process: VaultProcess | undefined }> {
  try {
    const process = await startVault({ folder })
    return { socketPath: process.socketPath, process }
  } catch (error) {
    if (!(error instanceof VaultError && error.code === 'VAULT_IN_USE')) throw error
    return { socketPath: `${folder}/socket`, process: undefined }
  }
}
