import { VALIDATORS_MAX } from '../certificate/epoch.ts'
import { ASKING_PEERS_MAX } from '../engine/limits.ts'

/** The engine's numbers for members: a validator's index, and higher ones for the others. */
export class Peers {
  readonly #validators: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>
  /** Who isn't in the set, in a ring: an answer goes to who asked last. */
  readonly #others: string[] = []
  #next = 0

  constructor(validators: readonly string[]) {
    this.#validators = validators
    this.#numbers = new Map(validators.map((member, at) => [member, at]))
  }

  numberOf(member: string): number {
    const index = this.#numbers.get(member)
    if (index !== undefined) return index
    const known = this.#others.indexOf(member)
    if (known >= 0) return VALIDATORS_MAX + known
    const at = this.#next
    this.#others[at] = member
    this.#next = (at + 1) % ASKING_PEERS_MAX
    return VALIDATORS_MAX + at
  }

  memberOf(number: number): string | undefined {
    return number < VALIDATORS_MAX
      ? this.#validators[number]
      : this.#others[number - VALIDATORS_MAX]
  }
}
