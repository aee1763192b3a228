import {
  type Beat,
  type Checked,
  type Digests,
  decodeLinkFrame,
  type Probe,
  type ProbeAnswer,
  type Tidings
} from '@torusmesh/protocol'

/** Where a host takes the beats of one link as datagrams, and what to seal them with. */
export interface DatagramOffer {
  readonly port: number
  readonly key: Uint8Array
  readonly tag: number
}

/** What both ends of a link said of datagrams as they greeted each other. */
export interface DatagramOffers {
  readonly own: DatagramOffer | undefined
  readonly theirs: DatagramOffer | undefined
}

/**
 * A link's frame: exactly one field is set, an offer aside, and the message in it has a value for
 * each of its own.
 */
export interface Frame {
  readonly beat?: Beat | null
  readonly record?: Uint8Array | null
  readonly statement?: Uint8Array | null
  readonly probe?: Probe | null
  readonly answer?: ProbeAnswer | null
  readonly digests?: Digests | null
  readonly notice?: Uint8Array | null
  readonly tidings?: Tidings | null
  readonly datagramsHeard?: boolean | null
  readonly datagrams?: DatagramOffer | null
}

/** Decodes a frame. The generated types know nested messages only as what may be encoded. */
export function openFrame(bytes: Uint8Array): Checked<Frame> {
  return decodeLinkFrame(bytes) as Checked<Frame>
}
