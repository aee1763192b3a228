/** Items of a block, and items a node keeps for its own proposals. */
export const ITEMS_MAX = 256
/** Bytes of all items of a block: room for action certificates of 512 ML-DSA-44 approvals. */
export const BODY_MAX_BYTES: number = 4 * 2 ** 20
/**
 * Views a block may skip. A third of the power can make so many leaders fail in a row with a chance
 * of 3^-1024.
 */
export const SKIPPED_MAX = 1_024
/** Largest message: a proposal of 512 ML-DSA-44 validators with 79 certificates of 808 KiB fits. */
export const MESSAGE_MAX_BYTES: number = 64 * 2 ** 20
/** Largest vote: its fields and the longest signature. */
export const VOTE_MAX_BYTES = 4_096
/** Blocks of one answer. */
export const BLOCKS_PER_ANSWER = 16
/** Certificates of one answer. */
export const CERTIFICATES_PER_ANSWER = 16
/** Decided blocks that a node hands out by itself; older ones come from its ledger. */
export const DECIDED_KEPT = 64
/**
 * Blocks above the last decided one that are kept while some below them are missing. Who is further
 * behind takes its floor from the ledger of somebody it can check.
 */
export const UNDECIDED_MAX = 4_096
/** Digests a node asks for at a time. */
export const WANTED_MAX = 8
/** Answers a peer gets in one Δ. */
export const ANSWERS_PER_DELAY = 4
/** Peers whose answers are counted at a time; more get none until the next Δ. */
export const ASKING_PEERS_MAX = 1_024
/** Δ is at most 2^6 = 64 times its start (R8). */
export const DELAY_DOUBLINGS_MAX = 6
