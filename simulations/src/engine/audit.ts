import { mix } from './random.ts'

/** A 64-bit running hash over everything a run said: equal runs have equal hashes. Not cryptographic. */
export class AuditHash {
  #low = 0
  #high = 0x6a09_e667

  add(word: number): void {
    this.#low = mix(this.#low ^ word)
    this.#high = (mix(this.#high ^ this.#low) + word) | 0
  }

  /** Adds an event; weaker than four times {@link add} and much cheaper. */
  addEvent(tick: number, local: number, word: number, a: number, b: number): void {
    const place = Math.imul(tick ^ this.#low, 0x9e37_79b1) ^ Math.imul(local, 0x85eb_ca6b)
    const content = Math.imul(word ^ place, 0xc2b2_ae35) ^ Math.imul(a, 0x27d4_eb2f) ^ b
    this.#low = (content ^ (content >>> 15)) | 0
    this.#high = (Math.imul(this.#high, 0x0100_0193) + this.#low) | 0
  }

  /** {@link addEvent} for an event of one word. */
  addWord(tick: number, event: number): void {
    const content = Math.imul(this.#low ^ event, 0x9e37_79b1) ^ tick
    this.#low = content ^ (content >>> 15)
    this.#high = (Math.imul(this.#high, 0x0100_0193) + this.#low) | 0
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(this.#high) + hex(this.#low)
  }

  /** Both halves: what a checkpoint keeps. */
  save(): readonly [low: number, high: number] {
    return [this.#low, this.#high]
  }

  restore(saved: readonly [low: number, high: number]): void {
    this.#low = saved[0]
    this.#high = saved[1]
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
