import { connect } from 'node:net'
import {
  type KeyStatus,
  restoreVaultFolder,
  type VaultClient,
  VaultError,
  type VaultProcess,
  type VaultStatus
} from '@torusmesh/vault'
import { NodeError, systemCode } from '../errors.ts'
import { memberOf } from '../overlay/admission.ts'
import { Home } from './home.ts'
import {
  connectHomeVault,
  createHomeVault,
  importIntoVault,
  startUnlessRunning,
  vaultSocket
} from './home-vault.ts'
import { VAULT_KEYS } from './vault-signers.ts'

export interface VaultMade {
  readonly folder: string
  readonly member: string
  /** Whether the keys came from `keys.json`, which is erased. */
  readonly isImported: boolean
}

/** A home's vault as its owner sees it. */
export interface HomeVaultStatus extends VaultStatus {
  readonly folder: string
}

/** What the owner of a home does with its vault. Passphrases are UTF-8, and zeroed. */
export interface VaultAdmin {
  /** Makes the vault: with fresh keys, or with those of `keys.json`. */
  init(passphrase: Uint8Array, isImport: boolean): Promise<VaultMade>
  status(): Promise<HomeVaultStatus>
  unlock(passphrase: Uint8Array, acceptRollback: boolean): Promise<void>
  lock(): Promise<void>
  /** @param anyway - also a key that the mesh knows this member by */
  rotate(key: string, anyway: boolean): Promise<KeyStatus>
  /** @returns the file's name, in the vault's folder */
  backup(): Promise<string>
  /** Also where no process runs, and where the vault's own file is damaged. */
  restore(file: string, passphrase: Uint8Array): Promise<void>
  /** Starts the process, locked. @throws VaultError `VAULT_IN_USE` where one runs */
  serve(): Promise<VaultProcess>
}

/** @throws from its methods: VaultError as the vault refuses, NodeError `NO_VAULT`, `HOME_…` */
export function vaultAdminOf(homePath: string): VaultAdmin {
  const home = new Home(homePath)
  const asked = async <T>(ask: (client: VaultClient) => Promise<T>): Promise<T> => {
    await checkRunning(home)
    const client = await connectHomeVault(home, 'admin')
    try {
      return await ask(client)
    } finally {
      client.close()
    }
  }
  return {
    init: (passphrase, isImport) => initOf(home, passphrase, isImport),
    status: async () => ({
      ...(await asked(client => client.ask('status', {}))),
      folder: home.vaultPath
    }),
    unlock: async (passphrase, acceptRollback) => {
      try {
        await asked(client => client.ask('unlock', { passphrase, acceptRollback }))
      } finally {
        passphrase.fill(0)
      }
    },
    lock: async () => {
      await asked(client => client.ask('lock', {}))
    },
    rotate: async (key, anyway) => {
      checkRotation(key, anyway)
      return await asked(client => client.ask('rotate', { key }))
    },
    backup: async () => (await asked(client => client.ask('backup', {}))).file,
    restore: (file, passphrase) => restoreOf(home, file, passphrase, asked),
    async serve() {
      await checkVault(home)
      const { process } = await startUnlessRunning(home.vaultPath)
      if (process !== undefined) return process
      throw new VaultError('VAULT_IN_USE', 'the vault runs already: see `torusmesh vault status`')
    }
  }
}

async function initOf(home: Home, passphrase: Uint8Array, isImport: boolean): Promise<VaultMade> {
  await home.create()
  if (await home.hasVault()) {
    throw new NodeError(
      'HOME_EXISTS',
      `${home.path} has a vault already: see \`torusmesh vault status\``
    )
  }
  if ((await home.hasSecrets()) && !isImport) {
    throw new NodeError(
      'HOME_EXISTS',
      `the keys of ${home.path} lie in keys.json: add --import to move them into the vault`
    )
  }
  if (isImport) await checkStopped(home)
  const { keys } = isImport
    ? await importIntoVault(home, passphrase)
    : await createHomeVault(home, { passphrase })
  const { key: member } = memberOf(keys, 0)
  return { folder: home.vaultPath, member, isImported: isImport }
}

/** Two that sign with one key could contradict each other. */
async function checkStopped(home: Home): Promise<void> {
  const access = await home.apiAccess()
  if (access === undefined || !isAlive(access.pid)) return
  throw new NodeError(
    'NODE_RUNNING',
    `the node of ${home.path} runs (process ${access.pid}): stop it before its keys move`
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

const BACKUP = /^backup-\d{1,16}$/

async function restoreOf(
  home: Home,
  file: string,
  passphrase: Uint8Array,
  asked: <T>(ask: (client: VaultClient) => Promise<T>) => Promise<T>
): Promise<void> {
  try {
    await checkVault(home)
    if (!BACKUP.test(file)) {
      throw new VaultError(
        'BAD_REQUEST',
        `a backup is named backup-NUMBER and lies in ${home.vaultPath}: copy it there first`
      )
    }
    if (await answers(vaultSocket(home))) {
      await asked(client => client.ask('restore', { file, passphrase }))
    } else await restoreVaultFolder(home.vaultPath, file, passphrase)
  } finally {
    passphrase.fill(0)
  }
}

function checkRotation(key: string, anyway: boolean): void {
  if (anyway || VAULT_KEYS.every(({ id }) => id !== key)) return
  throw new NodeError(
    'KEY_IS_KNOWN',
    `the mesh knows this member by its ${key} key: with another it must be enrolled anew (add --anyway if that is what you want)`
  )
}

async function checkVault(home: Home): Promise<void> {
  if (await home.hasVault()) return
  throw new NodeError(
    'NO_VAULT',
    `${home.path} has no vault: make one with \`torusmesh vault init\``
  )
}

async function checkRunning(home: Home): Promise<void> {
  await checkVault(home)
  if (await answers(vaultSocket(home))) return
  throw new VaultError(
    'VAULT_UNREACHABLE',
    `the vault of ${home.path} doesn't run: start it with \`torusmesh up\` or \`torusmesh vault serve\``
  )
}

/** Whether something listens on a socket. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
