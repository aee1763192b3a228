import { connect, type Socket } from 'node:net'
import { decode, encode } from '../codec/codec.ts'
import { VaultError } from '../errors.ts'
import { FRAME_MAX_BYTES } from '../limits.ts'
import { AnswerKind, encodeFrame, type Frame, FrameReader } from '../wire/frames.ts'
import { type Op, REQUESTS, type Requests, wireError } from '../wire/requests.ts'

export interface VaultClientInit {
  readonly socketPath: string
  readonly token: string
  /** Requests that may wait for an answer; 4,096 if left out. */
  readonly maxWaiting?: number
  /** How long one may wait; 30,000 if left out. */
  readonly timeoutMs?: number
}

/** Asks a vault. Requests go out at once; answers may overtake each other. */
export interface VaultClient {
  /**
   * Asks, over a new connection where the last one broke. What the vault may have begun and can be
   * asked again without harm (signing, reading) is asked again; the rest fails.
   *
   * @throws VaultError as the vault refused, or `VAULT_UNREACHABLE`, `VAULT_BUSY`
   */
  ask<O extends Op>(op: O, request: Requests[O]['request']): Promise<Requests[O]['answer']>
  /** Requests that wait for an answer. */
  readonly waiting: number
  close(): void
}

interface Waiting {
  readonly id: number
  readonly op: Op
  readonly body: Buffer
  deadlineMs: number
  readonly resolve: (answer: never) => void
  readonly reject: (error: VaultError) => void
  isSent: boolean
}

const MAX_WAITING = 4_096
const TIMEOUT_MS = 30_000
const TICK_MS = 250
/** A tick that comes later than this says that the process didn't run. */
const LATE_MS: number = 4 * TICK_MS
const FIRST_DELAY_MS = 25
const LONGEST_DELAY_MS = 2_000
/** Signing again gives the same vote, or one more signature over the same statement. */
const REPEATABLE: ReadonlySet<Op> = new Set(['status', 'publicKey', 'sign', 'audit', 'lock'])

/** Connects when the first request comes. */
export function createVaultClient(init: VaultClientInit): VaultClient {
  return new ReconnectingClient(init)
}

class ReconnectingClient implements VaultClient {
  readonly #init: VaultClientInit
  readonly #maxWaiting: number
  readonly #timeoutMs: number
  readonly #waiting = new Map<number, Waiting>()
  #socket: Socket | undefined
  #isReady = false
  #nextId = 1
  #delayMs = FIRST_DELAY_MS
  #retry: NodeJS.Timeout | undefined
  #ticker: NodeJS.Timeout | undefined
  #tickedMs = 0
  #isClosed = false

  constructor(init: VaultClientInit) {
    this.#init = init
    this.#maxWaiting = init.maxWaiting ?? MAX_WAITING
    this.#timeoutMs = init.timeoutMs ?? TIMEOUT_MS
  }

  get waiting(): number {
    return this.#waiting.size
  }

