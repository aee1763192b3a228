import { multiaddr } from '@multiformats/multiaddr'
import {
  decodeGenesis,
  Enrolment,
  envName,
  type Invite,
  JoinRefusal,
  networkId,
  parseInvite
} from '@torusmesh/protocol'
import { createAttestationPool } from '@torusmesh/protocol/native'
import type { NodeConfig } from '../config/index.ts'
import { NodeError } from '../errors.ts'
import { type Caller, createCaller } from '../host/create-caller.ts'
import { Home } from '../identity/home.ts'
import type { MemberKeys } from '../identity/keys.ts'
import { makeKeys } from '../identity/make-keys.ts'
import { openSigners } from '../identity/open-signers.ts'
import { peerOf } from '../identity/peer-key.ts'
import { memberOf } from '../overlay/admission.ts'
import { requestJoin, type Welcome } from './join-protocol.ts'

export interface JoinMeshInit {
  readonly homePath: string
  /** The invite, `tm1…`. */
  readonly code: string
  readonly config: NodeConfig
  readonly nowMs: number
  /** Puts the keys into a vault under it: UTF-8; zeroed. Without one they lie in `keys.json`. */
  readonly passphrase?: Uint8Array | undefined
  readonly onProgress?: (step: 'keys' | 'dialling' | 'enrolling') => void
}

export interface Joined {
  readonly member: string
  readonly peer: string
  readonly cell: number
  readonly network: string
  /** Peer id of who vouched. */
  readonly inviter: string
}

const REASONS: Readonly<Record<JoinRefusal | 'malformed-answer', string>> = {
  'malformed-answer': 'its answer makes no sense; is it of the same version?',
  [JoinRefusal.none]: 'its answer makes no sense; is it of the same version?',
  [JoinRefusal.unknownInvite]: 'it did not give out this invite; ask for another',
  [JoinRefusal.expiredInvite]: 'the invite has expired; ask for another',
  [JoinRefusal.usedInvite]: 'the invite has been used; ask for another',
  [JoinRefusal.badRequest]: 'it could not check this node’s key; is it of the same version?',
  [JoinRefusal.meshFull]: 'the mesh takes no more members',
  [JoinRefusal.closed]: 'registration is closed for now; try again later'
}

/**
 * Redeems an invite: makes keys, is enrolled by the inviter, and writes the home. Keys survive a
 * failed try, so the same invite can be tried again.
 *
 * @throws {NodeError} `INVITE_REFUSED`, `INVITER_UNREACHABLE`, `HOME_EXISTS`, `HOME_…`
 */
export async function joinMesh(init: JoinMeshInit): Promise<Joined> {
  const parsed = parseInvite(init.code, init.nowMs)
  if (!parsed.ok) throw new NodeError('INVITE_REFUSED', parsed.message)
  const { invite } = parsed
  const home = new Home(init.homePath)
  await home.create()
  if (await home.hasGenesis()) {
    throw new NodeError(
      'HOME_EXISTS',
      `${init.homePath} already belongs to a mesh: start it with \`torusmesh up\`, or choose another --home`
    )
  }
  const { keys } = await keysOf(home, init)
  const welcome = await enrolAt(invite, home, init)
  const decoded = decodeGenesis(welcome.genesis)
  if (!decoded.ok || networkId(decoded.genesis) !== invite.network) {
    throw new NodeError('INVITE_REFUSED', 'the inviter sent the genesis file of another mesh')
  }
  await home.saveEnrolment(welcome.proof)
  await home.saveRecords(welcome.records)
  await home.noteEnv(envName(invite.env))
  // Last: a home with a genesis file is complete.
  await home.saveGenesis(decoded.genesis)
  const { cell } = Enrolment.decode(welcome.proof.enrolment)
  const { key, peer } = memberOf(keys, cell)
  return { member: key, peer, cell, network: invite.network, inviter: peerOf(invite.peer) }
}

async function keysOf(home: Home, { onProgress, passphrase }: JoinMeshInit): Promise<MemberKeys> {
  if (await home.exists()) return await home.memberKeys()
  onProgress?.('keys')
  // It is needed once more, to sign the request.
  return await makeKeys(home, passphrase?.slice())
}

async function enrolAt(
  invite: Invite,
  home: Home,
  { config, onProgress, passphrase }: JoinMeshInit
): Promise<Welcome> {
  onProgress?.('dialling')
  const pool = createAttestationPool({ threads: 1 })
  const { network, env } = invite
  const opened = await openSigners({ home, env, pool, passphrase: async () => passphrase })
  const { identity, keys, peer } = opened.signers
  const host = await createCaller(peer)
  try {
    const connection = await dialInviter(host, invite, config.overlay.dialTimeoutMs)
    onProgress?.('enrolling')
    const answer = await requestJoin(connection, invite, { network, env }, keys, identity)
    if (typeof answer === 'object') return answer
    throw new NodeError('INVITE_REFUSED', `the inviter refused: ${REASONS[answer]}`)
  } finally {
    await host.stop()
    await opened.close()
    await pool.close()
  }
}

async function dialInviter(
  host: Caller,
  invite: Invite,
  timeoutMs: number
): ReturnType<Caller['dial']> {
  const targets = invite.addresses.map(address =>
    multiaddr(address.includes('/p2p/') ? address : `${address}/p2p/${peerOf(invite.peer)}`)
  )
  try {
    return await host.dial(targets, { signal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    throw new NodeError(
      'INVITER_UNREACHABLE',
      `nobody answers at ${invite.addresses.join(' or ')}: is the inviter's node running and reachable from here?`,
      error
    )
  }
}
