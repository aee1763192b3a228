import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskFull, StepFailure } from './failure.ts'
import type { ArtefactRef } from './port.ts'
import type { ArtefactSource } from './source.ts'

const DIGEST = /^[0-9a-f]{64}$/
const PART = '.part'
const IDLE_MS = 10_000
/** Left free on the disk: the node's own journals must still be written. */
const RESERVE_BYTES = 64 * 1_048_576

/** A file being written. */
export interface PartFile {
  write(chunk: Uint8Array): Promise<unknown>
  sync(): Promise<void>
  close(): Promise<void>
}

export interface ArtefactStoreInit {
  /** Created with mode 0700. */
  readonly folder: string
  /** Tried in this order. */
  readonly sources: readonly ArtefactSource[]
  /** How long a source may say nothing; 10 s if left out. */
  readonly idleMs?: number
  /** How a file is begun; the file system's own if left out. */
  readonly begin?: (path: string) => Promise<PartFile>
  /** Bytes free where the folder is; asked of the file system if left out. */
  readonly freeBytes?: () => Promise<number>
}

/** Artefacts on this machine by digest. A file under its digest was whole when it got that name. */
export class ArtefactStore {
  readonly #folder: string
  readonly #sources: readonly ArtefactSource[]
  readonly #idleMs: number
  readonly #begin: (path: string) => Promise<PartFile>
  readonly #freeBytes: () => Promise<number>

  constructor(init: ArtefactStoreInit) {
    const { folder, sources, idleMs = IDLE_MS, begin = beginFile } = init
    this.#folder = folder
    this.#sources = sources
    this.#idleMs = idleMs
    this.#begin = begin
    this.#freeBytes = init.freeBytes ?? (() => freeBytesAt(folder))
  }

  pathOf(sha256: string): string {
    if (!DIGEST.test(sha256)) throw new StepFailure('wrong-artefact', 'a digest has 64 digits')
    return join(this.#folder, sha256)
  }

  /** Whether the artefact is there and its bytes are still the ones of its digest. */
  async holds(sha256: string): Promise<boolean> {
    const hash = createHash('sha256')
    try {
      for await (const chunk of createReadStream(this.pathOf(sha256))) hash.update(chunk as Buffer)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
    return hash.digest('hex') === sha256
  }

  /** @throws StepFailure `disk-full` */
  async checkRoom({ sizeBytes }: Pick<ArtefactRef, 'sizeBytes'>): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const free = await this.#freeBytes()
    if (free >= sizeBytes + RESERVE_BYTES) return
    const missing = sizeBytes + RESERVE_BYTES - free
    throw new StepFailure('disk-full', `${this.#folder}: free another ${missing} bytes`)
  }

  /**
   * Brings an artefact here from the first source that has it: whole, or not at all.
   *
   * @throws StepFailure `disk-full`, `download-failed`, `wrong-artefact` if a source gave other bytes
   */
  async fetch(artefact: ArtefactRef, timeoutMs: number): Promise<void> {
    if (await this.holds(artefact.sha256)) return
    await this.checkRoom(artefact)
    const endMs = performance.now() + timeoutMs
    const failures: StepFailure[] = []
    for (const [at, source] of this.#sources.entries()) {
      // A source that is slow on purpose leaves the others their share of the time.
      const shareMs = (endMs - performance.now()) / (this.#sources.length - at)
      try {
        return await this.#fetchFrom(source, artefact, Math.max(1, Math.floor(shareMs)))
      } catch (error) {
        if (isDiskFull(error)) {
          throw new StepFailure('disk-full', `${this.#folder} is full: free some space`, error)
        }
        failures.push(failureOf(source, error))
      }
    }
    const worst = failures.find(({ code }) => code === 'wrong-artefact') ?? failures[0]
    throw worst ?? new StepFailure('download-failed', 'no mirror is configured: name one')
  }

  /** Removes every artefact but these, and what was begun and never finished. */
  async keepOnly(digests: readonly string[]): Promise<void> {
    for (const name of await this.#names()) {
      if (!digests.includes(name)) await rm(join(this.#folder, name), { force: true })
    }
  }

  /** Digests of what is here. */
  async list(): Promise<string[]> {
    return (await this.#names()).filter(name => DIGEST.test(name)).sort()
  }

  async #names(): Promise<string[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#folder)
    return names.filter(name => DIGEST.test(name.replace(PART, '')))
  }

  async #fetchFrom(source: ArtefactSource, artefact: ArtefactRef, timeMs: number): Promise<void> {
    const path = this.pathOf(artefact.sha256)
    const part = `${path}${PART}`
    const stop = new AbortController()
    const whole = setTimeout(() => stop.abort(new Error('too slow')), timeMs)
    const idle = setTimeout(() => stop.abort(new Error('it went silent')), this.#idleMs)
    try {
      const file = await this.#begin(part)
      try {
        const chunks = await orStopped(source.open(artefact, stop.signal), stop.signal)
        await copy(chunks, file, artefact, { signal: stop.signal, idle })
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(part, path)
      await syncFolder(this.#folder)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    } finally {
      clearTimeout(whole)
      clearTimeout(idle)
      stop.abort()
    }
  }
}

/** Copies exactly as many bytes as the artefact has. */
async function copy(
  chunks: AsyncIterable<Uint8Array>,
  file: PartFile,
  { sizeBytes, sha256 }: ArtefactRef,
  { signal, idle }: { readonly signal: AbortSignal; readonly idle: NodeJS.Timeout }
): Promise<void> {
  const hash = createHash('sha256')
  const iterator = chunks[Symbol.asyncIterator]()
  let length = 0
  for (;;) {
    const next = await orStopped(iterator.next(), signal)
    idle.refresh()
    if (next.done === true) break
    length += next.value.length
    if (length > sizeBytes) throw new StepFailure('wrong-artefact', 'more bytes than voted')
    hash.update(next.value)
    await file.write(next.value)
  }
  if (length < sizeBytes) throw new Error(`cut off after ${length} of ${sizeBytes} bytes`)
  if (hash.digest('hex') !== sha256)
    throw new StepFailure('wrong-artefact', 'other bytes than voted')
}

/** Ends with the work or when it was stopped, whichever comes first. */
async function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', onAbort)
    work.catch(() => undefined)
  }
}

function failureOf({ name }: ArtefactSource, error: unknown): StepFailure {
  const why = error instanceof Error ? error.message : 'unknown error'
  const code = error instanceof StepFailure ? error.code : 'download-failed'
  return new StepFailure(code, `${name}: ${why}; try another mirror`, error)
}

/** Only its owner may read and run it. */
async function beginFile(path: string): Promise<PartFile> {
  const file = await open(path, 'w', 0o700)
  return {
    write: chunk => file.writeFile(chunk),
    sync: () => file.sync(),
    close: () => file.close()
  }
}

async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** A new name survives a power cut only once its folder is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  if (!(await stat(folder)).isDirectory()) return
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