  ask<O extends Op>(op: O, request: Requests[O]['request']): Promise<Requests[O]['answer']> {
    if (this.#isClosed) return Promise.reject(unreachable('this client was closed'))
    if (this.#waiting.size >= this.#maxWaiting) {
      const message = `${this.#maxWaiting} requests wait for the vault: ask again later`
      return Promise.reject(new VaultError('VAULT_BUSY', message))
    }
    const body = encode(REQUESTS[op].request, request)
    const id = this.#nextId
    this.#nextId = id === 0xffff_ffff ? 1 : id + 1
    const deadlineMs = performance.now() + this.#timeoutMs
    return new Promise((resolve, reject) => {
      const waiting = { id, op, body, deadlineMs, resolve, reject, isSent: false }
      this.#waiting.set(id, waiting)
      this.#tick()
      if (this.#isReady) this.#send(waiting)
      else this.#connect()
    })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#socket?.destroy()
    for (const { id } of [...this.#waiting.values()]) {
      this.#settle(id)?.reject(unreachable('this client was closed'))
    }
    clearInterval(this.#ticker)
  }

  #connect(): void {
    if (this.#socket !== undefined || this.#retry !== undefined || this.#isClosed) return
    const reader = new FrameReader()
    const socket = connect(this.#init.socketPath)
    this.#socket = socket
    let why = 'it hung up'
    socket.on('error', (error: NodeJS.ErrnoException) => {
      why = error.code ?? error.message
    })
    socket.on('close', () => this.#lose(why))
    socket.on('connect', () => {
      const hello = encode(REQUESTS.hello.request, { token: this.#init.token })
      socket.write(encodeFrame(0, REQUESTS.hello.number, hello))
    })
    socket.on('data', chunk => {
      const frames = reader.push(chunk as Buffer, FRAME_MAX_BYTES)
      if (frames === undefined) socket.destroy()
      else for (const frame of frames) this.#receive(frame)
    })
  }

  #receive(frame: Frame): void {
    if (frame.id === 0) return this.#welcome(frame)
    const waiting = this.#settle(frame.id)
    if (waiting === undefined) return
    if (frame.kind === AnswerKind.refused) return waiting.reject(refusalOf(frame))
    const answer = decode(REQUESTS[waiting.op].answer, frame.body)
    if (answer === undefined) waiting.reject(unreachable('it answers in another version'))
    else waiting.resolve(answer as never)
  }

  #welcome(frame: Frame): void {
    if (frame.kind === AnswerKind.refused) {
      const refusal = refusalOf(frame)
      for (const { id } of [...this.#waiting.values()]) this.#settle(id)?.reject(refusal)
      return
    }
    this.#isReady = true
    this.#delayMs = FIRST_DELAY_MS
    for (const waiting of this.#waiting.values()) this.#send(waiting)
  }

  #send(waiting: Waiting): void {
    waiting.isSent = true
    const { number } = REQUESTS[waiting.op]
    const frame = encodeFrame(waiting.id, number, waiting.body)
    // It may hold a passphrase or a key, which is the vault's alone once the kernel has it.
    const isSecret = !REPEATABLE.has(waiting.op)
    this.#socket?.write(frame, () => isSecret && frame.fill(0))
  }

  #lose(why: string): void {
    this.#socket = undefined
    this.#isReady = false
    for (const { id, op, isSent } of [...this.#waiting.values()]) {
      if (!isSent || REPEATABLE.has(op)) continue
      const message = `${why} before it answered: ask for the status, it may have done it`
      this.#settle(id)?.reject(unreachable(message))
    }
    if (this.#waiting.size === 0 || this.#isClosed) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#connect()
    }, this.#delayMs)
    this.#delayMs = Math.min(2 * this.#delayMs, LONGEST_DELAY_MS)
  }

  #tick(): void {
    if (this.#ticker !== undefined) return
    this.#tickedMs = performance.now()
    this.#ticker = setInterval(() => this.#expire(), TICK_MS)
  }

  #expire(): void {
    const nowMs = performance.now()
    // While this process stood still nobody could answer it; what came meanwhile is read first.
    const sinceMs = nowMs - this.#tickedMs
    const stoodStillMs = sinceMs > LATE_MS ? sinceMs : 0
    this.#tickedMs = nowMs
    for (const waiting of [...this.#waiting.values()]) {
      waiting.deadlineMs += stoodStillMs
      if (waiting.deadlineMs > nowMs) continue
      const { id } = waiting
      const message = `no answer in ${this.#timeoutMs} ms: is it running on ${this.#init.socketPath}?`
      this.#settle(id)?.reject(unreachable(message))
    }
  }

  /** Takes a request out, and lets the process end when none is left. */
  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    // It may hold a passphrase or a seed.
    if (waiting !== undefined && !REPEATABLE.has(waiting.op)) waiting.body.fill(0)
    if (this.#waiting.size === 0) {
      clearInterval(this.#ticker)
      this.#ticker = undefined
    }
    return waiting
  }
}

function refusalOf({ body }: Frame): VaultError {
  const refusal = decode(wireError, body)
  if (refusal === undefined) return unreachable('it answers in another version')
  return new VaultError(refusal.code, refusal.message)
}

function unreachable(why: string): VaultError {
  return new VaultError('VAULT_UNREACHABLE', `the vault can't be reached: ${why}`)
}
