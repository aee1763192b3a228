/** Leaves a {@link Field}; caught in `decodeFile` and turned into an error in `encode`. */
export class Malformed extends Error {}

/** Reads a value from outside; every complaint names the place. */
export class Field {
  readonly #value: unknown
  readonly at: string

  constructor(value: unknown, at: string) {
    this.#value = value
    this.at = at
  }

  fail(why: string): Malformed {
    return new Malformed(`${this.at}: ${why}`)
  }

  /** The fields of an object that has these and no others. */
  object<K extends string>(...keys: readonly K[]): Readonly<Record<K, Field>> {
    const value = this.#value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.fail('give named fields')
    }
    const unknown = Object.keys(value).find(key => !(keys as readonly string[]).includes(key))
    if (unknown !== undefined) throw this.fail(`unknown field ${unknown.slice(0, 64)}`)
    const entries = keys.map(key => {
      const given = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
      return [key, new Field(given, `${this.at}.${key}`)]
    })
    return Object.fromEntries(entries)
  }

  text(pattern: RegExp, maxChars: number): string {
    const value = this.#value
    if (typeof value !== 'string' || value.length > maxChars || !pattern.test(value)) {
      throw this.fail(`give a text of at most ${maxChars} characters like ${pattern.source}`)
    }
    return value
  }

  hex(bytes: number): string {
    return this.text(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), 2 * bytes)
  }

  integer(min: number, max: number): number {
    const value = this.#value
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw this.fail(`give a whole number from ${min} to ${max}`)
    }
    return value
  }

  choice<T extends string>(choices: readonly T[]): T {
    const found = choices.find(choice => choice === this.#value)
    if (found === undefined) throw this.fail(`one of ${choices.join(', ')}`)
    return found
  }

  /** A list whose keys strictly ascend, so that there is one way to write it. */
  ascending<T>(
    min: number,
    max: number,
    read: (item: Field) => T,
    keyOf: (item: T) => string | number
  ): T[] {
    const value = this.#value
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      throw this.fail(`give a list of ${min} to ${max}`)
    }
    const items = value.map((item, i) => read(new Field(item, `${this.at}[${i}]`)))
    for (let i = 1; i < items.length; i++) {
      if (keyOf(items[i - 1]!) >= keyOf(items[i]!)) throw this.fail('sort it, each but once')
    }
    return items
  }

  nullable<T>(read: (field: Field) => T): T | null {
    return this.#value === null ? null : read(this)
  }
}
