import { OperatorError, type OperatorErrorCode } from './errors.ts'

type Fields = Readonly<Record<string, unknown>>

/** Reads values from outside; every complaint names the place. */
export class Reader {
  readonly #value: unknown
  readonly #code: OperatorErrorCode
  readonly at: string

  constructor(value: unknown, at: string, code: OperatorErrorCode) {
    this.#value = value
    this.at = at
    this.#code = code
  }

  fail(why: string): OperatorError {
    return new OperatorError(this.#code, `${this.at}: ${why}`)
  }

  get given(): boolean {
    return this.#value !== undefined && this.#value !== null
  }

  get raw(): unknown {
    return this.#value
  }

  /** @throws OperatorError if this is no object or has a field that isn't `known` */
  fields(...known: readonly string[]): this {
    for (const key of Object.keys(this.#object())) {
      if (!known.includes(key)) throw this.fail(`unknown field ${key}; known: ${known.join(', ')}`)
    }
    return this
  }

  get(key: string): Reader {
    return new Reader(this.#object()[key], `${this.at}.${key}`, this.#code)
  }

  text(maxLength = 256): string {
    if (typeof this.#value !== 'string' || this.#value === '') throw this.fail('give a text')
    if (this.#value.length > maxLength) throw this.fail(`at most ${maxLength} characters`)
    return this.#value
  }

  matching(pattern: RegExp, example: string): string {
    const text = this.text()
    if (!pattern.test(text)) throw this.fail(`write it like ${example}`)
    return text
  }

  integer(min: number, max: number, fallback?: number): number {
    if (!this.given && fallback !== undefined) return fallback
    const value = this.#value
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw this.fail(`give a whole number from ${min} to ${max}`)
    }
    return value
  }

  flag(fallback: boolean): boolean {
    if (!this.given) return fallback
    if (typeof this.#value !== 'boolean') throw this.fail('write true or false')
    return this.#value
  }

  choice<T extends string>(choices: readonly T[], fallback?: T): T {
    if (!this.given && fallback !== undefined) return fallback
    const found = choices.find(choice => choice === this.#value)
    if (found === undefined) throw this.fail(`one of ${choices.join(', ')}`)
    return found
  }

  scalar(): string | number | boolean {
    const value = this.#value
    if (typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw this.fail('give a text, a number, true or false')
  }

  list<T>(max: number, read: (item: Reader) => T): T[] {
    if (!this.given) return []
    if (!Array.isArray(this.#value)) throw this.fail('give a list')
    if (this.#value.length > max) throw this.fail(`at most ${max} entries`)
    return this.#value.map((item, i) => read(new Reader(item, `${this.at}[${i}]`, this.#code)))
  }

  entries<T>(max: number, read: (item: Reader, key: string) => T): [string, T][] {
    if (!this.given) return []
    const keys = Object.keys(this.#object())
    if (keys.length > max) throw this.fail(`at most ${max} entries`)
    return keys.map(key => [key, read(this.get(key), key)])
  }

  optional<T>(read: (item: Reader) => T): T | undefined {
    return this.given ? read(this) : undefined
  }

  #object(): Fields {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) {
      throw this.fail('give named fields')
    }
    return this.#value as Fields
  }
}
