import type { Certificate, Verify } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { EpochPlan } from '../certificate/epoch.ts'
import type { Ballot } from '../certificate/vote.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { Ending, Floor } from './chain.ts'
import type { Block } from './header.ts'
import type { Message } from './message.ts'

/** What happens to a node. */
export type EngineInput =
  /** First input, once. */
  | { readonly type: 'start' }
  /** A decoded message; `from` is the peer that sent it, a validator's index where it is one. */
  | { readonly type: 'message'; readonly from: number; readonly message: Message }
  /** The time asked for has come; too early or too often does no harm. */
  | { readonly type: 'timer' }
  /** The vault answers a `sign`. */
  | { readonly type: 'signed'; readonly ballot: Ballot; readonly signature: Uint8Array }
  /** All records up to this one are durable. */
  | { readonly type: 'persisted'; readonly sequence: number }
  /**
   * Ask a validator, another one each time, for what came to pass while this node was away. Give it
   * when a link to somebody comes up after a start; a question too many does no harm.
   */
  | { readonly type: 'seek' }
  /** Something to decide, in its canonical bytes. */
  | { readonly type: 'submit'; readonly item: Uint8Array }

/** What a node wants done. */
export type EngineOutput =
  /** Make the record durable, then say `persisted`. */
  | { readonly type: 'persist'; readonly sequence: number; readonly record: Message }
  /** Sign the bytes in the epoch's context; asked again until answered. */
  | { readonly type: 'sign'; readonly ballot: Ballot; readonly statement: Uint8Array }
  | { readonly type: 'broadcast'; readonly message: Message }
  | { readonly type: 'send'; readonly to: number; readonly message: Message }
  /** Replaces the timer before; `null` stops it. */
  | { readonly type: 'timer'; readonly atMs: number | null }
  /**
   * Blocks are final, oldest first. Store in one batch: what they do, the floor, and that records of
   * this epoch below the floor's view are gone.
   */
  | {
      readonly type: 'decide'
      readonly blocks: readonly Block[]
      readonly certificate: Certificate
      readonly floor: Floor
    }
  /** The epoch is over; its node keeps answering those who are behind. */
  | { readonly type: 'ended'; readonly ending: Ending }
  /** One set signed the checkpoint: `closing` by this epoch as the old, `opening` as the new one. */
  | { readonly type: 'checkpoint'; readonly certificate: Certificate }
  /** A peer asks for a block this node keeps in its ledger. */
  | {
      readonly type: 'serve'
      readonly to: number
      readonly digest: Digest
      readonly aboveView: number
    }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** Two conflicting blocks are final: more than a third of the power is faulty. The node stops. */
  | { readonly type: 'fork'; readonly floor: Floor; readonly certificate: Certificate }
  /** This node signs nothing more in this epoch. */
  | { readonly type: 'observe'; readonly why: ObserveReason }
  | { readonly type: 'reject'; readonly from: number; readonly code: EngineReject }

/** `lost-state`: somebody shows a vote of mine that I have no record of. `fork`: safety is gone. */
export type ObserveReason = 'lost-state' | 'fork'

/** Why a message is dropped; also the labels of counters. */
export type EngineReject =
  | 'foreign-epoch'
  | 'not-member'
  | 'not-leader'
  | 'duplicate'
  | 'out-of-window'
  | 'bad-signature'
  | 'bad-certificate'
  | 'bad-justification'
  | 'unwanted'
  | 'too-many-requests'

/** What executing items gives. */
export interface Execution {
  readonly stateRoot: Digest
  /** The next epoch's set, where the items end this one. */
  readonly next: EpochPlan | null
}

/** What the engine asks of the world while it computes: pure and repeatable. */
export interface EnginePorts {
  readonly verify: Verify
  /**
   * The candidates that are legal after the ancestors, in their order in a block. Ancestors are the
   * blocks since the last decided one.
   */
  select(ancestors: readonly Block[], candidates: readonly Uint8Array[]): readonly Uint8Array[]
  /** The outcome of items after the ancestors, or `null` where one of them is illegal. */
  execute(ancestors: readonly Block[], items: readonly Uint8Array[]): Execution | null
}
