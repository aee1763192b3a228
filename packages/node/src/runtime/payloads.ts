import {
  type Accusation,
  type CellDigest,
  type Checked,
  type DownNotice,
  decodeDigestStatement,
  decodeHealthStatement,
  type HealthReport,
  type Leave,
  type Refutation,
  type UptimeWitness
} from '@torusmesh/protocol'

/** The payload of subject `health`: exactly one is set. */
export interface HealthPayload {
  readonly report?: HealthReport | null
  readonly accusation?: Accusation | null
  readonly refutation?: Refutation | null
  readonly uptime?: UptimeWitness | null
}

/** The payload of subject `digest`: exactly one is set. */
export interface DigestPayload {
  readonly digest?: CellDigest | null
  readonly down?: DownNotice | null
  readonly returned?: Refutation | null
  readonly left?: Leave | null
}

// Nested messages are decoded into instances with a value for every field; the generated types know
// them only as what may be encoded.

export function openHealthPayload(bytes: Uint8Array): Checked<HealthPayload> {
  return decodeHealthStatement(bytes) as Checked<HealthPayload>
}

/** @param cells - how many cells the torus has */
export function openDigestPayload(bytes: Uint8Array, cells: number): Checked<DigestPayload> {
  return decodeDigestStatement(bytes, cells) as Checked<DigestPayload>
}
