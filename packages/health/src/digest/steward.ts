import { compareBytes } from '../bytes.ts'

/** A member that may sign the digest. */
export interface StewardCandidate {
  /** Member id. */
  readonly id: Uint8Array
  readonly live: boolean
  /** Hash of the member, the cell and the epoch, an unsigned integer: who serves when is nobody's choice. */
  readonly rank: number
}

/**
 * Who signs a cell's digest in an epoch: the live member of lowest rank; everybody who sees the same
 * members alive names the same one.
 *
 * @param members - of the cell
 * @param hosts - members of the cell that hosts it if it is empty or nobody in it lives
 * @returns the steward's id, `undefined` if nobody lives
 */
export function chooseSteward(
  members: readonly StewardCandidate[],
  hosts: readonly StewardCandidate[]
): Uint8Array | undefined {
  return first(members) ?? first(hosts)
}

function first(candidates: readonly StewardCandidate[]): Uint8Array | undefined {
  return candidates
    .filter(({ live }) => live)
    .sort((a, b) => a.rank - b.rank || compareBytes(a.id, b.id))[0]?.id
}
