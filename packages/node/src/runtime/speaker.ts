import { statementSent } from '@torusmesh/ledger'
import {
  type Attestor,
  type Env,
  policyOf,
  type Subject,
  sealEnvelope,
  type Urgency
} from '@torusmesh/protocol'
import type { Member } from '../overlay/directory.ts'
import type { Journal } from './journal.ts'

export interface SpeakerInit {
  readonly network: string
  readonly env: Env
  readonly self: Member
  readonly attestor: Attestor
  readonly journal: Journal
  readonly wallMs: () => number
}

/** Sequences of one millisecond: more statements than that in a row borrow from the next ones. */
const SEQUENCES_PER_MS = 64

/** Makes this node's statements: sealed, in the ledger, and only then anybody's to hear. */
export class Speaker {
  readonly #init: SpeakerInit
  #sequence = 0

  constructor(init: SpeakerInit) {
    this.#init = init
  }

  /**
   * @param urgency - `urgent` for what the mesh waits for: who is down, who isn't
   * @returns the sealed envelope, durable in the ledger
   */
  async say(
    subject: Subject,
    payload: Uint8Array,
    urgency: Urgency = 'routine'
  ): Promise<Uint8Array> {
    const { network, env, self, attestor, journal, wallMs } = this.#init
    const issuedMs = wallMs()
    // Sequences follow the clock, so they go on rising after a restart without being stored.
    this.#sequence = Math.max(this.#sequence + 1, issuedMs * SEQUENCES_PER_MS)
    const envelope = await sealEnvelope(
      {
        network,
        env,
        subject,
        sender: self.id,
        sequence: this.#sequence,
        issuedMs,
        expiresMs: issuedMs + policyOf(subject).lifetimeMs,
        payload
      },
      attestor,
      urgency
    )
    await journal.record(statementSent, envelope)
    return envelope
  }
}
