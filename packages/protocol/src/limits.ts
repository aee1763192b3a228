/**
 * Every limit on what may come from outside, in one place. Those of a subject's messages are in its
 * policy (`topics.ts`).
 */

/** Member ids, digests and roots are SHA-256 digests. */
export const ID_BYTES = 32
/** Members name their watchers by the first bytes of their ids. */
export const SHORT_ID_BYTES = 8

/** A network id: the name, a hyphen, 16 hexadecimal digits of the genesis hash. */
export const NETWORK_NAME_MAX_CHARS = 24
export const NETWORK_ID_MAX_CHARS: number = NETWORK_NAME_MAX_CHARS + 1 + 16

/** Fields that a message may have, nested lists included; the largest list is a frame of 64 digests. */
export const FIELDS_MAX = 256

/** How far a sender's clock may be ahead. */
export const CLOCK_SKEW_MAX_MS = 5_000

/** Payloads by themselves; the envelopes around them are bounded by their subject's policy. */
export const HEALTH_PAYLOAD_MAX_BYTES: number = 4 * 1024
export const DIGEST_PAYLOAD_MAX_BYTES: number = 60 * 1024
/** A statement inside a down notice. */
export const NOTICE_STATEMENT_MAX_BYTES: number = 5 * 1024
/** Authenticates the datagrams of one direction of one link. */
export const DATAGRAM_KEY_BYTES = 16
/** Of any suite. */
export const SIGNATURE_MAX_BYTES: number = 4 * 1024

export const SERVICES_MAX = 16
export const SERVICE_NAME_MAX_BYTES = 48
export const WATCHERS_MAX = 16
export const VERSIONS_MAX = 4

export const ADDRESSES_MAX = 8
export const ADDRESS_MAX_BYTES = 128

/** A node record outlives a weekend's outage, not a year in somebody's drawer. */
export const RECORD_LIFETIME_MAX_MS: number = 7 * 24 * 3_600_000
/** A record with ML-DSA-65 keys of two members, eight addresses and three signatures takes 14 kB. */
export const RECORD_MAX_BYTES: number = 16 * 1024
export const ENROLMENT_MAX_BYTES: number = 4 * 1024

export const DIGESTS_PER_FRAME_MAX = 64
/** Members of whom a node keeps a down notice or a return. */
export const TIDINGS_MAX = 64
export const RECORDS_PER_ANSWER_MAX = 8
/** 64 digests of steward and witness, at 900 bytes an envelope, twice over. */
export const FRAME_MAX_BYTES: number = 256 * 1024
export const REQUEST_MAX_BYTES: number = 8 * 1024

export const INVITE_SECRET_BYTES = 16
export const INVITE_ADDRESSES_MAX = 2
export const INVITE_MAX_CHARS = 1_024

export const GENESIS_MEMBERS_MAX = 4_096
/** 4,096 founders at 2.9 kB of keys and up to 1 kB of addresses. */
export const GENESIS_MAX_BYTES: number = 16 * 1024 * 1024
/** The text form writes bytes as hexadecimal digits. */
export const GENESIS_TEXT_MAX_CHARS: number = 2 * GENESIS_MAX_BYTES
export const DIMENSIONS_MAX = 8
export const CELLS_MAX = 1_048_576

/** What a member says to the council: a draft with two texts of 4,096 characters and a whole policy. */
export const SAID_MAX_BYTES: number = 56 * 1024
/** A message of the engine that is gossiped: a proposal with certificates of 40 ML-DSA-65 signatures. */
export const COUNCIL_MESSAGE_MAX_BYTES: number = 240 * 1024
/** A message of the engine that goes to one member alone. */
export const COUNCIL_REQUEST_MAX_BYTES: number = 2 * 1024 * 1024
export const COUNCIL_RESPONSE_MAX_BYTES: number = 8 * 1024 * 1024
export const COUNCIL_MESSAGES_MAX = 64
