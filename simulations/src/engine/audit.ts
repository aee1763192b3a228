import { mix } from './random.ts'

/** A 64-bit running hash over everything a run said: equal runs have equal hashes. Not cryptographic. */
export class AuditHash {
  #low = 0
  #high = 0x6a09_e667

  add(word: number): void {
    this.#low = mix(this.#low ^ word)
    this.#high = (mix(this.#high ^ this.#low) + word) | 0
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(this.#high) + hex(this.#low)
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
