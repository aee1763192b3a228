import { chmod, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { NodeError, systemCode } from '../errors.ts'

/**
 * Replaces a file so that after a crash either the old or the new content is there, whole, and only
 * its owner can read it.
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const draft = `${path}.new`
  try {
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(draft, 0o600)
    await rename(draft, path)
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw fileError(path, error)
  }
}

/** Overwrites a file with zeros, and removes it. */
export async function erasePrivateFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+')
    try {
      const { size } = await file.stat()
      await file.write(Buffer.alloc(size), 0, size, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await rm(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(path, error)
  }
}

/** @returns the file's text, or `undefined` when there is none */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError(path, error)
  }
}

/** One clear line for what the file system refused. */
export function fileError(path: string, error: unknown): NodeError {
  switch (systemCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new NodeError(
        'HOME_PERMISSION',
        `no permission for ${path}: give this user the folder (chown), or choose another with --home`,
        error
      )
    case 'ENOSPC':
    case 'EDQUOT':
      return new NodeError(
        'DISK_FULL',
        `the disk is full at ${path}: free some space and start again; nothing was lost`,
        error
      )
    default:
      return new NodeError(
        'HOME_DAMAGED',
        `can't use ${path} (${systemCode(error) ?? String(error)}): check the path given as --home`,
        error
      )
  }
}
