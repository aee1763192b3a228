import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A hidden name beside `path`, its own for each writer; {@link isTemporary} knows it again. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

/** @param of - name of the file it became, or was to become; any if left out */
export function isTemporary(name: string, of?: string): boolean {
  return name.endsWith('.tmp') && name.startsWith(of === undefined ? '.' : `.${of}.`)
}

/**
 * Writes all of `data`, or leaves the file of before, whatever happens; durable when it resolves.
 * Makes the folder.
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = temporaryBeside(path)
  try {
    await writeFile(temporary, data, { flush: true })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/**
 * Removes from a folder what killed writers left.
 *
 * @param of - name of their file; all if left out
 */
export async function removeLeftovers(folder: string, of?: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isTemporary(name, of)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Makes a rename durable. Windows can't open a folder, and needs no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
