import { compareBytes } from '../bytes.ts'

/** Versions a digest lists; the most common ones. */
export const DIGEST_VERSIONS_MAX = 4

/** How a member of a cell stands, worst last. */
export const Standing = { alive: 0, degraded: 1, down: 2 } as const
export type Standing = (typeof Standing)[keyof typeof Standing]

/** A member of the cell, as its steward sees it. */
export interface MemberStanding {
  /** Member id. */
  readonly id: Uint8Array
  readonly standing: Standing
  readonly specVersion: number
}

/** How many members run a version of the protocol's specification. */
export interface VersionCount {
  readonly specVersion: number
  readonly count: number
}

/** A cell in one epoch: counts, the versions running in it, and its worst member. */
export interface CellDigest {
  readonly cell: number
  readonly epoch: number
  /** `alive + degraded + down`. */
  readonly members: number
  readonly alive: number
  readonly degraded: number
  readonly down: number
  readonly versions: readonly VersionCount[]
  /** Member id, empty if all are well. */
  readonly worst: Uint8Array
}

/** Sums up a cell; the same for the same members in any order. */
export function summariseCell(
  cell: number,
  epoch: number,
  members: readonly MemberStanding[]
): CellDigest {
  const count = (wanted: Standing): number =>
    members.filter(({ standing }) => standing === wanted).length
  const [worst] = members
    .filter(({ standing }) => standing !== Standing.alive)
    .sort((a, b) => b.standing - a.standing || compareBytes(a.id, b.id))
  return {
    cell,
    epoch,
    members: members.length,
    alive: count(Standing.alive),
    degraded: count(Standing.degraded),
    down: count(Standing.down),
    versions: countVersions(
      members.map(({ specVersion }) => ({ specVersion, count: 1 })),
      DIGEST_VERSIONS_MAX
    ),
    worst: worst?.id ?? new Uint8Array()
  }
}

/** Adds up counts of versions; the most common first, of equally common ones the newest. */
export function countVersions(counts: Iterable<VersionCount>, most: number): VersionCount[] {
  const sums = new Map<number, number>()
  for (const { specVersion, count } of counts) {
    sums.set(specVersion, (sums.get(specVersion) ?? 0) + count)
  }
  return [...sums]
    .map(([specVersion, count]) => ({ specVersion, count }))
    .sort((a, b) => b.count - a.count || b.specVersion - a.specVersion)
    .slice(0, most)
}
