import {
  bytesToHex,
  type Checked,
  type Env,
  keyForSuite,
  type OpenedEnvelope,
  openEnvelope,
  type RejectCode,
  ReplayGuard,
  Subject,
  type Urgency,
  type Verdict,
  type Verifier,
  verdictOf,
  verifyEnvelope
} from '@torusmesh/protocol'
import type { InboundMetrics } from '../metrics/index.ts'
import type { Directory, Member } from '../overlay/directory.ts'

/** Who is shut out may still vote, object and appeal. */
const OF_COUNCIL: ReadonlySet<Subject> = new Set([Subject.vote, Subject.governance])

/** Senders times subjects whose sequences are remembered; about 1 MB when full. */
const MAX_TRACKS = 8_192

/** A statement whose signature, sender and form are good; what it means is the handler's affair. */
export interface VerifiedStatement<Payload> {
  readonly envelope: OpenedEnvelope
  /** The bytes as received: what the ledger keeps and peers forward. */
  readonly bytes: Uint8Array
  readonly sender: Member
  readonly payload: Payload
}

export type Received<Payload> =
  | { readonly ok: true; readonly statement: VerifiedStatement<Payload> }
  | { readonly ok: false; readonly code: RejectCode }

export interface InboundInit {
  readonly network: string
  readonly env: Env
  readonly directory: Directory
  readonly verifier: Verifier
  readonly wallMs: () => number
  readonly metrics: InboundMetrics
  /** Counts what was dropped, by reason. */
  readonly onReject: (code: RejectCode, subject: Subject, from: string) => void
  /** Whose statements count for nothing but in matters of the council; nobody's if left out. */
  readonly isQuarantined?: (member: string) => boolean
  /** Asks the peer that passed a statement on for the record of its unknown sender. */
  readonly onUnknownSender: (sender: Uint8Array, from: string) => void
}

/** What one subject adds to the checks that all share. */
export interface SubjectChecks<Payload> {
  decode(payload: Uint8Array): Checked<Payload>
  /** The statement may come again, by another way: its effect is the same. Others count once. */
  readonly idempotent?: boolean
  /** Whether the mesh waits for this statement; `routine` if left out. */
  urgencyOf?(payload: Payload): Urgency
  /** Cheap checks of meaning, before the signature: is this cell the sender's own, and the like. */
  check(payload: Payload, sender: Member): RejectCode | undefined
}

/**
 * The gate every statement passes: size → form → mesh → subject → suite → time → sender → replay →
 * payload → meaning → signature. Cheap checks come before dear ones, a verdict is a value, every
 * drop is counted by reason, and nothing that arrives can throw past this point.
 */
export class Inbound {
  readonly #init: InboundInit
  readonly #replay = new ReplayGuard(MAX_TRACKS)

  constructor(init: InboundInit) {
    this.#init = init
  }

  async receive<Payload>(
    bytes: Uint8Array,
    subject: Subject,
    from: string,
    checks: SubjectChecks<Payload>
  ): Promise<Received<Payload>> {
    const received = await this.#judge(bytes, subject, from, checks)
    if (!received.ok) this.#init.onReject(received.code, subject, from)
    return received
  }

  async #judge<Payload>(
    bytes: Uint8Array,
    subject: Subject,
    from: string,
    checks: SubjectChecks<Payload>
  ): Promise<Received<Payload>> {
    const { network, env, directory, verifier, wallMs } = this.#init
    const opened = openEnvelope(bytes, { network, env, subject, nowMs: wallMs() })
    if (!opened.ok) return opened
    const { envelope } = opened
    const member = directory.get(bytesToHex(envelope.sender))
    if (member === undefined) {
      this.#init.onUnknownSender(envelope.sender, from)
      return { ok: false, code: 'unknown-sender' }
    }
    if (!OF_COUNCIL.has(subject) && this.#init.isQuarantined?.(member.key)) {
      return { ok: false, code: 'not-member' }
    }
    const { sender, sequence, expiresMs } = envelope
    const seen = checks.idempotent
      ? undefined
      : this.#replay.check(sender, subject, sequence, expiresMs)
    if (seen !== undefined) return { ok: false, code: seen }
    const payload = checks.decode(envelope.payload)
    if (!payload.ok) return payload
    const wrong = checks.check(payload.value, member)
    if (wrong !== undefined) return { ok: false, code: wrong }
    if (!verifier.canAcceptWork()) return { ok: false, code: 'queue-full' }
    const publicKey = keyForSuite(member.keys, envelope.suite)
    const urgency = checks.urgencyOf?.(payload.value)
    if (publicKey === undefined || !(await this.#verify(envelope, publicKey, urgency))) {
      return { ok: false, code: 'bad-signature' }
    }
    // Copies of one statement may have been verified side by side: only the first counts.
    const late = checks.idempotent
      ? undefined
      : this.#replay.commit(sender, subject, sequence, expiresMs, wallMs())
    if (late !== undefined) return { ok: false, code: late }
    return { ok: true, statement: { envelope, bytes, sender: member, payload: payload.value } }
  }

  async #verify(
    envelope: OpenedEnvelope,
    publicKey: Uint8Array,
    urgency?: Urgency
  ): Promise<boolean> {
    const { verifier, metrics } = this.#init
    const startedMs = performance.now()
    const good = await verifyEnvelope(envelope, publicKey, verifier, urgency)
    metrics.verifySeconds.observe({}, (performance.now() - startedMs) / 1_000)
    return good
  }
}

/** What gossipsub is told: forward it, drop it, or drop it and blame the sender. */
export function gossipVerdict(code: RejectCode | 'accepted'): Verdict {
  return code === 'accepted' ? 'accept' : verdictOf(code)
}
