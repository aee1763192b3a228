import type { WaveLimits } from './limits.ts'
import type { Positions } from './positions.ts'

/** Why a wave must not start. */
export type Violation =
  /** I1: more are down or upgrading than the mesh can spare. */
  | { readonly rule: 'I1'; readonly missing: number; readonly allowed: number }
  /** I2: two members of one cell, or of neighbour cells, in one wave. */
  | { readonly rule: 'I2'; readonly members: readonly [string, string] }
  /** I3: a cell that stays up misses too many of its neighbour cells. */
  | { readonly rule: 'I3-neighbours'; readonly cell: number; readonly lost: number }
  /** I3: what stays up falls apart. */
  | { readonly rule: 'I3-connected'; readonly reached: number; readonly of: number }

/**
 * Proves rules I1 to I3 for one wave on the members as they are: the planner asks for each wave of a
 * plan, the gate again before it starts one, with those that are down by then.
 *
 * @param wave - indices of members
 * @param down - indices of members that are down besides
 * @returns at most one violation a rule; none when the wave may start
 */
export function proveWave(
  positions: Positions,
  wave: readonly number[],
  limits: WaveLimits,
  down: ReadonlySet<number> = new Set()
): Violation[] {
  const missing = new Set([...wave, ...down])
  const violations: Violation[] = []
  if (missing.size > limits.waveSize) {
    violations.push({ rule: 'I1', missing: missing.size, allowed: limits.waveSize })
  }
  const neighbours = findNeighbours(positions, wave)
  if (neighbours !== undefined) violations.push({ rule: 'I2', members: neighbours })
  // Three members or fewer may have no neighbour to keep; their operator knows.
  if (limits.needsConsent) return violations
  const dark = darkCells(positions, missing)
  const deprived = findDeprived(positions, dark, limits.neighboursLost)
  if (deprived !== undefined) violations.push({ rule: 'I3-neighbours', ...deprived })
  const reach = reachAround(positions, dark)
  if (reach.reached < reach.of) violations.push({ rule: 'I3-connected', ...reach })
  return violations
}

function findNeighbours(
  positions: Positions,
  wave: readonly number[]
): readonly [string, string] | undefined {
  const inCell = new Map<number, number>()
  for (const index of wave) {
    const cell = positions.cellOf(index)
    for (const near of [cell, ...positions.neighbours(cell)]) {
      const other = inCell.get(near)
      if (other !== undefined) {
        return [positions.members[other]!.member, positions.members[index]!.member]
      }
    }
    inCell.set(cell, index)
  }
  return undefined
}

/** Cells none of whose members is up. */
function darkCells(positions: Positions, missing: ReadonlySet<number>): Set<number> {
  const dark = new Set<number>()
  for (const index of missing) {
    const cell = positions.cellOf(index)
    if (positions.residents(cell).every(resident => missing.has(resident))) dark.add(cell)
  }
  return dark
}

function findDeprived(
  positions: Positions,
  dark: ReadonlySet<number>,
  neighboursLost: number
): { readonly cell: number; readonly lost: number } | undefined {
  const lostBy = new Map<number, number>()
  for (const cell of dark) {
    for (const near of positions.neighbours(cell)) {
      if (!dark.has(near)) lostBy.set(near, (lostBy.get(near) ?? 0) + 1)
    }
  }
  for (const [cell, lost] of lostBy) {
    if (lost > neighboursLost) return { cell, lost }
  }
  return undefined
}

/** How many of the cells that are up can be reached from one of them. */
function reachAround(
  positions: Positions,
  dark: ReadonlySet<number>
): { readonly reached: number; readonly of: number } {
  const up = [...positions.cells].filter(cell => !dark.has(cell))
  const reached = new Set(up.slice(0, 1))
  for (const cell of reached) {
    for (const near of positions.neighbours(cell)) if (!dark.has(near)) reached.add(near)
  }
  return { reached: reached.size, of: up.length }
}
