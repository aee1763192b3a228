import { open } from 'node:fs/promises'
import { CliError } from './errors.ts'

const SECRET_MAX_BYTES = 1_024
const LINE_FEED = 0x0a
const RETURN = 0x0d
const INTERRUPT = 0x03
const END = 0x04
const BACKSPACES: ReadonlySet<number> = new Set([0x08, 0x7f])

/** Reads a line from the terminal without showing it; no string ever holds it. */
export function askSecret(question: string): Promise<Uint8Array> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  const line = Buffer.alloc(SECRET_MAX_BYTES)
  let length = 0
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stdin.off('data', hear)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
    }
    const take = (byte: number): boolean => {
      if (byte === RETURN || byte === LINE_FEED) {
        const secret = Uint8Array.from(line.subarray(0, length))
        line.fill(0)
        end()
        resolve(secret)
        return true
      }
      if (byte === INTERRUPT || byte === END) {
        line.fill(0)
        end()
        reject(new CliError('CANCELLED', 'cancelled, nothing was changed'))
        return true
      }
      if (BACKSPACES.has(byte)) length = characterBefore(line, length)
      else if (length < SECRET_MAX_BYTES) line[length++] = byte
      return false
    }
    const hear = (data: Buffer): void => {
      data.some(take)
      data.fill(0)
    }
    stdin.on('data', hear)
    stdin.resume()
  })
}

/** Where the last UTF-8 character begins. */
function characterBefore(line: Buffer, length: number): number {
  let at = Math.max(0, length - 1)
  while (at > 0 && (line[at]! & 0xc0) === 0x80) at--
  return at
}

/** Reads a secret's file, which nobody else may be able to read. */
export async function readSecret(path: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path)
    const { mode, size } = await file.stat()
    if ((mode & 0o077) !== 0) {
      throw new CliError('FILE_UNREADABLE', `others may read ${path}; run chmod 600 on it first`)
    }
    if (size > SECRET_MAX_BYTES) {
      throw new CliError('FILE_UNREADABLE', `${path} is larger than 1 KiB; is it the right file?`)
    }
    const bytes = Buffer.alloc(SECRET_MAX_BYTES)
    const { bytesRead } = await file.read(bytes, 0, SECRET_MAX_BYTES, 0)
    const line = bytes.subarray(0, bytesRead)
    const feed = line.indexOf(LINE_FEED)
    const end = feed < 0 ? bytesRead : feed
    const secret = Uint8Array.from(line.subarray(0, line[end - 1] === RETURN ? end - 1 : end))
    bytes.fill(0)
    return secret
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (error instanceof CliError || code === undefined) throw error
    throw new CliError('FILE_UNREADABLE', `can't read ${path} (${code}); check the path`)
  }
}
