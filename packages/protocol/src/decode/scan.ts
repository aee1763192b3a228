/**
 * Walks the tags of an encoded message without decoding it, so that a flood of tiny list entries
 * costs no objects.
 *
 * @param listFields - numbers of the nested messages whose fields count too
 * @returns whether it is well-formed at this depth, without groups, and has at most `maxFields` fields
 */
export function hasFewFields(
  bytes: Uint8Array,
  listFields: readonly number[],
  maxFields: number
): boolean {
  const cursor = { at: 0, fieldsLeft: maxFields }
  return walk(bytes, bytes.length, listFields, cursor)
}

interface Cursor {
  at: number
  fieldsLeft: number
}

const NO_LISTS: readonly number[] = []
const VARINT_MAX_BYTES = 10

function walk(
  bytes: Uint8Array,
  end: number,
  listFields: readonly number[],
  cursor: Cursor
): boolean {
  while (cursor.at < end) {
    if (--cursor.fieldsLeft < 0) return false
    const tag = varint(bytes, end, cursor)
    switch (tag & 7) {
      case 0:
        if (varint(bytes, end, cursor) < 0) return false
        break
      case 1:
        cursor.at += 8
        break
      case 2: {
        const length = varint(bytes, end, cursor)
        const next = cursor.at + length
        if (length < 0 || next > end) return false
        if (listFields.includes(tag >>> 3)) {
          if (!walk(bytes, next, NO_LISTS, cursor)) return false
        } else cursor.at = next
        break
      }
      case 5:
        cursor.at += 4
        break
      default:
        return false
    }
  }
  return cursor.at === end
}

/** The next varint's low 31 bits; -1, whose type bits are no type, when it doesn't end in time. */
function varint(bytes: Uint8Array, end: number, cursor: Cursor): number {
  let value = 0
  for (let read = 0; read < VARINT_MAX_BYTES && cursor.at < end; read++) {
    const byte = bytes[cursor.at++]!
    if (read < 4) value |= (byte & 0x7f) << (7 * read)
    else if (read === 4) value |= (byte & 0x07) << 28
    if (byte < 0x80) return value
  }
  return -1
}
