import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../errors.ts'

/**
 * The vault's folder. Whatever resolves is on the disk and survives a power cut. What rejects may have
 * happened in part or whole: nothing may be built upon it before the file has been replaced.
 */
export interface VaultDisk {
  /** The file's bytes, or `undefined` if there is none. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Writes at an offset of an existing file, making it longer where needed. */
  write(name: string, offset: number, bytes: Uint8Array): Promise<void>
  /** Replaces the file: after a crash the old or the new one is there, whole. */
  replace(name: string, bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

const { O_RDWR } = constants
/** Writes that are synced when they return: one turn of a thread instead of two. Not on every system. */
const O_DSYNC: number | undefined = constants.O_DSYNC

/** A folder of the file system; files are readable by their owner alone. */
export function folderDisk(folder: string): VaultDisk {
  return new FolderDisk(folder)
}

class FolderDisk implements VaultDisk {
  readonly #folder: string
  readonly #files = new Map<string, FileHandle>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder, name))
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async write(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    const file = await this.#open(name)
    let written = 0
    while (written < bytes.length) {
      const rest = bytes.length - written
      written += (await file.write(bytes, written, rest, offset + written)).bytesWritten
    }
    if (O_DSYNC === undefined) await file.datasync()
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, name)
    const draft = await open(`${path}.new`, 'w', 0o600)
    try {
      await draft.writeFile(bytes)
      await draft.sync()
    } finally {
      await draft.close()
    }
    await this.#files.get(name)?.close()
    this.#files.delete(name)
    await rename(`${path}.new`, path)
    const folder = await open(this.#folder, 'r')
    await folder.sync().finally(() => folder.close())
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(file => file.close()))
    this.#files.clear()
  }

  async #open(name: string): Promise<FileHandle> {
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const file = await open(join(this.#folder, name), O_RDWR | (O_DSYNC ?? 0))
    this.#files.set(name, file)
    return file
  }
}
