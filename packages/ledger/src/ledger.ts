import type { Checkpoint } from './checkpoint.ts'
import { type Cosigner, ML_DSA_44_PUBLIC_KEY_BYTES, type VerifierKey } from './cosignature.ts'
import { LedgerError, LedgerErrorCode } from './errors.ts'
import { type EventInput, inputFault, type LedgerEvent } from './event.ts'
import type { Witnessed } from './expectations.ts'
import type { Fault } from './fault.ts'
import { GroupCommit, type Scheduler } from './group-commit.ts'
import { type LedgerHead, type LogHead, logHead, publicHead } from './head.ts'
import { STATE_KEY } from './keys.ts'
import { ENTRY_OVERHEAD_BYTES, MAX_EVENTS, MAX_NAME_BYTES, SUBTREE_EVENTS } from './limits.ts'
import { hashToBytes } from './merkle/hash.ts'
import { fullTiles } from './merkle/tile.ts'
import { AuditFailure, Notary, type NotaryRecord } from './notary.ts'
import { isKeyName } from './note.ts'
import { type OpenedLog, openLog } from './open.ts'
import type { ConsistencyProof, InclusionProof } from './prove.ts'
import { LogReader, type ReadOptions } from './reader.ts'
import { encodeState, type LedgerState, stateRoot } from './state.ts'
import type { LedgerStore } from './store.ts'
import { type VerifyReport, verifyLedger } from './verify/verify.ts'
import { entryRecords, Writer } from './writer.ts'

/** What {@link openLedger} needs: all time, storage and signing comes in here. */
export interface LedgerInit {
  readonly store: LedgerStore
  /** Unix milliseconds, integer. */
  readonly clock: () => number
  readonly scheduler: Scheduler
  /** First line of every checkpoint: the log's name, 1 to 255 bytes, without spaces or plus. */
  readonly origin: string
  readonly cosigner: Cosigner
  /** Keys that signed earlier parts of this log. */
  readonly formerKeys?: readonly VerifierKey[]
  /** The largest tree the vault or a neighbour cosigned for this log. */
  readonly witnessed?: Witnessed
  readonly groupCommit?: {
    /** How long an idle ledger waits for company before it writes; default 2. */
    readonly windowMs?: number
    /**
     * Events that end the wait; default 256. A group holds more if more came during the last write.
     */
    readonly maxEvents?: number
    /** Bytes of entries that may wait for the disk; default 4 MiB. More are refused. */
    readonly maxWaitingBytes?: number
  }
  /** Longest time events stay unsigned; default 1,000, 0 to sign on demand only. */
  readonly checkpointEveryMs?: number
}

/** Where and when an event stands; given once it is durable. */
export interface Appended {
  readonly seq: number
  /** Hybrid logical clock, Unix ms. */
  readonly timeMs: number
}

export interface TailOptions {
  /** First sequence number; default: the next event to come. */
  readonly from?: number
  readonly signal?: AbortSignal
}

/** An append-only log that proves itself. Errors are {@link LedgerError}s. */
export interface Ledger {
  readonly origin: string
  /** Durable events. */
  readonly size: number
  /** The last checkpoint, durable too. */
  readonly signed: Checkpoint | undefined
  /** Whether appends are refused: because of `faults`, or of a write that failed. */
  readonly readOnly: boolean
  /** What verification found; empty for a sound log. */
  readonly faults: readonly Fault[]
  /** Why the last checkpoint or cosignature in the background was not made, until one is. */
  readonly signingFailure: LedgerError | undefined

