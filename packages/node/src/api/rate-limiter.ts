export interface RateLimiterInit {
  readonly perMinute: number
  /** Callers remembered at once; the one seen longest ago is forgotten first. */
  readonly maxCallers: number
  readonly nowMs: () => number
}

const MINUTE_MS = 60_000

/** Token buckets, one a caller, that fill evenly over a minute. */
export class RateLimiter {
  readonly #init: RateLimiterInit
  readonly #buckets = new Map<string, { left: number; atMs: number }>()

  constructor(init: RateLimiterInit) {
    this.#init = init
  }

  /** @returns 0 when the caller may go on, else the milliseconds to wait */
  take(caller: string): number {
    const { perMinute, maxCallers, nowMs } = this.#init
    const now = nowMs()
    const held = this.#buckets.get(caller) ?? { left: perMinute, atMs: now }
    const filled = ((now - held.atMs) * perMinute) / MINUTE_MS
    const left = Math.min(perMinute, held.left + filled)
    const taken = left >= 1
    this.#buckets.delete(caller)
    this.#buckets.set(caller, { left: taken ? left - 1 : left, atMs: now })
    if (this.#buckets.size > maxCallers) this.#buckets.delete(this.#buckets.keys().next().value!)
    return taken ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / perMinute)
  }
}
