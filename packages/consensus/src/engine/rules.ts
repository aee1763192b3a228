import type { Digest } from '../certificate/codec.ts'
import { Kind } from '../certificate/statement.ts'

/**
 * What I said about a view, by {@link Kind}: the only durable state of the protocol. Nothing here is
 * ever taken back.
 */
export type Said = (Digest | null)[]

/** Nothing said yet. */
export function nothingSaid(): Said {
  return new Array<Digest | null>(Kind.opening + 1).fill(null)
}

/**
 * Whether one more statement about the view can't convict me: one of each kind, no finalization beside
 * a nullification (E2) and none beside a notarization of something else (E5). A signer that keeps to
 * this never signs what evidence names.
 */
export function maySay(said: Readonly<Said>, kind: Kind, digest: Digest): boolean {
  if (said[kind] !== null) return false
  switch (kind) {
    case Kind.notarize:
      return agrees(said[Kind.finalize]!, digest)
    case Kind.finalize:
      return said[Kind.nullify] === null && agrees(said[Kind.notarize]!, digest)
    case Kind.nullify:
      return said[Kind.finalize] === null
    default:
      return true
  }
}

function agrees(said: Digest | null, digest: Digest): boolean {
  return said === null || said === digest
}
