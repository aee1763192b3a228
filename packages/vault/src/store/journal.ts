import { randomBytes } from 'node:crypto'
import { encode } from '../codec/codec.ts'
import { diskError, VaultError } from '../errors.ts'
import { JOURNAL_MAX_BYTES } from '../limits.ts'
import { SecretBytes } from '../secret/secret-bytes.ts'
import { type Entry, entries as entriesCodec } from '../state/entries.ts'
import type { Counter } from './counter.ts'
import type { VaultDisk } from './disk.ts'
import { encodeFrame, encodeHeader, type FrameInit, type LogHeader } from './log.ts'
import { fileKey, type WrappedKey } from './seal.ts'

export const JOURNAL_FILE = 'vault'

/** A journal's last position and the link of its frame: what an outside anchor remembers. */
export interface JournalHead {
  readonly sequence: number
  readonly link: Uint8Array
}

/** What a new file is made of. */
export interface JournalContent {
  readonly wrapped: WrappedKey
  readonly snapshot: Iterable<Entry>
  /** The secret of each `key` entry of the snapshot. */
  readonly secretOf: (id: string) => SecretBytes
}

export interface JournalInit {
  readonly disk: VaultDisk
  readonly counter: Counter
  readonly master: SecretBytes
  readonly head: JournalHead
  /** What all entries written so far amount to. */
  readonly content: () => JournalContent
  /** Takes each entry once it is on the disk, before whoever appended it is answered. */
  readonly apply: (entry: Entry, sequence: number) => void
  /** The file can't be trusted any more: open another journal. */
  readonly onFailure: (error: VaultError) => void
}

interface Waiting {
  readonly entries: readonly Entry[]
  readonly secret: SecretBytes | undefined
  readonly resolve: (sequence: number) => void
  readonly reject: (error: VaultError) => void
}

/** Appends in one frame: a few megabytes, if all are votes. */
const FRAME_APPENDS = 1_024
/** Entries in one frame of a snapshot. */
const SNAPSHOT_ENTRIES = 256

/**
 * Appends entries and answers when they are on the disk and counted. All that waits goes into one
 * frame under one sync; the counter follows each frame while the next one is written, so it never
 * runs ahead of the journal, and no answer ahead of the counter.
 */
export class Journal {
  readonly #init: JournalInit
  #key: SecretBytes | undefined
  #head: JournalHead
  #offset = 0
  #waiting: Waiting[] = []
  #written: { readonly sequence: number; readonly batch: readonly Waiting[] }[] = []
  #writing: Promise<void> | undefined
  #counting: Promise<void> | undefined
  #isClosed = false
  #shouldShrink = false

  private constructor(init: JournalInit) {
    this.#init = init
    this.#head = init.head
  }

  /** Goes on after `head` in a file of its own, so that nothing rests on bytes that were never synced. */
  static async open(init: JournalInit): Promise<Journal> {
    const journal = new Journal(init)
    await journal.#rewrite()
    await init.counter.reset(init.head.sequence)
    return journal
  }

  get head(): JournalHead {
    return this.#head
  }

