import { Readable } from 'node:stream'
import type { NodeEvent } from '../../view.ts'
import type { EventPort } from '../ports.ts'
import { sseComment, sseMessage } from './sse.ts'

/** What a client may have waiting: some 1,500 events. Who needs more is dropped and can resume. */
export const MAX_QUEUE_BYTES: number = 256 * 1024
const PAGE_EVENTS = 256
const RETRY_MS = 2_000

export interface EventStreamInit {
  readonly events: EventPort
  /** `seq` of the last event the client has, -1 for none. */
  readonly after: number
  /** `seq` of the newest event anybody heard of. */
  readonly newest: () => number
  readonly onError: (error: unknown) => void
}

/** Turns an event into what goes over the wire. */
export function eventMessage(event: NodeEvent): Buffer {
  return sseMessage(event, { id: event.seq })
}

/**
 * One client's stream: first what it missed, read from the ledger page by page as fast as it takes
 * them, then live events as they come. The stream's own buffer is the client's bounded queue.
 */
export class EventStream extends Readable {
  readonly #init: EventStreamInit
  #cursor: number
  #live = false
  #ended = false
  #pushed = 0
  #takenAtBeat = -1
  #wanted: (() => void) | undefined

  constructor(init: EventStreamInit) {
    super()
    this.#init = init
    this.#cursor = init.after
    // An id without data tells the client where it stands: it can resume before the first event.
    this.#send(Buffer.from(`id: ${init.after}\nretry: ${RETRY_MS}\n\n`))
    this.#catchUp().catch((error: unknown) => {
      init.onError(error)
      this.dismiss('the node failed to read its ledger; resume with Last-Event-ID')
    })
  }

  /** A live event; ignored while the client still catches up, since it will be read. */
  offer(seq: number, message: Buffer): void {
    if (!this.#live || seq <= this.#cursor) return
    this.#cursor = seq
    this.#send(message)
    if (this.readableLength > MAX_QUEUE_BYTES) this.#dropSlow()
  }

  /** Keeps proxies from closing a quiet stream, and drops a client that took nothing since. */
  beat(): void {
    const taken = this.#pushed - this.readableLength
    if (this.readableLength === 0) this.#send(sseComment('beat'))
    else if (taken === this.#takenAtBeat) this.#dropSlow()
    this.#takenAtBeat = taken
  }

  /** Says why, then ends. */
  dismiss(reason: string): void {
    if (this.#ended) return
    this.#send(sseComment(reason))
    this.#ended = true
    this.#live = false
    this.push(null)
    this.emit('dropped')
  }

  override _read(): void {
    this.#wanted?.()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#ended = true
    this.#wanted?.()
    callback(error)
  }

  #dropSlow(): void {
    this.dismiss('too slow, dropped; resume with Last-Event-ID')
  }

  #send(bytes: Buffer): boolean {
    if (this.#ended) return false
    this.#pushed += bytes.length
    return this.push(bytes)
  }

  async #catchUp(): Promise<void> {
    const { events, newest } = this.#init
    while (!this.#ended) {
      const upTo = newest()
      if (this.#cursor >= upTo) {
        this.#live = true
        return
      }
      const page = await events.read(this.#cursor + 1, PAGE_EVENTS)
      for (const event of page) {
        this.#cursor = event.seq
        if (!this.#send(eventMessage(event))) await this.#room()
      }
      if (page.length < PAGE_EVENTS) this.#cursor = Math.max(this.#cursor, upTo)
    }
  }

  #room(): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return new Promise(resolve => {
      this.#wanted = resolve
    })
  }
}
