import { chmod, mkdir } from 'node:fs/promises'
import { diskError, VaultError } from '../errors.ts'
import { folderDisk, type VaultDisk } from '../store/disk.ts'
import { initVault, restoreBackup } from '../store/maintenance.ts'
import { DEFAULT_KDF, type KdfCost, WEAKEST_KDF } from '../store/seal.ts'
import { lockFolder } from './lock-file.ts'

/**
 * Makes a vault without keys in a folder of mode 0700, which is created.
 *
 * @param passphrase - UTF-8; zeroed
 * @returns the admin's token: shown this once, so keep it where the passphrase isn't
 * @throws VaultError `VAULT_EXISTS`, `VAULT_IN_USE`, `BAD_REQUEST` for a cost below {@link WEAKEST_KDF}
 */
export async function initVaultFolder(
  folder: string,
  passphrase: Uint8Array,
  cost: KdfCost = DEFAULT_KDF
): Promise<string> {
  try {
    if (cost.memoryKib < WEAKEST_KDF.memoryKib || cost.passes < WEAKEST_KDF.passes) {
      const { memoryKib, passes } = WEAKEST_KDF
      const message = `too cheap to guess against: take ${memoryKib} KiB and ${passes} passes at least`
      throw new VaultError('BAD_REQUEST', message)
    }
    if (passphrase.length === 0) throw new VaultError('BAD_REQUEST', 'the passphrase is empty')
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await chmod(folder, 0o700)
    } catch (error) {
      throw diskError(error)
    }
    return await inFolder(folder, disk => initVault(disk, passphrase, { cost }))
  } finally {
    passphrase.fill(0)
  }
}

/**
 * Puts a backup in a vault's place while no process serves it: also where the vault's own file is
 * damaged. Keys that vote are retired.
 *
 * @param name - of a file in the folder, as the vault named it
 * @param passphrase - UTF-8, of the time of the backup; zeroed
 */
export async function restoreVaultFolder(
  folder: string,
  name: string,
  passphrase: Uint8Array
): Promise<void> {
  try {
    await inFolder(folder, disk => restoreBackup(disk, name, passphrase))
  } finally {
    passphrase.fill(0)
  }
}

async function inFolder<T>(folder: string, work: (disk: VaultDisk) => Promise<T>): Promise<T> {
  const unlock = await lockFolder(folder)
  const disk = folderDisk(folder)
  try {
    return await work(disk)
  } finally {
    await disk.close()
    await unlock()
  }
}
