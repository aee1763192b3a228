import { NAME_MAX_CHARS } from '../limits.ts'
import { Malformed, Reader, Writer } from './bytes.ts'

/** How a value is written and read; every value has one encoding. */
export interface Codec<T> {
  write(to: Writer, value: T): void
  read(from: Reader): T
}

export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.finish()
}

/** Reads all of `bytes`; `undefined` if they are not exactly one value. Never throws on bytes from outside. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  const reader = new Reader(bytes)
  try {
    const value = codec.read(reader)
    reader.end()
    return value
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

const uint = (width: number): Codec<number> => ({
  write: (to, value) => to.uint(value, width),
  read: from => from.uint(width)
})

export const u32: Codec<number> = uint(4)
/** An integer from 0 to 2^53 − 1 in 8 bytes. */
export const u64: Codec<number> = uint(8)

export const bool: Codec<boolean> = {
  write: (to, value) => to.uint(value ? 1 : 0, 1),
  read: from => check(from.uint(1), value => value < 2) === 1
}

/** Exactly `count` bytes. */
export function fixed(count: number): Codec<Uint8Array> {
  return {
    write: (to, value) => to.raw(check(value, ({ length }) => length === count)),
    read: from => from.raw(count)
  }
}

/** Up to `max` bytes. */
export function blob(max: number): Codec<Uint8Array> {
  return {
    write(to, value) {
      to.uint(value.length, 4)
      to.raw(value)
    },
    read: from => from.raw(check(from.uint(4), length => length <= max))
  }
}

/** Text of up to `max` UTF-8 bytes. */
export function text(max: number): Codec<string> {
  const bytes = blob(max)
  return {
    write: (to, value) => bytes.write(to, Buffer.from(value)),
    read: from => Buffer.from(bytes.read(from)).toString()
  }
}

const NAME = /^[a-z0-9][a-z0-9._-]*$/

/** Whether a text can name a key or a client. */
export function isName(value: string): boolean {
  return value.length <= NAME_MAX_CHARS && NAME.test(value)
}

/** The name of a key or a client. */
export const name: Codec<string> = {
  write: (to, value) => text(NAME_MAX_CHARS).write(to, value),
  read: from => check(text(NAME_MAX_CHARS).read(from), value => value === '' || isName(value))
}

/** One of a closed set, by its number. */
export function oneOf<T extends string | number>(values: Readonly<Record<number, T>>): Codec<T> {
  const numbers = new Map(Object.entries(values).map(([number, value]) => [value, Number(number)]))
  return {
    write: (to, value) => to.uint(numbers.get(value) ?? fail(), 1),
    read: from => values[from.uint(1)] ?? fail()
  }
}

export function list<T>(item: Codec<T>, max: number): Codec<readonly T[]> {
  return {
    write(to, values) {
      to.uint(values.length, 4)
      for (const value of values) item.write(to, value)
    },
    read(from) {
      const count = check(from.uint(4), value => value <= max)
      return Array.from({ length: count }, () => item.read(from))
    }
  }
}

/** One byte that says whether there is a value, then the value. */
export function optional<T>(item: Codec<T>): Codec<T | undefined> {
  return {
    write(to, value) {
      bool.write(to, value !== undefined)
      if (value !== undefined) item.write(to, value)
    },
    read: from => (bool.read(from) ? item.read(from) : undefined)
  }
}

/** The fields one after the other, in the order given. */
export function struct<T extends object>(
  fields: {
    readonly [K in keyof T]-?: Codec<T[K]>
  }
): Codec<T> {
  const entries = Object.entries(fields) as [keyof T, Codec<unknown>][]
  return {
    write(to, value) {
      for (const [key, codec] of entries) codec.write(to, value[key])
    },
    read(from) {
      const value: Partial<T> = {}
      for (const [key, codec] of entries) value[key] = codec.read(from) as T[keyof T]
      return value as T
    }
  }
}

/** One byte for the type, then its fields. Numbers are never reused. */
export function union<T extends { readonly type: string }>(
  members: {
    readonly [K in T['type']]: readonly [
      tag: number,
      fields: Codec<Omit<Extract<T, { readonly type: K }>, 'type'>>
    ]
  }
): Codec<T> {
  const table = members as Readonly<Record<string, readonly [number, Codec<object>]>>
  const types = new Map(Object.entries(table).map(([type, [tag]]) => [tag, type]))
  return {
    write(to, value) {
      const [tag, fields] = table[value.type] ?? fail()
      to.uint(tag, 1)
      fields.write(to, value)
    },
    read(from) {
      const type = types.get(from.uint(1)) ?? fail()
      return { type, ...table[type]![1].read(from) } as T
    }
  }
}

/** A value that passes; the whole message is malformed otherwise. */
export function check<T>(value: T, isValid: (value: T) => boolean): T {
  return isValid(value) ? value : fail()
}

export function fail(): never {
  throw new Malformed()
}
