import { randomBytes } from 'node:crypto'
import { inviteIssued, inviteRedeemed } from '@torusmesh/ledger'
import {
  bytesToHex,
  type Env,
  encodeInvite,
  hexToBytes,
  INVITE_ADDRESSES_MAX,
  INVITE_SECRET_BYTES,
  inviteHash,
  JoinRefusal
} from '@torusmesh/protocol'
import { ApiError } from '../api/index.ts'
import type { Home, IssuedInvite, NodeState } from '../identity/home.ts'
import type { Journal } from '../runtime/journal.ts'

/** Invites that may be open at once. */
const MAX_OPEN_INVITES = 256

export interface InviteBookInit {
  readonly home: Home
  readonly state: NodeState
  readonly journal: Journal
  readonly network: string
  readonly env: Env
  /** libp2p key, 32 raw bytes. */
  readonly peer: Uint8Array
  readonly addresses: () => string[]
  readonly wallMs: () => number
}

export type Redeemed =
  | { readonly ok: true; readonly invite: Uint8Array }
  | { readonly ok: false; readonly refusal: JoinRefusal }

/** The invites this node gave out. Each admits one member, once; the code is shown and not kept. */
export class InviteBook {
  readonly #init: InviteBookInit

  constructor(init: InviteBookInit) {
    this.#init = init
  }

  async issue(validMs: number): Promise<{ code: string; expiresMs: number }> {
    const { home, state, journal, network, env, peer, addresses, wallMs } = this.#init
    const nowMs = wallMs()
    const open = state.invites.filter(invite => invite.expiresMs > nowMs)
    if (open.length >= MAX_OPEN_INVITES) {
      throw new ApiError(
        'API_CONFLICT',
        `${MAX_OPEN_INVITES} invites are open already`,
        'wait until some expire'
      )
    }
    const secret = new Uint8Array(randomBytes(INVITE_SECRET_BYTES))
    const expiresMs = nowMs + validMs
    const invite: IssuedInvite = { hash: bytesToHex(inviteHash(secret)), expiresMs }
    state.invites = [...open, invite]
    await journal.record(inviteIssued, { invite: invite.hash, expiresMs })
    await home.saveState(state)
    const shown = addresses().slice(0, INVITE_ADDRESSES_MAX)
    const code = encodeInvite({ network, env, peer, addresses: shown, secret, expiresMs })
    return { code, expiresMs }
  }

  /** Uses an invite up, durably, before anybody hears of it. */
  async redeem(secret: Uint8Array, member: string): Promise<Redeemed> {
    const { home, state, journal, wallMs } = this.#init
    const digest = bytesToHex(inviteHash(secret))
    const invite = state.invites.find(issued => issued.hash === digest)
    if (invite === undefined) return { ok: false, refusal: JoinRefusal.unknownInvite }
    // A newcomer whose answer got lost may ask again; nobody else may.
    if (invite.redeemedBy !== undefined && invite.redeemedBy !== member) {
      return { ok: false, refusal: JoinRefusal.usedInvite }
    }
    if (invite.expiresMs <= wallMs()) return { ok: false, refusal: JoinRefusal.expiredInvite }
    if (invite.redeemedBy === undefined) {
      invite.redeemedBy = member
      await home.saveState(state)
      await journal.record(inviteRedeemed, { invite: digest, member })
    }
    return { ok: true, invite: hexToBytes(digest) }
  }
}
