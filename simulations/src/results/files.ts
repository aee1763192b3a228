import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { ResultsError } from './errors.ts'

/** A hidden name beside `path`, its own for each writer; {@link isTemporary} knows it again. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

export function isTemporary(name: string, of?: string): boolean {
  return name.endsWith('.tmp') && name.startsWith(of === undefined ? '.' : `.${of}.`)
}

/** All of `data` or the file of before, whatever happens; flushed to the disk. */
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
}

/** A regular file below `root`, after links, of at most `maxBytes`; `undefined` when there is none. */
export async function readBounded(
  root: string,
  path: string,
  maxBytes: number
): Promise<Buffer | undefined> {
  const file = await resolveBelow(root, path)
  if (file === undefined) return undefined
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    if (size > maxBytes) {
      throw new ResultsError(
        'too-large',
        `${path} has ${size} bytes, more than ${maxBytes}; it was not written by this program`
      )
    }
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The true place of `path`, which must be a regular file below `root`. */
export async function resolveBelow(root: string, path: string): Promise<string | undefined> {
  const base = await realpath(root)
  let file: string
  try {
    file = await realpath(join(root, path))
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  if (!file.startsWith(base + sep)) {
    throw new ResultsError('damaged-results', `${path} leads out of the folder; remove that link`)
  }
  const handle = await open(file)
  try {
    if ((await handle.stat()).isFile()) return file
  } finally {
    await handle.close()
  }
  throw new ResultsError('damaged-results', `${path} is not a file; restore the folder`)
}

/** SHA-256 of a file in hex, piece by piece. */
export async function hashOf(path: string, maxBytes: number): Promise<string> {
  const handle = await open(path)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of handle.createReadStream() as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > maxBytes)
      throw new ResultsError('too-large', `${path} has more than ${maxBytes} bytes`)
    hash.update(piece)
  }
  return hash.digest('hex')
}

/** JSON of a file, or an error that names it. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ResultsError(
      'damaged-results',
      `${path} is not JSON; restore it or run the sweep again`
    )
  }
}

export function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(`${error.code}`)
  )
}
