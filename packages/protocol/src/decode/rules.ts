import { utf8Length } from '../bytes.ts'
import { ADDRESS_MAX_BYTES, ADDRESSES_MAX, ID_BYTES } from '../limits.ts'

/** Whether `bytes` is a digest or a member id. */
export const isId = (bytes: Uint8Array | null | undefined): boolean => bytes?.length === ID_BYTES

/** Whether `bytes` is a digest or left out. */
export const isIdOrNone = (bytes: Uint8Array | null | undefined): boolean =>
  bytes == null || bytes.length === 0 || bytes.length === ID_BYTES

/** 64-bit fields beyond 2^53 lose precision: nothing counts that far, so they are refused. */
export const isCount = (value: number | null | undefined): boolean =>
  value == null || (Number.isSafeInteger(value) && value >= 0)

/** Whether a list is there and has 1 to `max` entries. */
export const hasEntries = (list: readonly unknown[] | null | undefined, max: number): boolean =>
  list != null && list.length > 0 && list.length <= max

/** Whether bytes are there, at most `max` of them. */
export const hasBytes = (bytes: Uint8Array | null | undefined, max: number): boolean =>
  bytes != null && bytes.length > 0 && bytes.length <= max

// Control characters, bidirectional overrides, unpaired surrogates, line and paragraph separators:
// they would forge lines in logs and rows in tables.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u

/** Whether `text` is 1 to `maxBytes` bytes of UTF-8 that can be shown as they are. */
export const isLabel = (text: string | null | undefined, maxBytes: number): boolean =>
  text != null && text.length > 0 && utf8Length(text) <= maxBytes && !UNPRINTABLE.test(text)

const ADDRESS = /^\/[!-~]+$/

/** Whether these can be multiaddrs: printable ASCII, a leading slash, within the limits. */
export const areAddresses = (addresses: readonly string[]): boolean =>
  addresses.length <= ADDRESSES_MAX &&
  addresses.every(address => address.length <= ADDRESS_MAX_BYTES && ADDRESS.test(address))
