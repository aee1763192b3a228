import {
  type Env,
  openNodeRecord,
  RECORD_LIFETIME_MAX_MS,
  signNodeRecord
} from '@torusmesh/protocol'
import type { Directory } from '../overlay/directory.ts'
import type { EnrolmentProof, Home, NodeState } from './home.ts'
import type { MemberSigners } from './signers.ts'

/** A record is made anew when a third of its life is left. */
export const RENEW_RECORD_MS: number = Math.floor((RECORD_LIFETIME_MAX_MS * 2) / 3)

export interface OwnRecordInit {
  readonly network: string
  readonly env: Env
  readonly home: Home
  readonly state: NodeState
  readonly signers: MemberSigners
  readonly enrolment: EnrolmentProof | undefined
  readonly directory: Directory
  readonly addresses: () => string[]
  readonly wallMs: () => number
}

/** This node's own signed record: what every link begins with, and what lookups find. */
export class OwnRecord {
  readonly #init: OwnRecordInit
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(init: OwnRecordInit) {
    this.#init = init
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Signs a record with a higher sequence than any before, kept before it is used. */
  async renew(): Promise<void> {
    const { network, env, home, state, signers, directory, enrolment } = this.#init
    const { identity, peer } = signers
    const { self, torus } = directory
    state.recordSequence++
    await home.saveState(state)
    const issuedMs = this.#init.wallMs()
    const addresses = this.#init.addresses()
    this.#bytes = await signNodeRecord(
      {
        ...{ network, env, addresses, issuedMs },
        keys: self.keys,
        cell: self.cell,
        sequence: state.recordSequence,
        expiresMs: issuedMs + RECORD_LIFETIME_MAX_MS,
        ...(enrolment && { enrolment })
      },
      { identity, signPeer: bytes => peer.sign(bytes), cells: torus.cells }
    )
    directory.accept(self, {
      ...{ addresses, bytes: this.#bytes },
      sequence: state.recordSequence,
      inviter: enrolment && inviterOf(this.#bytes, this.#init)
    })
  }
}

/** Key of the member that vouched for this one. */
function inviterOf(
  record: Uint8Array,
  { network, env, directory, wallMs }: OwnRecordInit
): string | undefined {
  const where = { network, env, cells: directory.torus.cells, nowMs: wallMs() }
  const opened = openNodeRecord(record, where)
  const inviter = opened.ok ? opened.value.enrolment?.inviter : undefined
  return inviter && Buffer.from(inviter).toString('hex')
}
