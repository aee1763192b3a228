import type { EventInput } from '../event.ts'
import type { PayloadCodec } from './codec.ts'

/** An event type as a reader of any event needs it. */
export interface EventTypeInfo {
  /** u16, what an event carries. */
  readonly number: number
  readonly name: string
  readonly version: number
  /** What came of it, in a few words for people; undefined if the payload is not of the schema. */
  describe(payload: Uint8Array): string | undefined
}

/**
 * A kind of event. Its number, once used, means this name and this version of its schema for ever:
 * a changed schema is a new number under the same name with the next version.
 */
export interface EventType<T> extends EventTypeInfo, PayloadCodec<T> {}

export interface EventTypeInit<T> {
  readonly number: number
  readonly name: string
  readonly version: number
  readonly codec: PayloadCodec<T>
  /** What came of it, in a few words for people. */
  readonly outcome: (value: T) => string
}

/** Puts an event type together. */
export function eventType<T>({ codec, outcome, ...info }: EventTypeInit<T>): EventType<T> {
  const describe = (payload: Uint8Array): string | undefined => {
    const value = codec.decode(payload)
    return value === undefined ? undefined : outcome(value)
  }
  return { ...info, ...codec, describe }
}

/** Who did it, under which policy: what every event carries besides its payload. */
export type Circumstances = Pick<EventInput, 'actor' | 'policyVersion'>

/** An event ready to append. Throws a RangeError if `value` is outside the type's schema. */
export function eventOf<T>(type: EventType<T>, value: T, about: Circumstances): EventInput {
  const { actor, policyVersion } = about
  return { type: type.number, actor, policyVersion, payload: type.encode(value) }
}