  /**
   * Appends an event; resolves when it is durable.
   *
   * Rejects with `LEDGER_LIMIT`, `LEDGER_OVERLOADED`, `LEDGER_READ_ONLY`, `LEDGER_CLOSED`, or with
   * the store's error if its group could not be written: then it may or may not be in the log after
   * a restart.
   */
  append(event: EventInput): Promise<Appended>
  /**
   * Appends events in one group, one after the other; resolves to the first when all are durable.
   */
  appendAll(events: readonly EventInput[]): Promise<Appended>
  root(): Uint8Array
  head(): LedgerHead
  /**
   * Writes what waits, reads it back, and signs it. Rejects with `LEDGER_COSIGNER_FAILED`, or with
   * `LEDGER_INCONSISTENT` if what came back is not what was written.
   */
  checkpoint(): Promise<Checkpoint>
  /** Proof that the last checkpoint holds event `seq`; rejects with `LEDGER_UNPROVEN`. */
  prove(seq: number): Promise<InclusionProof>
  /**
   * Proof that the log of `from` events is a prefix of that of `to`; rejects with
   * `LEDGER_UNPROVEN`.
   */
  consistency(from: number, to: number): Promise<ConsistencyProof>
  /** Durable events in order. */
  read(options?: ReadOptions): AsyncGenerator<LedgerEvent>
  /**
   * As {@link read}, then goes on with events as they become durable; a slow reader lags, it loses
   * nothing.
   */
  tail(options?: TailOptions): AsyncGenerator<LedgerEvent>
  /** A tile as C2SP tlog-tiles serves it: `width` hashes of 32 bytes. */
  tile(level: number, index: number, width?: number): Promise<Uint8Array | undefined>
  /** An entry bundle as C2SP tlog-tiles serves it. */
  entries(index: number, width?: number): Promise<Uint8Array | undefined>
  /** Writes what waits, signs it if the cosigner answers, and closes the store. */
  close(): Promise<void>
}

const DEFAULT_WINDOW_MS = 2
const DEFAULT_MAX_EVENTS = 256
const DEFAULT_MAX_WAITING_BYTES = 4 * 1024 * 1024
const DEFAULT_CHECKPOINT_EVERY_MS = 1_000

/**
 * Opens a log and verifies its end. A log with a fault opens read-only, its `faults` named by a
 * full verification.
 *
 * @example
 * ```ts
 * const ports = { store, clock: Date.now, scheduler: systemScheduler, cosigner }
 * const ledger = await openLedger({ ...ports, origin: 'mesh.example/node-7' })
 * const { seq } = await ledger.append({ type: 1, actor: memberId, policyVersion: 1, payload })
 * await ledger.checkpoint()
 * const proof = await ledger.prove(seq)
 * ```
 */
export async function openLedger(init: LedgerInit): Promise<Ledger> {
  const { store, origin, cosigner, witnessed } = init
  if (![origin, cosigner.name].every(isLogName) || !isPublicKey(cosigner.publicKey)) {
    const message =
      'origin, cosigner name or public key is out of its limits: correct the configuration'
    throw new LedgerError(LedgerErrorCode.limit, message)
  }
  const keys = [cosigner, ...(init.formerKeys ?? [])]
  const opened = await openLog(store, { origin, keys, witnessed })
  if (!('fault' in opened)) return new StoredLedger(init, opened)
  const report = await verifyLedger(store, { origin, keys, witnessed })
  return new StoredLedger(init, report.ok ? { ...report, faults: [opened] } : report)
}

function isLogName(name: string): boolean {
  return isKeyName(name) && Buffer.byteLength(name) <= MAX_NAME_BYTES
}

function isPublicKey(key: Uint8Array): boolean {
  return key.length === ML_DSA_44_PUBLIC_KEY_BYTES
}

/** The parts that only a sound log has: it takes events, writes them, signs them. */
interface Pen {
  readonly writer: Writer
  readonly commit: GroupCommit
  readonly notary: Notary
}

class StoredLedger implements Ledger {
  readonly #init: LedgerInit
  readonly #reader: LogReader
  readonly #pen: Pen | undefined
  readonly #faults: Fault[]
  #durable: LogHead
  #signed: Checkpoint | undefined
  #signingFailure: LedgerError | undefined
  /** Why appends are refused, once they are. */
  #refusal: LedgerError | undefined
  /** Records of the notary that go with the next group. */
  #records: NotaryRecord[] = []
  /** Auditing and signing happen one after the other; this is the last of them. */
  #signing: Promise<unknown> = Promise.resolve()
  #auditing = false
  #checkpointTimer: unknown
  /** Whoever tails waits for this; there is none while nobody does. */
  #growth: PromiseWithResolvers<void> | undefined
  #closing: Promise<void> | undefined

