import { createHash } from 'node:crypto'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { ResultsError } from './errors.ts'

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
