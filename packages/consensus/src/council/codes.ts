import type { Approval, Motion } from '../action/index.ts'
import type { CertificateClaim } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Ballot } from '../certificate/vote.ts'
import type { EngineReject, ObserveReason } from '../engine/codes.ts'
import type { Block } from '../engine/header.ts'
import type { Message } from '../engine/message.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { DecisionCertificate } from './decision.ts'
import type { CouncilEvent } from './events.ts'
import type { Said } from './said.ts'

/** The two times a council lives by, integer ms: they are injected and never go back. */
export interface CouncilTime {
  /** What the engine's timeouts are measured by. */
  readonly monotonicMs: number
  /** What votes and windows are measured by; see `meshMs`. */
  readonly meshMs: number
}

/** What members tell all others beside their statements. */
export type CouncilMessage =
  | { readonly type: 'engine'; readonly message: Message }
  | { readonly type: 'approval'; readonly approval: Approval }
  | { readonly type: 'evidence'; readonly evidence: Evidence }

/** What happens to a council. Members are named by their ids in hexadecimal. */
export type CouncilInput =
  /** First input, once. */
  | { readonly type: 'start' }
  /** The monotonic or the mesh time asked for has come; too early or too often does no harm. */
  | { readonly type: 'timer' }
  | { readonly type: 'wake' }
  /** An envelope of subject `governance`, this node's own ones included. */
  | { readonly type: 'statement'; readonly from: string; readonly envelope: Uint8Array }
  | { readonly type: 'message'; readonly from: string; readonly message: CouncilMessage }
  /** This node's operator approves, or refuses, a proposal's motion. */
  | { readonly type: 'approve'; readonly proposal: Digest; readonly approves: boolean }
  /** The vault answers a `sign`, a `sign-approval`. */
  | {
      readonly type: 'signed'
      readonly epochId: Digest
      readonly ballot: Ballot
      readonly signature: Uint8Array
    }
  | { readonly type: 'approved'; readonly approval: Approval }
  /** All records of the epoch up to this one are durable. */
  | { readonly type: 'persisted'; readonly epochId: Digest; readonly sequence: number }

/** Final blocks, oldest first, with what makes them final: all that a replay needs. */
export interface Batch {
  readonly epochId: Digest
  readonly blocks: readonly Block[]
  readonly certificate: CertificateClaim
}

/** What a council wants done. */
export type CouncilOutput =
  /** Make the record durable, then say `persisted`. */
  | {
      readonly type: 'persist'
      readonly epochId: Digest
      readonly sequence: number
      readonly record: Message
    }
  /** Sign the bytes under the context with the identity key. */
  | {
      readonly type: 'sign'
      readonly epochId: Digest
      readonly ballot: Ballot
      readonly statement: Uint8Array
      readonly context: Uint8Array
    }
  | {
      readonly type: 'sign-approval'
      readonly motion: Motion
      readonly approves: boolean
      readonly validator: number
      readonly statement: Uint8Array
      readonly context: Uint8Array
    }
  /** Seal it as a statement, make that durable, publish it and hand it back. */
  | { readonly type: 'say'; readonly said: Said }
  | { readonly type: 'publish'; readonly message: CouncilMessage }
  | { readonly type: 'send'; readonly to: string; readonly message: Message }
  /** Replaces the time before; `null` stops it. */
  | { readonly type: 'timer'; readonly atMs: number | null }
  | { readonly type: 'wake'; readonly atMs: number | null }
  /** Make the batch durable before anything that follows is acted upon. */
  | { readonly type: 'decide'; readonly batch: Batch; readonly stateRoot: Digest }
  /** What the batch did, in order. */
  | { readonly type: 'event'; readonly event: CouncilEvent }
  /** Both keys have turned and it is final: carry it out, once. */
  | { readonly type: 'execute'; readonly certificate: DecisionCertificate }
  /** A peer asks for blocks that only the ledger has. */
  | {
      readonly type: 'serve'
      readonly to: string
      readonly epochId: Digest
      readonly aboveView: number
    }
  /** A peer is in an epoch unknown here: ask somebody what has been decided since. */
  | { readonly type: 'behind' }
  | { readonly type: 'fork'; readonly certificate: CertificateClaim }
  | { readonly type: 'observe'; readonly why: ObserveReason }
  | { readonly type: 'reject'; readonly from: string; readonly code: CouncilReject }

/** Why something from a peer is dropped; also the labels of counters. */
export type CouncilReject =
  | EngineReject
  /** Of a time that hasn't come. */
  | 'early'
  /** No motion here asks for this approval. */
  | 'unknown-motion'
  | 'bad-statement'
  | 'unknown-member'
  | 'bad-evidence'
  /** Too much waits to be ordered. */
  | 'full'
