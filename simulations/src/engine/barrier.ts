/** Looks at the others so often before it sleeps: about 20 µs. */
const SPINS = 2_000
const SLEEP_MS = 100

const ARRIVED = 0
const ROUND = 1
const STOPPED = 2
const WORDS = 4

/** Memory of a {@link Barrier}, shared between threads. */
export interface BarrierMemory {
  readonly words: Int32Array
  /** When the window starts that all agreed on. */
  readonly agreed: Float64Array
  /** By thread: the earliest tick it knows of. */
  readonly earliest: Float64Array
  /** By thread: events handled. */
  readonly events: Float64Array
}

export function createBarrierMemory(threads: number): BarrierMemory {
  const doubles = (): Float64Array =>
    new Float64Array(new SharedArrayBuffer(threads * Float64Array.BYTES_PER_ELEMENT))
  return {
    words: new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)),
    agreed: doubles(),
    earliest: doubles(),
    events: doubles()
  }
}

/** Where the threads of a run meet between two windows, and agree when the next one starts. */
export class Barrier {
  readonly #memory: BarrierMemory
  readonly #thread: number
  readonly #threads: number

  constructor(memory: BarrierMemory, thread: number) {
    this.#memory = memory
    this.#thread = thread
    this.#threads = memory.earliest.length
  }

  /**
   * Waits for all others.
   *
   * @param earliest - when this thread has its next event; `Infinity` if it has none
   * @returns the least of all threads' `earliest`; undefined if the run was stopped
   */
  meet(earliest: number, events: number): number | undefined {
    const { words, agreed } = this.#memory
    this.#memory.earliest[this.#thread] = earliest
    this.#memory.events[this.#thread] = events
    const round = Atomics.load(words, ROUND)
    if (Atomics.add(words, ARRIVED, 1) === this.#threads - 1) {
      agreed[0] = Math.min(...this.#memory.earliest)
      Atomics.store(words, ARRIVED, 0)
      Atomics.add(words, ROUND, 1)
      Atomics.notify(words, ROUND)
    } else {
      this.#wait(round)
    }
    return isStopped(this.#memory) ? undefined : agreed[0]!
  }

  #wait(round: number): void {
    const { words } = this.#memory
    for (let spin = 0; Atomics.load(words, ROUND) === round; spin++) {
      if (spin < SPINS) continue
      if (isStopped(this.#memory)) return
      Atomics.wait(words, ROUND, round, SLEEP_MS)
    }
  }
}

/** Makes every thread leave at its next meeting. */
export function stop(memory: BarrierMemory): void {
  Atomics.store(memory.words, STOPPED, 1)
  Atomics.notify(memory.words, ROUND)
}

function isStopped(memory: BarrierMemory): boolean {
  return Atomics.load(memory.words, STOPPED) === 1
}