  constructor(init: LedgerInit, found: OpenedLog | VerifyReport) {
    this.#init = init
    this.#reader = new LogReader(init.store, () => this)
    this.#signed = found.signed
    if ('faults' in found) {
      this.#faults = [...found.faults]
      this.#durable = logHead(found.intact)
      this.#refusal = readOnly(
        'verification found faults: see them, then restore the log or its store'
      )
    } else {
      this.#faults = []
      this.#durable = headOf(found.state)
      this.#pen = this.#takeUp(found)
    }
  }

  get origin(): string {
    return this.#init.origin
  }

  get size(): number {
    return this.#durable.size
  }

  get signed(): Checkpoint | undefined {
    return this.#signed
  }

  get readOnly(): boolean {
    return this.#refusal !== undefined
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  get signingFailure(): LedgerError | undefined {
    return this.#signingFailure
  }

  append(event: EventInput): Promise<Appended> {
    return this.#add([event])
  }

  appendAll(events: readonly EventInput[]): Promise<Appended> {
    return this.#add(events)
  }

  root(): Uint8Array {
    return hashToBytes(this.#durable.root)
  }

  head(): LedgerHead {
    return publicHead(this.#durable)
  }

  async checkpoint(): Promise<Checkpoint> {
    if (this.#pen === undefined || this.#refusal !== undefined) throw this.#refusal!
    await this.#pen.commit.flush()
    return this.#sign(this.#pen)
  }

  prove(seq: number): Promise<InclusionProof> {
    return this.#reader.prove(seq)
  }

  consistency(from: number, to: number): Promise<ConsistencyProof> {
    return this.#reader.consistency(from, to)
  }

  read(options?: ReadOptions): AsyncGenerator<LedgerEvent> {
    return this.#reader.read(options)
  }

  async *tail({ from = this.size, signal }: TailOptions = {}): AsyncGenerator<LedgerEvent> {
    const stopped = Promise.withResolvers<void>()
    const stop = (): void => stopped.resolve()
    const isOver = (): boolean => signal?.aborted === true || this.#closing !== undefined
    signal?.addEventListener('abort', stop)
    try {
      for (let next = from; !isOver(); ) {
        for await (const event of this.#reader.read({ from: next })) {
          if (isOver()) return
          next = event.seq + 1
          yield event
        }
        if (next < this.size) continue
        this.#growth ??= Promise.withResolvers()
        await Promise.race([this.#growth.promise, stopped.promise])
      }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  tile(level: number, index: number, width?: number): Promise<Uint8Array | undefined> {
    return this.#reader.tile(level, index, width)
  }

  entries(index: number, width?: number): Promise<Uint8Array | undefined> {
    return this.#reader.entries(index, width)
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  #add(events: readonly EventInput[]): Promise<Appended> {
    const pen = this.#pen
    const refusal = this.#refusal ?? this.#check(events)
    if (pen === undefined || refusal !== undefined) return Promise.reject(refusal!)
    const now = this.#init.clock()
    const seq = pen.writer.add(events[0]!, now)
    const { timeMs } = pen.writer
    for (let i = 1; i < events.length; i++) pen.writer.add(events[i]!, now)
    return pen.commit.join(events.length).then(() => ({ seq, timeMs }))
  }

  #check(events: readonly EventInput[]): LedgerError | undefined {
    const { writer } = this.#pen!
    let bytes = writer.waitingBytes
    for (const event of events) {
      const fault = inputFault(event)
      if (fault !== undefined) return limit(`${fault}: shorten or correct the event`)
      bytes += ENTRY_OVERHEAD_BYTES + event.payload.length
    }
    if (events.length === 0) return limit('there are no events to append')
    if (writer.size + events.length > MAX_EVENTS) return limit('the log is full: start another')
    if (bytes <= (this.#init.groupCommit?.maxWaitingBytes ?? DEFAULT_MAX_WAITING_BYTES))
      return undefined
    const message = `${writer.waitingBytes} bytes wait for the disk: wait for earlier appends`
    return new LedgerError(LedgerErrorCode.overloaded, message)
  }

  /** Readies a sound log to be written on. */
  #takeUp(found: OpenedLog): Pen {
    const { store: _, scheduler, groupCommit, ...rest } = this.#init
    const { auditor, state, signed, checkpointSizes, cosigned } = found
    const { head, timeMs, tick, checkpointSize } = state
    const tree = auditor.tree
    return {
      writer: new Writer({ tree, head, timeMs, tick, checkpointSize }),
      commit: new GroupCommit({
        scheduler,
        windowMs: groupCommit?.windowMs ?? DEFAULT_WINDOW_MS,
        maxEvents: groupCommit?.maxEvents ?? DEFAULT_MAX_EVENTS,
        write: this.#write,
        onFailure: this.#failWriting
      }),
      notary: new Notary({ ...rest, auditor, signed, checkpointSizes, cosigned, keep: this.#keep })
    }
  }

  readonly #write = async (): Promise<void> => {
    const records = this.#records.splice(0)
    const group = this.#pen!.writer.take()
    const { state, tiles } = group
    const operations = [...entryRecords(group), ...tiles]
    for (const record of records) {
      const tile = record.partialTile
      const isFull = tile !== undefined && tile.index < fullTiles(tile.level, state.size)
      if (!isFull) operations.push(record)
    }
    operations.push({ key: STATE_KEY, value: encodeState(state) })
    await this.#init.store.write(operations, true)
    this.#durable = headOf(state)
    this.#grow()
    this.#signLater()
  }

  readonly #failWriting = (error: unknown): LedgerError => {
    const failure =
      error instanceof LedgerError
        ? error
        : new LedgerError(LedgerErrorCode.io, 'a write failed: check the disk, then restart', error)
    this.#refusal ??= readOnly(
      'a write failed: mend its cause, then open the ledger again',
      failure
    )
    return failure
  }

  readonly #keep = (records: readonly NotaryRecord[], checkpointSize?: number): Promise<void> => {
    const { writer, commit } = this.#pen!
    this.#records.push(...records)
    if (checkpointSize === undefined) return commit.join(0)
    writer.noteCheckpoint(checkpointSize)
    const durable = commit.join(0)
    commit.flush().catch(() => undefined)
    return durable
  }

  /**
   * After a write: has full subtrees cosigned soon, and the rest within the checkpoint interval.
   */
  #signLater(): void {
    const { notary } = this.#pen!
    if (this.#closing !== undefined) return
    if (!this.#auditing && this.size - notary.audited >= SUBTREE_EVENTS) {
      this.#auditing = true
      this.#oneByOne(() => notary.advance(this.size - (this.size % SUBTREE_EVENTS)))
        .catch(() => undefined)
        .finally(() => {
          this.#auditing = false
        })
    }
    this.#armCheckpoint()
  }

  #armCheckpoint(): void {
    const everyMs = this.#init.checkpointEveryMs ?? DEFAULT_CHECKPOINT_EVERY_MS
    const unsigned = this.size > (this.#signed?.size ?? 0)
    if (everyMs === 0 || !unsigned || this.#checkpointTimer !== undefined) return
    this.#checkpointTimer = this.#init.scheduler.setTimer(() => {
      this.#checkpointTimer = undefined
      if (this.#refusal !== undefined) return
      this.#sign(this.#pen!).then(
        () => this.#armCheckpoint(),
        () => this.#armCheckpoint()
      )
    }, everyMs)
  }

  #disarmCheckpoint(): void {
    if (this.#checkpointTimer !== undefined) this.#init.scheduler.clearTimer(this.#checkpointTimer)
    this.#checkpointTimer = undefined
  }

  async #sign({ notary }: Pen): Promise<Checkpoint> {
    return this.#oneByOne(async () => {
      const checkpoint = await notary.checkpoint(this.#durable)
      this.#signed = checkpoint
      if (checkpoint.size === this.size) this.#disarmCheckpoint()
      return checkpoint
    })
  }

  /** Runs a signing task after those before it, and keeps the score of what fails. */
  #oneByOne<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#signing.then(task)
    this.#signing = result.then(
      () => {
        this.#signingFailure = undefined
      },
      (error: unknown) => {
        if (error instanceof LedgerError) this.#signingFailure = error
        if (!(error instanceof AuditFailure)) return
        this.#faults.push(error.fault)
        this.#refusal ??= readOnly('the log read back is not the log written: verify it', error)
      }
    )
    return result
  }

  #grow(): void {
    this.#growth?.resolve()
    this.#growth = undefined
  }

  async #finish(): Promise<void> {
    const sound = this.#refusal === undefined
    this.#refusal ??= new LedgerError(LedgerErrorCode.closed, 'the ledger is closed: open it again')
    this.#disarmCheckpoint()
    if (this.#pen !== undefined && sound) {
      const { commit } = this.#pen
      await commit.flush().catch(() => undefined)
      if (this.size > (this.#signed?.size ?? 0)) await this.#sign(this.#pen).catch(() => undefined)
      await this.#signing
      await commit.flush().catch(() => undefined)
    }
    await this.#signing
    await this.#init.store.close()
    this.#grow()
  }
}

function headOf(state: LedgerState): LogHead {
  return { size: state.size, root: stateRoot(state), leaf: state.head }
}

function limit(message: string): LedgerError {
  return new LedgerError(LedgerErrorCode.limit, message)
}

function readOnly(message: string, cause?: unknown): LedgerError {
  return new LedgerError(LedgerErrorCode.readOnly, message, cause)
}
