/** Every limit of governance that no policy can change, in one place. */

/** Members of one weight snapshot. */
export const ELECTORS_MAX = 1_048_576
/** Ledger events that one weighing looks at: a month of hourly heartbeats of 10,000 members. */
export const EVENTS_MAX = 8_388_608
/** A member's ballots on one proposal, the first and its changes. Three bits each must fit 31. */
export const REVISIONS_MAX = 10
/** Proposals that are not yet at an end. */
export const PROPOSALS_MAX = 64
/** Of one proposer. */
export const PROPOSALS_PER_MEMBER_MAX = 2
/** Ended proposals kept at hand; the ledger has them all. */
export const ENDED_MAX = 256
/** Voters looked at in one step of a count. */
export const COUNT_BUDGET = 1_000
/** One finalized heartbeat a member and slot counts. Fixed: a vote's window must not change its units. */
export const SLOT_MS = 3_600_000
/** Slots kept: six weeks, longer than any vote. */
export const SLOTS_KEPT = 1_024
/** An emergency action ends by itself after a day at most (consensus.md, class E). */
export const EMERGENCY_MAX_MS = 86_400_000
/** Longest phase of a proposal, and longest cooldown. */
export const PHASE_MAX_MS: number = 30 * 86_400_000
/** Longest vote, without its extension. */
export const VOTING_MAX_MS: number = 14 * 86_400_000
/** Versions of one registry. */
export const POLICY_VERSIONS_MAX = 1_024
/** Parameters that a policy opens to votes. */
export const PARAMETERS_MAX = 1_024
/** Validators that one proposal adds and removes. */
export const VALIDATORS_MAX = 1_024
/** A proposal's title. */
export const TITLE_MAX_CHARS = 120
/** A rollback plan, an impact summary, the text of an appeal. */
export const TEXT_MAX_CHARS = 4_096
/** Appeals that wait for a step. */
export const APPEALS_MAX = 256
/** Of one member. */
export const APPEALS_PER_MEMBER_MAX = 3
