import { type ShardPort, TICKS_PER_MS } from '../engine/model.ts'

/** A ms has 2^2 ticks. */
const TICK_BITS: number = 31 - Math.clz32(TICKS_PER_MS)

/** The present when last looked at, modulo 2^32. */
export class Present {
  tick = 0
  ms = 0
  /** Ticks of the ms that are past. */
  #past = 0
  readonly #port: ShardPort

  constructor(port: ShardPort) {
    this.#port = port
  }

  look(): void {
    const { nowTicks, nowMs } = this.#port
    this.tick = nowTicks | 0
    this.ms = nowMs | 0
    this.#past = nowTicks - nowMs * TICKS_PER_MS
  }

  /** The whole ms that a tick near the present lies in, modulo 2^32. */
  msOf(tick: number): number {
    return (this.ms + ((tick - this.tick + this.#past) >> TICK_BITS)) | 0
  }
}
