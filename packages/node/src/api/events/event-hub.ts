import { clearInterval, setInterval } from 'node:timers'
import type { EventPort } from '../ports.ts'
import { EventStream, eventMessage } from './event-stream.ts'

export const MAX_STREAMS = 64
const BEAT_EVERY_MS = 15_000

/** Repeats `run` each `everyMs` until the returned function is called. */
export type Every = (everyMs: number, run: () => void) => () => void

export const everyInterval: Every = (everyMs, run) => {
  const timer = setInterval(run, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

export interface EventHubInit {
  readonly events: EventPort
  readonly every: Every
  readonly onError: (error: unknown) => void
}

/** Serves the event streams of all clients; an event is serialised once for all of them. */
export class EventHub {
  readonly #init: EventHubInit
  readonly #streams = new Set<EventStream>()
  /** Dropped streams whose client has not yet taken the rest; they keep their place until then. */
  readonly #ending = new Set<EventStream>()
  #newest = -1
  #stop: (() => void) | undefined

  constructor(init: EventHubInit) {
    this.#init = init
  }

  /**
   * @param after - `seq` of the last event the client has; only new events when left out
   * @returns `undefined` when {@link MAX_STREAMS} are open
   */
  open(after?: number): EventStream | undefined {
    if (this.#streams.size + this.#ending.size >= MAX_STREAMS) return undefined
    this.#stop ??= this.#start()
    const { events, onError } = this.#init
    const newest = (): number => Math.max(this.#newest, events.latestSeq())
    // A client may know a later event than this ledger: it was another node's, or was rolled back.
    const stream = new EventStream({
      events,
      after: Math.min(after ?? newest(), newest()),
      newest,
      onError
    })
    this.#streams.add(stream)
    stream.once('dropped', () => {
      if (this.#streams.delete(stream)) this.#ending.add(stream)
    })
    stream.once('close', () => {
      this.#streams.delete(stream)
      this.#ending.delete(stream)
      this.#stopWhenIdle()
    })
    return stream
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams) stream.dismiss('the node stops')
  }

  #start(): () => void {
    const { events, every } = this.#init
    const unsubscribe = events.subscribe(event => {
      this.#newest = Math.max(this.#newest, event.seq)
      const message = eventMessage(event)
      for (const stream of this.#streams) stream.offer(event.seq, message)
    })
    const stopBeats = every(BEAT_EVERY_MS, () => this.#beat())
    return () => {
      unsubscribe()
      stopBeats()
    }
  }

  #beat(): void {
    for (const stream of this.#ending) stream.destroy()
    for (const stream of this.#streams) stream.beat()
  }

  #stopWhenIdle(): void {
    if (this.#streams.size + this.#ending.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }
}
