import { createToken } from '../access.ts'
import { diskError, VaultError } from '../errors.ts'
import { SecretBytes } from '../secret/secret-bytes.ts'
import { VaultState } from '../state/state.ts'
import { Counter } from './counter.ts'
import type { VaultDisk } from './disk.ts'
import { buildFile, JOURNAL_FILE } from './journal.ts'
import { load } from './load.ts'
import { damaged, LINK_BYTES, readHeader } from './log.ts'
import { DEFAULT_KDF, type KdfCost, unwrapKey, wrapKey } from './seal.ts'

/**
 * Makes an empty vault with one admin.
 *
 * @param passphrase - UTF-8; zeroed by the caller
 * @returns the admin's token; it is shown this once
 * @throws VaultError `VAULT_EXISTS`, `DISK_FAILED`, `DISK_FULL`
 */
export async function initVault(
  disk: VaultDisk,
  passphrase: Uint8Array,
  { cost = DEFAULT_KDF, admin = 'admin' }: { readonly cost?: KdfCost; readonly admin?: string } = {}
): Promise<string> {
  if ((await disk.read(JOURNAL_FILE)) !== undefined) {
    throw new VaultError('VAULT_EXISTS', 'there is a vault already: choose another folder')
  }
  const master = SecretBytes.random(32)
  try {
    const wrapped = await wrapKey(master, passphrase, cost)
    const { token, tokenHash } = createToken(admin)
    const state = new VaultState()
    const client = { name: admin, tokenHash, rights: ['admin', 'audit'], grants: [] } as const
    state.apply({ type: 'client', client }, 0)
    const head = { sequence: 0, link: new Uint8Array(LINK_BYTES) }
    const content = { wrapped, snapshot: state.snapshot(), secretOf: noSecret }
    const { bytes, key } = buildFile(content, head, master)
    key.wipe()
    await new Counter(disk).reset(0)
    await disk.replace(JOURNAL_FILE, bytes)
    return token
  } catch (error) {
    throw diskError(error)
  } finally {
    master.wipe()
  }
}

/**
 * Puts a backup in the vault's place, whatever is there now. Keys that vote are retired.
 *
 * @param name - of a file in the vault's folder, as `backup` returned it
 * @throws VaultError `BAD_REQUEST`, `VAULT_MISSING`, `VAULT_DAMAGED`, `WRONG_PASSPHRASE`
 */
export async function restoreBackup(
  disk: VaultDisk,
  name: string,
  passphrase: Uint8Array
): Promise<void> {
  if (!/^backup-[0-9]{1,16}$/.test(name)) {
    throw new VaultError('BAD_REQUEST', 'a backup is named backup-NUMBER and lies beside the vault')
  }
  const bytes = await disk.read(name)
  if (bytes === undefined)
    throw new VaultError('VAULT_MISSING', `there is no ${name} in the folder`)
  const { wrapped } = readHeader(bytes).header
  const master = await unwrapKey(wrapped, passphrase)
  try {
    const { state, secrets, head, tornAt } = await load(disk, name, master)
    // A backup was written whole.
    if (tornAt !== undefined) {
      for (const secret of secrets.values()) secret.wipe()
      throw damaged(tornAt)
    }
    const counter = new Counter(disk)
    await counter.read()
    const sequence = Math.max(head.sequence, counter.value) + 1
    state.apply({ type: 'votes-retired' }, sequence)
    const secretOf = (id: string): SecretBytes => secrets.get(id)!
    const content = { wrapped, snapshot: state.snapshot(), secretOf }
    const { bytes: file, key } = buildFile(content, { sequence, link: head.link }, master)
    key.wipe()
    for (const secret of secrets.values()) secret.wipe()
    await disk.replace(JOURNAL_FILE, file)
    await counter.reset(sequence)
  } catch (error) {
    throw diskError(error)
  } finally {
    master.wipe()
  }
}

function noSecret(): never {
  throw new RangeError('an empty vault has no keys')
}
