/** How often a node tells one of its links, in turn, what tidings it keeps. */
export const TIDINGS_MS = 5_000
/** Least time between two returns of one node under one incarnation: notices come in bursts. */
export const RETURN_REPEAT_MS = 5_000

/**
 * How late a tiding of a member is: a return refutes every notice of an earlier incarnation, a notice
 * every return under its own or an earlier one. Of two tidings of a member the higher rank holds.
 *
 * @param incarnation - unsigned 32-bit
 */
export function tidingRank(incarnation: number, isDown: boolean): number {
  return 2 * incarnation + (isDown ? 1 : 0)
}

/** What a {@link tidingRank} stands for. */
export function tidingOf(rank: number): { readonly incarnation: number; readonly isDown: boolean } {
  return { incarnation: Math.floor(rank / 2), isDown: rank % 2 === 1 }
}

/**
 * The members of whom `ours` has later tidings than `theirs`, both ranks by member. A full memory has
 * room for nobody new: of others than those it holds it isn't told, lest two full ones exchange their
 * overflow for ever.
 *
 * @param max - members that `theirs` can hold
 */
export function newsFor<Member>(
  theirs: ReadonlyMap<Member, number>,
  ours: ReadonlyMap<Member, number>,
  max: number
): Member[] {
  const least = theirs.size < max ? -1 : Number.POSITIVE_INFINITY
  const news: Member[] = []
  for (const [member, rank] of ours) if (rank > (theirs.get(member) ?? least)) news.push(member)
  return news
}

/** What a node has told the whole mesh of itself, and the mesh of it. */
export interface Declared {
  /** The highest incarnation under which a notice declared it down, or -1. */
  readonly downAs: number
  /** The highest under which it said that it is back, 0 if it never did, … */
  readonly returnedAs: number
  /** … and how long ago, ms. */
  readonly sinceReturnMs: number
}

/**
 * Whether a node has to tell the whole mesh that it lives. Busy nodes are accused often, and declared
 * down hardly ever: those near it hear of every refutation, the mesh only what answers a notice.
 *
 * @param own - its incarnation now
 * @param again - whether a notice has just come: there is somebody who didn't hear the last answer
 */
export function mustReturn(declared: Declared, own: number, again: boolean): boolean {
  const { downAs, returnedAs, sinceReturnMs } = declared
  if (downAs < 0 || own <= downAs) return false
  return own > returnedAs
    ? again || downAs >= returnedAs
    : again && sinceReturnMs >= RETURN_REPEAT_MS
}
