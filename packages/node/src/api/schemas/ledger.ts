import { type TUnsafe, Type } from 'typebox'
import type { LedgerView, NodeEvent } from '../../view.ts'
import type { Invite, LedgerEvent, LedgerProof, VerifyProgress, VerifyResult } from '../ports.ts'
import { count, flag, hex32, text, timeMs } from './common.ts'
import { exactly } from './exactly.ts'

const Faults = Type.Array(
  Type.Object({
    fault: text('class of the fault'),
    seq: Type.Integer({ description: 'where it is' }),
    detail: text('what was found')
  })
)

export const LedgerSchema: TUnsafe<LedgerView> = exactly<LedgerView>()(
  Type.Object({
    size: count('events'),
    root: text('RFC 6962 root over all events, hexadecimal'),
    lastCheckpointSize: count('events under the last signed checkpoint'),
    readOnly: flag('takes no events, so the node takes no actions'),
    faults: Faults
  })
)

export const LedgerEventSchema: TUnsafe<LedgerEvent> = exactly<LedgerEvent>()(
  Type.Object({
    seq: count('sequence number'),
    timeMs: timeMs('the event’s own time'),
    type: text('name in the event catalogue'),
    actor: hex32('member id of who caused it'),
    hash: hex32('RFC 6962 leaf hash: SHA-256 of a zero byte and `bytes`'),
    summary: text('one line for people'),
    bytes: text('exactly what was hashed, base64')
  })
)

/** A page of ledger entries, by sequence. */
export interface LedgerPage {
  size: number
  events: LedgerEvent[]
  next: number | null
}

export const LedgerPageSchema: TUnsafe<LedgerPage> = exactly<LedgerPage>()(
  Type.Object({
    size: count('events in the ledger'),
    events: Type.Array(LedgerEventSchema),
    next: Type.Union([Type.Integer(), Type.Null()], {
      description: '`from` of the next page, null at the end'
    })
  })
)

export const ProofSchema: TUnsafe<LedgerProof> = exactly<LedgerProof>()(
  Type.Object({
    seq: count('sequence number'),
    leaf: hex32('leaf hash'),
    size: count('size of the log the proof is for'),
    root: hex32('its root'),
    path: Type.Array(hex32('sibling hash'), { description: 'from the leaf up (RFC 6962 §2.1.1)' }),
    checkpoint: Type.Union([Type.String(), Type.Null()], {
      description: 'signed checkpoint over size and root, when there is one'
    })
  })
)

export const ProgressSchema: TUnsafe<VerifyProgress> = exactly<VerifyProgress>()(
  Type.Object({ verified: count('events so far'), total: count('events to verify') })
)

export const VerifyResultSchema: TUnsafe<VerifyResult> = exactly<VerifyResult>()(
  Type.Object({
    ok: flag('no fault'),
    verified: count('events verified'),
    checkpoints: count('checkpoints validly signed'),
    root: text('root recomputed from the events, hexadecimal'),
    faults: Faults
  })
)

export const InviteSchema: TUnsafe<Invite> = exactly<Invite>()(
  Type.Object({
    code: text('what a newcomer types; works once'),
    expiresMs: timeMs('when it stops to work')
  })
)

export const EventSchema: TUnsafe<NodeEvent> = exactly<NodeEvent>()(
  Type.Object({
    seq: count('ledger sequence behind it'),
    timeMs: timeMs('when it happened'),
    type: text('name in the event catalogue'),
    summary: text('one line for people')
  })
)
