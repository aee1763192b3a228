/** Every limit of the council, in one place. */

/** Members it knows, founders included. */
export const MEMBERS_MAX = 8_192
/** Statements, certificates and evidence that wait to be ordered. */
export const WAITING_MAX = 1_024
/** Of one member. */
export const WAITING_PER_MEMBER_MAX = 64
/** How often an item that isn't legal yet is looked at again. */
export const TRIES_MAX = 64
/** Motions whose approvals are collected at a time: as many as proposals can be open. */
export const MOTIONS_MAX = 64
/** Approvals of one motion that a validator may have here: its word, and one that contradicts it. */
export const WORDS_MAX = 2
/** Opened statements remembered, so that no signature is verified twice. */
export const OPENED_MAX = 2_048
/** States after blocks that aren't decided yet. */
export const SPECULATIONS_MAX = 16
/** Weight snapshots kept: what the jump rule looks at, and the newest. */
export const SNAPSHOTS_KEPT = 6
/** Commit–reveal rounds that run at a time. */
export const ROUNDS_MAX = 64
/** How far a leader's clock may be ahead of this one, ms of real time. */
export const AHEAD_MAX_MS = 5_000
/** Largest evidence taken from peers, in bytes. */
export const EVIDENCE_MAX_BYTES: number = 256 * 1_024
/** Headers from a block to the one that makes it final. */
export const HEADERS_MAX = 256
/** Decisions kept at hand; the ledger has them all. */
export const DECISIONS_MAX = 256
/** Spending accounts, upgrades and emergencies on record. */
export const RECORDS_MAX = 1_024
/** Own words whose repetitions are counted. */
export const TOLD_MAX = 4_096
