/** Longest message to sign, in bytes; model updates are the longest statements. */
export const MESSAGE_MAX_BYTES: number = 512 * 1024
/** Longest request or answer, in bytes. */
export const FRAME_MAX_BYTES: number = MESSAGE_MAX_BYTES + 16 * 1024
/** Longest frame of somebody who hasn't shown a token yet, in bytes. */
export const HELLO_MAX_BYTES = 1_024
/** How long a connection may take to show its token. */
export const HELLO_TIMEOUT_MS = 5_000
export const CONNECTIONS_MAX = 64
/** Requests of one connection under way; more are left in the socket. */
export const REQUESTS_MAX = 1_024
/** Requests under way in all; more are refused. */
export const SIGNING_MAX = 8_192

/**
 * Signatures made at a time: twice as many as two cores, so that a thread that ends one has the next
 * before the main thread gets its turn. Measured on a busy machine.
 */
export const SIGNERS = 4
/** Of libuv's pool: the signers', one for the journal, one for the counter. */
export const THREADS: number = SIGNERS + 2

/** Longest name of a key or a client, in characters of `a-z 0-9 . _ -`. */
export const NAME_MAX_CHARS = 64
export const KEYS_MAX = 4_096
export const CLIENTS_MAX = 256
export const GRANTS_MAX = 256
/** Ledgers that one key signs checkpoints for. */
export const ORIGINS_MAX = 64

/** Views below the highest of an epoch in which a vote is still signed. */
export const VIEWS_KEPT = 64
/** Epochs of one key that are open at a time: an old one, its successor and room for both to be late. */
export const EPOCHS_OPEN = 4
/**
 * Epochs a vote key can serve, seven years of one an hour. Every one is remembered for good, through
 * rotations too: then another key must be enrolled.
 */
export const EPOCHS_MAX = 65_536

/** Audit records kept for a reader that fell behind. */
export const AUDIT_KEPT = 65_536
export const AUDIT_PAGE_MAX = 512
export const AUDIT_WAIT_MAX_MS = 30_000
/** Flags written a minute; more are counted only, so that no client can fill the disk. */
export const FLAGS_PER_MINUTE = 60
/** Alerts that `status` shows. */
export const ALERTS_KEPT = 32

/** The journal is rewritten when it has grown by so many bytes. */
export const JOURNAL_MAX_BYTES: number = 64 * 1024 * 1024
/** Longest frame of the journal, in bytes. */
export const JOURNAL_FRAME_MAX_BYTES: number = 16 * 1024 * 1024

/** Signatures a second for a key that names no limit. */
export const DEFAULT_PER_SECOND = 5_000
