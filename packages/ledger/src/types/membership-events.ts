import { hex, json, uint, unixMs } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/** An identity became a member. */
export interface MemberEnrolled {
  /** Member id, 32 bytes in hex. */
  readonly member: string
  readonly cell: number
}

export const memberEnrolled: EventType<MemberEnrolled> = eventType({
  number: 64,
  name: 'member-enrolled',
  version: 1,
  codec: json<MemberEnrolled>({ member: hex(32), cell: uint }),
  outcome: ({ member, cell }) => `${member.slice(0, 8)} joined cell ${cell}`
})

/** An invitation was made; its secret stays out of the log. */
export interface InviteIssued {
  /** SHA-256 of the invitation, in hex. */
  readonly invite: string
  /** Unix ms. */
  readonly expiresMs: number
}

export const inviteIssued: EventType<InviteIssued> = eventType({
  number: 65,
  name: 'invite-issued',
  version: 1,
  codec: json<InviteIssued>({ invite: hex(32), expiresMs: unixMs }),
  outcome: ({ invite, expiresMs }) =>
    `invitation ${invite.slice(0, 8)} until ${new Date(expiresMs).toISOString()}`
})

/** An invitation was used. */
export interface InviteRedeemed {
  /** SHA-256 of the invitation, in hex. */
  readonly invite: string
  /** Who joined by it: member id, 32 bytes in hex. */
  readonly member: string
}

export const inviteRedeemed: EventType<InviteRedeemed> = eventType({
  number: 66,
  name: 'invite-redeemed',
  version: 1,
  codec: json<InviteRedeemed>({ invite: hex(32), member: hex(32) }),
  outcome: ({ invite, member }) => `${member.slice(0, 8)} used invitation ${invite.slice(0, 8)}`
})
