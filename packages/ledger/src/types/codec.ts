import { toBuffer } from '../bytes.ts'
import { MAX_TIME_MS } from '../event.ts'

/**
 * Bytes of a payload and back. Decoding never throws: what is not exactly an encoding gives
 * undefined.
 */
export interface PayloadCodec<T> {
  /** Throws a RangeError if `value` is outside its schema. */
  encode(value: T): Uint8Array
  decode(payload: Uint8Array): T | undefined
}

/** One field of a payload: the values it may have. */
export interface Field<T> {
  readonly expects: string
  accepts(value: unknown): value is T
}

/** UTF-8 text of at most `maxLength` UTF-16 units. */
export function text(maxLength: number): Field<string> {
  return {
    expects: `text of at most ${maxLength}`,
    accepts: (value): value is string =>
      typeof value === 'string' && value.length <= maxLength && value.isWellFormed()
  }
}

/** `bytes` bytes as lower-case hex. */
export function hex(bytes: number): Field<string> {
  const pattern = new RegExp(`^[0-9a-f]{${2 * bytes}}$`)
  return {
    expects: `${bytes} bytes of lower-case hex`,
    accepts: (value): value is string => typeof value === 'string' && pattern.test(value)
  }
}

/** A non-negative safe integer. */
export const uint: Field<number> = {
  expects: 'a non-negative integer',
  accepts: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0
}

/** Unix milliseconds that a date can show. */
export const unixMs: Field<number> = {
  expects: 'Unix milliseconds',
  accepts: (value): value is number => uint.accepts(value) && value <= MAX_TIME_MS
}

/** One of a closed set of words. */
export function oneOf<const T extends string>(...words: readonly T[]): Field<T> {
  return {
    expects: `one of ${words.join(', ')}`,
    accepts: (value): value is T => words.some(word => word === value)
  }
}

/** One field for each property of a payload. */
export type Fields<T> = { readonly [Name in keyof T]-?: Field<T[Name]> }

/** Payloads as compact JSON with the fields in the order of the schema: one value, one encoding. */
export function json<T extends object>(fields: Fields<T>): PayloadCodec<T> {
  const names = Object.keys(fields) as Array<keyof T & string>
  const encode = (value: T): Uint8Array => {
    for (const name of names) {
      if (fields[name].accepts(value[name])) continue
      throw new RangeError(`${name} must be ${fields[name].expects}`)
    }
    return Buffer.from(JSON.stringify(value, names))
  }
  const decode = (payload: Uint8Array): T | undefined => {
    const value = parse(payload)
    if (typeof value !== 'object' || value === null) return undefined
    if (!names.every(name => fields[name].accepts((value as T)[name]))) return undefined
    return toBuffer(encode(value as T)).equals(payload) ? (value as T) : undefined
  }
  return { encode, decode }
}

/** Payloads that already are bytes in a format of their own, such as protobuf; never empty. */
export const opaque: PayloadCodec<Uint8Array> = {
  encode: value => value,
  decode: payload => (payload.length > 0 ? payload : undefined)
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(toBuffer(payload).toString('utf8'))
  } catch {
    return undefined
  }
}
