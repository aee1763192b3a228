/** Bytes of an event before its payload. */
export const EVENT_HEADER_BYTES = 91

/** Bytes an event takes in a bundle besides its payload. */
export const ENTRY_OVERHEAD_BYTES: number = 2 + EVENT_HEADER_BYTES

/**
 * Longest entry of a C2SP entry bundle: its length is a big-endian u16 (tlog-tiles, "Log entries").
 */
export const MAX_EVENT_BYTES = 65_535

/**
 * Longest payload. A longer statement is logged as its digest; its bytes live with whoever needs
 * them.
 */
export const MAX_PAYLOAD_BYTES: number = MAX_EVENT_BYTES - EVENT_HEADER_BYTES

/** Events of a full entry bundle, hashes of a full tile (tlog-tiles, "Merkle Tree"). */
export const BUNDLE_EVENTS = 256

/**
 * Events under one subtree cosignature: the first multiple of a bundle past 1,000 that is a power
 * of two.
 */
export const SUBTREE_EVENTS = 1_024

/** Bundle and tile numbers are u32 in the store, so a log ends here. */
export const MAX_EVENTS: number = 2 ** 32 * BUNDLE_EVENTS

/** Longest origin or cosigner name, in bytes of UTF-8 (tlog-cosignature, `cosigned_message`). */
export const MAX_NAME_BYTES = 255

/** Signature lines read from one note; signed-note asks for at least 16. */
export const MAX_NOTE_SIGNATURES = 64

/** Longest note read, room for `MAX_NOTE_SIGNATURES` post-quantum signatures of 5 kB in base64. */
export const MAX_NOTE_BYTES: number = 512 * 1024

/** Newest checkpoints a store keeps; older history stays signed by the subtree cosignatures. */
export const KEPT_CHECKPOINTS = 16

/** Faults a verification lists before it only counts. */
export const MAX_FAULTS = 1_000
