import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode, VaultError } from '../errors.ts'

const LOCK_FILE = 'lock'
const ATTEMPTS = 3

/**
 * Makes sure that one process alone writes to a vault's folder. A lock whose process has died is
 * taken over.
 *
 * @returns gives the lock back
 * @throws VaultError `VAULT_IN_USE`
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_FILE)
  const mine = `${process.pid} ${randomUUID()}\n`
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 })
      return async () => await rm(path, { force: true })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
    await removeDead(path)
  }
  throw inUse(path, 'another process')
}

async function removeDead(path: string): Promise<void> {
  const held = await readOrNothing(path)
  if (held === undefined) return
  const pid = Number(held.split(' ')[0])
  if (isAlive(pid)) throw inUse(path, `process ${pid}`)
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  // Somebody else may have taken the dead one's place in between: then it is put back.
  const isDead = (await readOrNothing(aside)) === held
  if (!isDead) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
  if (!isDead) throw inUse(path, 'another process')
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  // In a container every start may have the same number as the last.
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

function inUse(path: string, who: string): VaultError {
  const message = `${who} has this vault open: stop it first, or remove ${path} if it is no vault`
  return new VaultError('VAULT_IN_USE', message)
}
