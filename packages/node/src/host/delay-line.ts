/** Time and one-shot timers, as much as a {@link DelayLine} needs. */
export interface LineClock {
  /** Monotonic; fractions count. */
  nowMs(): number
  setTimer(callback: () => void, delayMs: number): unknown
  clearTimer(timer: unknown): void
}

const systemLineClock: LineClock = {
  nowMs: () => performance.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimer: timer => clearTimeout(timer as NodeJS.Timeout)
}

/** Timers have whole milliseconds: early by up to this is nearer than late by the rest. */
const EARLY_MS = 0.5

interface Item {
  readonly dueMs: number
  readonly arrive: () => void
}

/** What travels to a host one way: it arrives in order, not before its time, and not while held. */
export class Lane {
  readonly items: Item[] = []
  held = false
}

/** Everything on its way to one host, on one timer. */
export class DelayLine {
  readonly #clock: LineClock
  /** Lanes that aren't held, with something in them. */
  readonly #moving = new Set<Lane>()
  #timer: unknown
  #wakeMs = Number.POSITIVE_INFINITY

  constructor(clock: LineClock = systemLineClock) {
    this.#clock = clock
  }

  add(lane: Lane, delayMs: number, arrive: () => void): void {
    lane.items.push({ dueMs: this.#clock.nowMs() + delayMs, arrive })
    if (!lane.held) this.#move(lane)
  }

  hold(lane: Lane): void {
    lane.held = true
    this.#moving.delete(lane)
  }

  release(lane: Lane): void {
    lane.held = false
    if (lane.items.length > 0) this.#move(lane)
  }

  /** Nothing of it arrives any more. */
  clear(lane: Lane): void {
    lane.items.length = 0
    this.#moving.delete(lane)
  }

  #move(lane: Lane): void {
    this.#moving.add(lane)
    const { dueMs } = lane.items[0]!
    if (dueMs < this.#wakeMs) this.#wakeAt(dueMs)
  }

  #wakeAt(dueMs: number): void {
    this.#clock.clearTimer(this.#timer)
    this.#wakeMs = dueMs
    const delayMs = Math.max(0, Math.floor(dueMs - this.#clock.nowMs()))
    this.#timer = this.#clock.setTimer(() => this.#wake(), delayMs)
  }

  #wake(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY
    const untilMs = this.#clock.nowMs() + EARLY_MS
    let nextMs = Number.POSITIVE_INFINITY
    for (const lane of this.#moving) {
      while (!lane.held && lane.items.length > 0 && lane.items[0]!.dueMs <= untilMs) {
        lane.items.shift()!.arrive()
      }
      if (lane.items.length === 0) this.#moving.delete(lane)
      else if (!lane.held) nextMs = Math.min(nextMs, lane.items[0]!.dueMs)
    }
    // What arrived may have set a timer of its own.
    if (nextMs < this.#wakeMs) this.#wakeAt(nextMs)
  }
}
