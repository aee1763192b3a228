/**
 * Words of events: a kind in the low four bits, the receiver's link in the next eight. What tree cast
 * sends has its own numbers, of gossip/carrier.ts.
 */
export const Kind = {
  submit: 0,
  /** A letter over a link; `a` is its number. */
  payload: 1,
  /** The machine's timer; `a` is the one that is meant. */
  wake: 2,
  persisted: 3,
  /** A letter to this node alone. */
  direct: 4,
  /** `a` numbers a certificate that the sender has. */
  offer: 5,
  castTimer: 6,
  announce: 7,
  want: 8,
  ranks: 10,
  /** The sender wants certificate `a`. */
  ask: 13,
  /** An offer of certificate `a` over this link has waited long enough. */
  patience: 14
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

export const KIND_BITS = 4
export const KIND_MASK: number = (1 << KIND_BITS) - 1
export const LINK_MASK = 0xff
