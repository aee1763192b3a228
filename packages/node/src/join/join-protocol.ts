import { randomBytes } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { memberEnrolled } from '@torusmesh/ledger'
import {
  type Attestor,
  bytesToHex,
  decodeJoinResponse,
  Enrolment,
  encodeGenesis,
  GENESIS_MAX_BYTES,
  type Invite,
  JoinRefusal,
  JoinResponse,
  type JoinScope,
  type KeySet,
  openJoinRequest,
  RECORD_MAX_BYTES,
  RECORDS_PER_ANSWER_MAX,
  REQUEST_MAX_BYTES,
  signEnrolment,
  signJoinRequest,
  type Verifier,
  verifyJoinRequest
} from '@torusmesh/protocol'
import type { Host } from '../host/create-host.ts'
import type { EnrolmentProof } from '../identity/home.ts'
import type { Directory } from '../overlay/directory.ts'
import type { Journal } from '../runtime/journal.ts'
import type { Charter } from '../shared.ts'
import type { InviteBook } from './invites.ts'

export const JOIN_PROTOCOL = '/torusmesh/join/1'

/** A genesis file, an enrolment and a chain of records. */
const RESPONSE_MAX_BYTES: number =
  GENESIS_MAX_BYTES + (RECORDS_PER_ANSWER_MAX + 1) * RECORD_MAX_BYTES
const TIMEOUT_MS = 20_000
const DRAW_BYTES = 32

export interface JoinServerInit {
  readonly host: Host
  readonly charter: Charter
  readonly directory: Directory
  readonly identity: Attestor
  readonly invites: InviteBook
  readonly journal: Journal
  readonly verifier: Verifier
  readonly wallMs: () => number
}

/** Enrols newcomers that hold an invite of this node. */
export async function serveJoin(init: JoinServerInit): Promise<void> {
  const answer = async (stream: Stream): Promise<void> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const framed = lpStream(stream, { maxDataLength: REQUEST_MAX_BYTES })
    const request = (await framed.read({ signal })).subarray()
    const response = await enrol(init, request)
    await framed.write(JoinResponse.encode(response).finish(), { signal })
    await stream.close({ signal })
  }
  await init.host.handle(
    JOIN_PROTOCOL,
    async stream => {
      await answer(stream).catch(error => stream.abort(error))
    },
    { maxInboundStreams: 4 }
  )
}

async function enrol(init: JoinServerInit, bytes: Uint8Array): Promise<JoinResponse.$Properties> {
  const { charter, directory, identity, invites, journal, verifier, wallMs } = init
  const { network, env, torus } = charter
  const request = openJoinRequest(bytes, env)
  if (!request.ok) return { refused: JoinRefusal.badRequest }
  const { secret, member } = request.value
  if (!(await verifyJoinRequest(request.value, { network, env }, verifier))) {
    return { refused: JoinRefusal.badRequest }
  }
  const redeemed = await invites.redeem(secret, bytesToHex(member))
  if (!redeemed.ok) return { refused: redeemed.refusal }
  const { enrolment, signature } = await signEnrolment(
    {
      ...{ network, env, member },
      inviterKeys: directory.self.keys,
      invite: redeemed.invite,
      // Drawn after the newcomer named its keys: it can't have ground them for a cell.
      draw: new Uint8Array(randomBytes(DRAW_BYTES)),
      cells: torus.cells,
      enrolledMs: wallMs()
    },
    identity
  )
  await journal.record(memberEnrolled, {
    member: bytesToHex(member),
    cell: Enrolment.decode(enrolment).cell
  })
  return {
    refused: JoinRefusal.none,
    enrolment,
    enrolmentSignature: signature,
    genesis: encodeGenesis(charter.genesis),
    records: directory.recordChain(directory.self.key).map(record => record.bytes)
  }
}

export interface Welcome {
  readonly proof: EnrolmentProof
  /** Canonical bytes. */
  readonly genesis: Uint8Array
  /** The inviter's node record, after those of its own vouchers. */
  readonly records: readonly Uint8Array[]
}

/**
 * Redeems an invite over an open connection to the inviter.
 *
 * @returns what makes a member, or the inviter's reason to refuse
 */
export async function requestJoin(
  connection: Connection,
  invite: Invite,
  scope: JoinScope,
  keys: KeySet,
  identity: Attestor
): Promise<Welcome | JoinRefusal | 'malformed-answer'> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const request = await signJoinRequest(invite.secret, keys, scope, identity)
  const stream = await connection.newStream(JOIN_PROTOCOL, { signal })
  const framed = lpStream(stream, { maxDataLength: RESPONSE_MAX_BYTES })
  await framed.write(request, { signal })
  const response = decodeJoinResponse((await framed.read({ signal })).subarray())
  await stream.close({ signal })
  if (!response.ok) return 'malformed-answer'
  const { refused, enrolment, enrolmentSignature, genesis, records } = response.value
  if (refused !== JoinRefusal.none) return refused as JoinRefusal
  return { proof: { enrolment, signature: enrolmentSignature }, genesis, records }
}
