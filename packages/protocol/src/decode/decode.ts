import protobuf from 'protobufjs/minimal.js'
import { FIELDS_MAX } from '../limits.ts'
import type { Checked } from '../reject.ts'
import { hasFewFields } from './scan.ts'

/** How a message type is read: the generated decoder and what the protocol says beyond its types. */
export interface MessageRules<Message> {
  readonly type: { decode(reader: protobuf.Reader): Message }
  readonly maxBytes: number
  /** Numbers of the fields that hold lists of their own, counted before anything is decoded. */
  readonly listFields?: readonly number[]
  /** Fields it may have, those of its lists included; `FIELDS_MAX` if left out. */
  readonly maxFields?: number
  isValid(message: Message): boolean
}

const OVERSIZED = { ok: false, code: 'oversized' } as const
const MALFORMED = { ok: false, code: 'malformed' } as const
const NO_LISTS: readonly number[] = []

/**
 * Decodes what came from outside: size, number of fields, types, then the message's own rules. Byte
 * fields are views of `bytes`. Unknown fields are passed over: what is forwarded or verified later
 * are the bytes as received.
 */
export function decodeMessage<Message>(
  bytes: Uint8Array,
  rules: MessageRules<Message>
): Checked<Message> {
  if (bytes.length > rules.maxBytes) return OVERSIZED
  const { listFields = NO_LISTS, maxFields = FIELDS_MAX } = rules
  if (!hasFewFields(bytes, listFields, maxFields)) return MALFORMED
  let value: Message
  try {
    const reader = protobuf.Reader.create(bytes)
    reader.discardUnknown = true
    value = rules.type.decode(reader)
  } catch {
    return MALFORMED
  }
  return rules.isValid(value) ? { ok: true, value } : MALFORMED
}