  /**
   * Resolves with a position that is not before that of `entries` when all are durable and counted.
   *
   * @param secret - of the `key` entry among them
   * @throws VaultError `DISK_FAILED`, `DISK_FULL`, `VAULT_LOCKED`
   */
  append(entries: readonly Entry[], secret?: SecretBytes): Promise<number> {
    if (this.#isClosed) return Promise.reject(locked())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, secret, resolve, reject })
      this.#writing ??= this.#write()
    })
  }

  /** Resolves with the head's position when all that was written is counted. */
  async counted(): Promise<number> {
    const { sequence } = this.#head
    while (this.#counting !== undefined && this.#init.counter.value < sequence) {
      await this.#counting
    }
    if (this.#isClosed) throw locked()
    return sequence
  }

  /** Has the file rewritten after the next append: what was rotated out leaves the disk. */
  shrink(): void {
    this.#shouldShrink = true
  }

  /** Waits for what is under way; appends nothing more. */
  async close(): Promise<void> {
    while (this.#writing !== undefined || this.#counting !== undefined) {
      await this.#writing
      await this.#counting
    }
    this.#abandon(locked())
  }

  #abandon(error: VaultError): void {
    this.#isClosed = true
    this.#key?.wipe()
    const batches = this.#written.splice(0).map(({ batch }) => batch)
    for (const { reject } of [...batches.flat(), ...this.#waiting.splice(0)]) reject(error)
  }

  #fail(error: unknown, batch: readonly Waiting[]): void {
    const failure = diskError(error)
    for (const { reject } of batch) reject(failure)
    if (this.#isClosed) return
    this.#abandon(failure)
    this.#init.onFailure(failure)
  }

  async #write(): Promise<void> {
    // Whoever asks in this turn of the loop shares the frame.
    await new Promise(resolve => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, FRAME_APPENDS)
      try {
        await this.#writeFrame(batch)
      } catch (error) {
        this.#fail(error, batch)
      }
    }
    this.#writing = undefined
  }

  async #writeFrame(batch: readonly Waiting[]): Promise<void> {
    const { disk, apply } = this.#init
    const entries = batch.flatMap(waiting => waiting.entries)
    const secrets = gather(batch.flatMap(({ secret }) => secret ?? []))
    const first = this.#head.sequence + 1
    const sequence = this.#head.sequence + entries.length
    const open = encode(entriesCodec, entries)
    const frame = sealFrame(
      { sequence, isSnapshot: false, open },
      secrets,
      this.#head.link,
      this.#key!
    )
    await disk.write(JOURNAL_FILE, this.#offset, frame.bytes)
    if (this.#isClosed) throw locked()
    this.#offset += frame.bytes.length
    this.#head = { sequence, link: frame.link }
    for (const [at, entry] of entries.entries()) apply(entry, first + at)
    this.#written.push({ sequence, batch })
    this.#counting ??= this.#count()
    if (this.#offset > JOURNAL_MAX_BYTES || this.#shouldShrink) await this.#rewrite()
  }

  /** Counts the newest frame written, and answers everybody up to it. */
  async #count(): Promise<void> {
    while (this.#written.length > 0) {
      const written = this.#written.splice(0)
      const { sequence } = written.at(-1)!
      const batch = written.flatMap(frame => frame.batch)
      try {
        await this.#init.counter.raise(sequence)
        if (this.#isClosed) throw locked()
        for (const { resolve } of batch) resolve(sequence)
      } catch (error) {
        this.#fail(error, batch)
      }
    }
    this.#counting = undefined
  }

  /** Writes the whole state into a new file and goes on there. */
  async #rewrite(): Promise<void> {
    this.#shouldShrink = false
    const { disk, master, content } = this.#init
    const { bytes, key, link } = buildFile(content(), this.#head, master)
    this.#key?.wipe()
    this.#key = key
    await disk.replace(JOURNAL_FILE, bytes)
    this.#head = { sequence: this.#head.sequence, link }
    this.#offset = bytes.length
  }
}

function locked(): VaultError {
  return new VaultError('VAULT_LOCKED', 'the vault was locked meanwhile: unlock it and ask again')
}

/** A whole file: header and snapshot. */
export function buildFile(
  { wrapped, snapshot, secretOf }: JournalContent,
  head: JournalHead,
  master: SecretBytes
): { bytes: Buffer; key: SecretBytes; link: Uint8Array } {
  const { sequence } = head
  const fileId = randomBytes(32)
  const grouped = [...groups(snapshot, SNAPSHOT_ENTRIES)]
  const header: LogHeader = {
    ...{ wrapped, fileId, baseSequence: sequence, baseLink: head.link },
    snapshotFrames: grouped.length
  }
  const key = fileKey(master, fileId)
  const first = encodeHeader(header)
  const parts: Buffer[] = [first.bytes]
  let { link } = first
  for (const group of grouped) {
    const ids = group.flatMap(entry => (entry.type === 'key' ? [entry.key.id] : []))
    const open = encode(entriesCodec, group)
    const frame = sealFrame(
      { sequence, isSnapshot: true, open },
      gather(ids.map(secretOf)),
      link,
      key
    )
    parts.push(frame.bytes)
    link = frame.link
  }
  return { bytes: Buffer.concat(parts), key, link }
}

function sealFrame(
  init: Omit<FrameInit, 'secrets'>,
  secrets: SecretBytes | undefined,
  before: Uint8Array,
  key: SecretBytes
): { bytes: Buffer; link: Uint8Array } {
  if (secrets === undefined) return encodeFrame({ ...init, secrets: NOTHING }, before, key)
  try {
    return secrets.use(plain => encodeFrame({ ...init, secrets: plain }, before, key))
  } finally {
    secrets.wipe()
  }
}

const NOTHING = new Uint8Array(0)

/** Secrets one after the other, in guarded memory; `undefined` for none. */
function gather(secrets: readonly SecretBytes[]): SecretBytes | undefined {
  const length = secrets.reduce((sum, secret) => sum + secret.length, 0)
  if (length === 0) return undefined
  return SecretBytes.create(length, buffer => {
    let at = 0
    for (const secret of secrets) {
      secret.use(bytes => buffer.set(bytes, at))
      at += secret.length
    }
  })
}

function* groups<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let group: T[] = []
  for (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}
