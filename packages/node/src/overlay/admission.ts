import {
  bytesToHex,
  type Env,
  equalBytes,
  type Genesis,
  type KeySet,
  memberId,
  type OpenedNodeRecord,
  openNodeRecord,
  type RejectCode,
  SHORT_ID_BYTES,
  type Verifier,
  verifyNodeRecord
} from '@torusmesh/protocol'
import { verifyPeerSignature } from '@torusmesh/protocol/native'
import { peerOf } from '../identity/peer-key.ts'
import type { Directory, FounderIndex, Member } from './directory.ts'

/** A member from its keys; the peer id follows from the Ed25519 key. */
export function memberOf(keys: KeySet, cell: number): Member {
  const id = memberId(keys)
  const key = bytesToHex(id)
  return {
    key,
    shortId: key.slice(0, 2 * SHORT_ID_BYTES),
    id,
    keys,
    peer: peerOf(keys.peer),
    cell
  }
}

/** The founders by every name they go by; made once and shared by the hosts of a process. */
export function indexFounders(genesis: Genesis, cells: number): FounderIndex {
  const byKey = new Map<string, Member>()
  const byPeer = new Map<string, Member>()
  const byShortId = new Map<string, Member>()
  const byCell: Member[][] = Array.from({ length: cells }, () => [])
  for (const founder of genesis.founders) {
    const member = memberOf(founder.keys, founder.cell)
    byKey.set(member.key, member)
    byPeer.set(member.peer, member)
    byShortId.set(member.shortId, member)
    byCell[member.cell]!.push(member)
  }
  return { byKey, byPeer, byShortId, byCell }
}

export interface AdmissionInit {
  readonly network: string
  readonly env: Env
  readonly directory: Directory
  readonly verifier: Verifier
  readonly wallMs: () => number
}

export type Admitted =
  | { readonly ok: true; readonly member: Member; readonly change: 'new' | 'newer' | 'known' }
  | { readonly ok: false; readonly code: RejectCode }

/**
 * Takes node records in: a founder's when its keys are those of the genesis file, a newcomer's when
 * a member that is known here vouched for it. Both signatures count, the identity's and the peer's.
 */
export class Admission {
  readonly #init: AdmissionInit

  constructor(init: AdmissionInit) {
    this.#init = init
  }

  async admit(received: Uint8Array): Promise<Admitted> {
    const { network, env, directory, wallMs, verifier } = this.#init
    const where = { network, env, nowMs: wallMs(), cells: directory.torus.cells }
    const opened = openNodeRecord(received, where)
    if (!opened.ok) return opened
    const known = directory.get(bytesToHex(opened.value.member))
    const held = known && directory.record(known.key)
    // Every link begins with a record; most of them are the one already held.
    if (known !== undefined && held !== undefined && held.sequence >= opened.value.sequence) {
      return { ok: true, member: known, change: 'known' }
    }
    const refused = this.#refusal(opened.value, known)
    if (!verifier.canAcceptWork()) return { ok: false, code: 'queue-full' }
    if (refused !== undefined) return { ok: false, code: refused }
    const verified = await verifyNodeRecord(opened.value, {
      verifier,
      verifyPeer: verifyPeerSignature
    })
    if (!verified.ok) return verified
    const { keys, cell, sequence, addresses, bytes, enrolment } = verified.value
    const inviter = enrolment && bytesToHex(enrolment.inviter)
    const member = known ?? memberOf(copyOf(keys), cell)
    const change = directory.accept(member, {
      ...{ sequence, addresses, inviter },
      bytes: Uint8Array.from(bytes)
    })
    return change === 'full' ? { ok: false, code: 'queue-full' } : { ok: true, member, change }
  }

  /** Why a record can't be this mesh's, before any signature is checked. */
  #refusal(record: OpenedNodeRecord, known: Member | undefined): RejectCode | undefined {
    const { directory } = this.#init
    if (known !== undefined) {
      if (known.cell !== record.cell) return 'wrong-cell'
      const { report, peer } = known.keys
      const same = equalBytes(report, record.keys.report) && equalBytes(peer, record.keys.peer)
      return same ? undefined : 'not-member'
    }
    if (record.enrolment === undefined) return 'not-member'
    // The enrolment's own copy of the inviter's keys counts only if they hash to a known member.
    return directory.get(bytesToHex(record.enrolment.inviter)) === undefined
      ? 'not-member'
      : undefined
  }
}

/** Views of a received buffer would keep all of it alive. */
const copyOf = ({ identity, report, peer }: KeySet): KeySet => ({
  identity: Uint8Array.from(identity),
  report: Uint8Array.from(report),
  peer: Uint8Array.from(peer)
})
