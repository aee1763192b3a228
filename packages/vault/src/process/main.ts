import { stat } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { systemCode, VaultError } from '../errors.ts'
import { nodeKeys } from '../secret/signer.ts'
import { folderDisk } from '../store/disk.ts'
import { Vault } from '../vault.ts'
import { lockFolder } from './lock-file.ts'
import { serveVault } from './serve.ts'

/** Printed when the socket answers. */
const READY = 'ready'

/**
 * `main.ts FOLDER SOCKET [--with-parent]`: serves the vault of a folder, locked, until SIGTERM. With a
 * parent it also ends when its standard input does, so that none is left behind.
 */
async function main([folder, socketPath, ...flags]: readonly string[]): Promise<void> {
  if (folder === undefined || socketPath === undefined) {
    throw new VaultError('BAD_REQUEST', 'give the vault its folder and its socket')
  }
  process.umask(0o077)
  await checkFolder(folder)
  const unlock = await lockFolder(folder)
  const disk = folderDisk(folder)
  const stop = async (): Promise<void> => {
    await disk.close()
    await unlock()
  }
  try {
    const vault = await Vault.open({
      ...{ disk, keys: nodeKeys, nowMs: Date.now },
      isOffline: Object.keys(networkInterfaces()).length === 0,
      // OpenSSL zeroes a key when the object that holds it is collected.
      afterLock: () => globalThis.gc?.()
    })
    const server = await serveVault(vault, socketPath)
    process.stdout.write(`${READY}\n`)
    await stopRequest(flags.includes('--with-parent'))
    await server.close()
  } finally {
    await stop()
    // An open input would keep the process alive.
    process.stdin.destroy()
  }
}

function stopRequest(hasParent: boolean): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    if (hasParent) process.stdin.once('close', () => resolve()).resume()
  })
}

/** Nobody else may look into the folder: the socket in it has no other gate before the token. */
async function checkFolder(folder: string): Promise<void> {
  try {
    const { mode } = await stat(folder)
    if ((mode & 0o077) === 0) return
  } catch (error) {
    const message = `can't use the folder ${folder} (${systemCode(error)}): initialise a vault first`
    throw new VaultError('VAULT_MISSING', message, error)
  }
  throw new VaultError('NOT_ALLOWED', `others may enter ${folder}: chmod 700 it first`)
}

try {
  await main(process.argv.slice(2))
  process.exitCode = 0
} catch (error) {
  const { code, message } = error instanceof VaultError ? error : unexpected(error)
  process.stderr.write(`${code}: ${message}\n`)
  process.exitCode = 1
}

function unexpected(error: unknown): VaultError {
  return new VaultError('VAULT_UNREACHABLE', `the vault can't start: ${(error as Error).message}`)
}
