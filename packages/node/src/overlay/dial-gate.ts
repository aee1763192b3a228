/** Lets at most so many dials run at once; the rest wait in the order they came. */
export class DialGate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(parallel: number) {
    this.#free = parallel
  }

  async run<T>(dial: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await dial()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
