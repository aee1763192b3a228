import type { EnginePorts, Epoch, EpochPlan, Execution, Verify } from '@torusmesh/consensus'

/** First byte of an item: what it does. Nobody may propose the illegal ones. */
export const Item = { plain: 1, last: 2, endsEpoch: 0xee, illegal: 0xff } as const
export type Item = (typeof Item)[keyof typeof Item]

/** An application of one state: whether an item is legal is said by its first byte. */
export function applicationOf(
  epoch: Epoch,
  verify: Verify,
  nextOf: () => EpochPlan | null
): EnginePorts {
  const isLegal = ([kind]: Uint8Array): boolean =>
    kind !== Item.illegal && (kind !== Item.endsEpoch || nextOf() !== null)
  const { stateRoot } = epoch.origin
  return {
    verify,
    select: (_ancestors, candidates) => candidates.filter(isLegal),
    execute(_ancestors, items): Execution | null {
      if (!items.every(isLegal)) return null
      const isEnd = items.some(([kind]) => kind === Item.endsEpoch)
      return { stateRoot, next: isEnd ? nextOf() : null }
    }
  }
}
