import { readU64, toBuffer, writeU64 } from './bytes.ts'
import { EVENT_HEADER_BYTES, MAX_EVENT_BYTES, MAX_EVENTS, MAX_PAYLOAD_BYTES } from './limits.ts'
import { HASH_BYTES, type Hash } from './merkle/hash.ts'

/** What a caller wants logged. */
export interface EventInput {
  /** Number of a registered event type, u16. */
  readonly type: number
  /** Who did it: a member id, 32 bytes. */
  readonly actor: Uint8Array
  /** Version of the policy in force, u32. */
  readonly policyVersion: number
  /** At most {@link MAX_PAYLOAD_BYTES}. */
  readonly payload: Uint8Array
}

/** One event of the log. */
export interface LedgerEvent extends EventInput {
  /** Position in the log, from 0. */
  readonly seq: number
  /** Hybrid logical clock: Unix milliseconds, never falling within one log. */
  readonly timeMs: number
  /** Hybrid logical clock: counts events of one millisecond, 0 to 65,535. */
  readonly tick: number
  /** RFC 6962 leaf hash of the event before, 32 bytes; zeros for the first. */
  readonly prev: Uint8Array
}

export const EVENT_VERSION = 1
export const ACTOR_BYTES = 32
export const TICKS_PER_MS = 65_536

// version u8 | type u16 | seq u64 | time u64 | policyVersion u32 | actor 32 B | prev 32 B | length
// u32 | payload
const TYPE = 1
const SEQ = 3
const TIME = 11
const POLICY = 19
const ACTOR = 23
export const PREV = 55
const LENGTH = 87

/** Largest `timeMs`: what 48 bits hold. */
export const MAX_TIME_MS: number = 2 ** 48 - 1

/** Why `input` can't be logged, or undefined if it can. */
export function inputFault({
  type,
  actor,
  policyVersion,
  payload
}: EventInput): string | undefined {
  if (!Number.isInteger(type) || type < 0 || type > 0xffff) return 'type is not a u16'
  if (actor.length !== ACTOR_BYTES) return `actor has ${actor.length} bytes, not ${ACTOR_BYTES}`
  if (policyVersion >>> 0 !== policyVersion) return 'policyVersion is not a u32'
  if (payload.length <= MAX_PAYLOAD_BYTES) return undefined
  return `payload has ${payload.length} bytes, more than ${MAX_PAYLOAD_BYTES}`
}

/**
 * Writes an event's canonical bytes at `at`. The caller has checked `input` with {@link inputFault}
 * and left `EVENT_HEADER_BYTES + payload.length` bytes of room.
 *
 * @returns the offset after the event
 */
export function writeEvent(
  bytes: Buffer,
  at: number,
  input: EventInput,
  seq: number,
  timeMs: number,
  tick: number,
  prev: Hash
): number {
  bytes[at] = EVENT_VERSION
  bytes.writeUInt16BE(input.type, at + TYPE)
  writeU64(bytes, seq, at + SEQ)
  // timeMs · 2^16 + tick does not fit a number: the upper word is timeMs / 2^16.
  bytes.writeUInt32BE(Math.floor(timeMs / TICKS_PER_MS), at + TIME)
  bytes.writeUInt32BE((timeMs % TICKS_PER_MS) * TICKS_PER_MS + tick, at + TIME + 4)
  bytes.writeUInt32BE(input.policyVersion, at + POLICY)
  bytes.set(input.actor, at + ACTOR)
  bytes.write(prev, at + PREV, HASH_BYTES, 'latin1')
  bytes.writeUInt32BE(input.payload.length, at + LENGTH)
  bytes.set(input.payload, at + EVENT_HEADER_BYTES)
  return at + EVENT_HEADER_BYTES + input.payload.length
}

/** Canonical bytes of an event. The caller answers for its fields. */
export function encodeEvent(event: LedgerEvent): Uint8Array {
  const bytes = Buffer.alloc(EVENT_HEADER_BYTES + event.payload.length)
  const { seq, timeMs, tick, prev } = event
  writeEvent(bytes, 0, event, seq, timeMs, tick, toBuffer(prev).toString('latin1'))
  return bytes
}

/**
 * Whether `bytes[start, end)` has an event's version and lengths; cheap, and decides no more than
 * that.
 */
export function isFramed(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start
  return (
    length >= EVENT_HEADER_BYTES &&
    length <= MAX_EVENT_BYTES &&
    bytes[start] === EVENT_VERSION &&
    bytes.readUInt32BE(start + LENGTH) === length - EVENT_HEADER_BYTES
  )
}

/** Sequence number of the event at `start`. */
export function seqAt(bytes: Buffer, start: number): number {
  return readU64(bytes, start + SEQ)
}

/** Bytes of the event at `start`, going by the payload length it states itself. */
export function statedBytes(bytes: Buffer, start: number): number {
  return EVENT_HEADER_BYTES + bytes.readUInt32BE(start + LENGTH)
}

/** Hybrid time of the event at `start`. */
export function timeAt(bytes: Buffer, start: number): { timeMs: number; tick: number } {
  const low = bytes.readUInt32BE(start + TIME + 4)
  const timeMs = bytes.readUInt32BE(start + TIME) * TICKS_PER_MS + Math.floor(low / TICKS_PER_MS)
  return { timeMs, tick: low % TICKS_PER_MS }
}

/**
 * Decodes an event, or undefined if `source` is not exactly one. The parts share memory with
 * `source`.
 */
export function decodeEvent(source: Uint8Array): LedgerEvent | undefined {
  const bytes = toBuffer(source)
  if (!isFramed(bytes, 0, bytes.length)) return undefined
  const seq = seqAt(bytes, 0)
  if (seq >= MAX_EVENTS) return undefined
  return {
    seq,
    ...timeAt(bytes, 0),
    type: bytes.readUInt16BE(TYPE),
    policyVersion: bytes.readUInt32BE(POLICY),
    actor: bytes.subarray(ACTOR, PREV),
    prev: bytes.subarray(PREV, LENGTH),
    payload: bytes.subarray(EVENT_HEADER_BYTES)
  }
}
