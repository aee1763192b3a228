import { council } from '@torusmesh/consensus'

/** A ballot as its voter signed it. */
export interface SignedBallot {
  readonly proposal: string
  readonly voter: string
  readonly revision: number
  readonly choice: number
  readonly envelope: Uint8Array
}

/** Whose statements count. */
export type Mesh = Pick<council.CouncilTerms, 'network' | 'env'>

const NO_KEY = new Uint8Array(0)
const unverified: council.CouncilPorts = { sha256: () => NO_KEY, verify: () => true }

/** The ballot in an envelope, if it is one; its signature is for whoever counts it to check. */
export function ballotIn(envelope: Uint8Array, mesh: Mesh): SignedBallot | undefined {
  const opened = council.openStatement(envelope, mesh, () => NO_KEY, unverified)
  if (typeof opened === 'string' || opened.said.kind !== 'ballot') return undefined
  const { proposal, revision, choice } = opened.said
  return { proposal, voter: opened.speaker, revision, choice, envelope }
}

/** The ballots among the items of final blocks. */
export function ballotsIn({ blocks }: council.Batch, mesh: Mesh): SignedBallot[] {
  return blocks.flatMap(({ items }) =>
    items.flatMap(bytes => {
      const item = council.decodeItem(bytes)
      if (item?.kind !== 'statement') return []
      return ballotIn(item.envelope, mesh) ?? []
    })
  )
}
