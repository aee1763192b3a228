import type { NodeEvent } from '../view.ts'

/**
 * Events people may want to see, oldest first, each with a higher `seq` than the one before.
 * An event that listeners hear of can be read already.
 */
export interface EventPort {
  /** `seq` of the newest event, -1 before the first. */
  latestSeq(): number
  /** At most `limit` events whose `seq` is `fromSeq` or higher. */
  read(fromSeq: number, limit: number): Promise<NodeEvent[]>
  /** Calls `listener` for each new event, in order; returns how to stop. */
  subscribe(listener: (event: NodeEvent) => void): () => void
}

/** One entry of the ledger as clients see it. */
export interface LedgerEvent {
  seq: number
  /** The event's own time, Unix milliseconds. */
  timeMs: number
  /** Name of the type in the event catalogue. */
  type: string
  /** Member id of who caused it, 64 hexadecimal digits. */
  actor: string
  /** RFC 6962 leaf hash, SHA-256(00 ‖ bytes), hexadecimal. */
  hash: string
  summary: string
  /** The exact bytes that were hashed, base64. */
  bytes: string
}

/** Shows that an event is in the log of a given size and root (RFC 6962 §2.1.1). */
export interface LedgerProof {
  seq: number
  /** Leaf hash, hexadecimal. */
  leaf: string
  size: number
  /** Root over `size` events, hexadecimal. */
  root: string
  /** Sibling hashes from the leaf up, hexadecimal. */
  path: string[]
  /** The signed checkpoint over `size` and `root`, when there is one (C2SP tlog-checkpoint). */
  checkpoint: string | null
}

/** How far a verification got, in events. */
export interface VerifyProgress {
  verified: number
  total: number
}

/** What a verification of the whole ledger found. */
export interface VerifyResult {
  ok: boolean
  verified: number
  /** Checkpoints that are validly signed. */
  checkpoints: number
  /** Root recomputed from the events, hexadecimal. */
  root: string
  faults: { fault: string; seq: number; detail: string }[]
}

/** The ledger, for reading and verifying. */
export interface LedgerPort {
  /** At most `limit` entries from sequence `from` on. */
  events(range: { from: number; limit: number }): Promise<LedgerEvent[]>
  /** `undefined` when the ledger has no such entry. */
  proof(seq: number): Promise<LedgerProof | undefined>
  /** Re-hashes the whole ledger. */
  verify(onProgress: (progress: VerifyProgress) => void): Promise<VerifyResult>
}

/** Asks one newcomer in. */
export interface Invite {
  /** What a newcomer types; works once. */
  code: string
  expiresMs: number
}

/** Issues invites. */
export interface InvitePort {
  /** May throw an `ApiError` to tell the caller why not. */
  create(wanted: { validForMs: number }): Promise<Invite>
}
