import {
  type Beat,
  type Checked,
  type Digests,
  decodeLinkFrame,
  type Probe,
  type ProbeAnswer
} from '@torusmesh/protocol'

/** A link's frame: exactly one field is set, and the message in it has a value for each of its own. */
export interface Frame {
  readonly beat?: Beat | null
  readonly record?: Uint8Array | null
  readonly statement?: Uint8Array | null
  readonly probe?: Probe | null
  readonly answer?: ProbeAnswer | null
  readonly digests?: Digests | null
  readonly notice?: Uint8Array | null
}

/** Decodes a frame. The generated types know nested messages only as what may be encoded. */
export function openFrame(bytes: Uint8Array): Checked<Frame> {
  return decodeLinkFrame(bytes) as Checked<Frame>
}
