import { EIGHT_WAVES, FOUR_WAVES, waveColouring } from '@torusmesh/torus'
import { type Profile, type WaveLimits, waveLimits } from './limits.ts'
import type { Positions } from './positions.ts'
import { proveWave } from './prove.ts'

/** One step of a plan: these upgrade together. */
export interface Wave {
  /** One member; then one of each octant; then everybody else. */
  readonly stage: 'canary' | 'octants' | 'wave'
  /** Member ids, ascending. */
  readonly members: readonly string[]
}

export interface WavePlan {
  readonly profile: Profile
  readonly limits: WaveLimits
  /** Each member is in exactly one. */
  readonly waves: readonly Wave[]
}

export interface PlanOptions {
  readonly profile: Profile
  /** See {@link waveLimits}. */
  readonly reserve?: number
  /** Chooses the canary; from the manifest's digest, so that nobody can pick a favourite. */
  readonly seed: number
}

export type PlanProblem =
  | { readonly code: 'nobody' }
  | { readonly code: 'reserve-too-large'; readonly reserve: number }
  /** Without this one member the rest falls apart. */
  | { readonly code: 'indispensable'; readonly member: string }

export type PlanResult =
  | { readonly ok: true; readonly plan: WavePlan }
  | { readonly ok: false; readonly problem: PlanProblem }

/**
 * Parts the members of a mesh into waves that keep to I1, I2 and I3 on exactly these members: the
 * torus's own colouring where it holds, and what it can't place put where it fits.
 *
 * A pure function of its arguments: every node computes the same plan. Costs members × waves.
 */
export function planWaves(positions: Positions, options: PlanOptions): PlanResult {
  const { profile, reserve, seed } = options
  if (positions.size === 0) return { ok: false, problem: { code: 'nobody' } }
  const limits = waveLimits(positions.size, profile, reserve)
  if (limits === undefined) {
    return { ok: false, problem: { code: 'reserve-too-large', reserve: reserve ?? 0 } }
  }
  const canary = seed % positions.size
  const octants = new Draft(positions, limits)
  for (const index of octantMembers(positions, canary)) octants.take(index)
  const placed = new Set([canary, ...octants.members])
  const drafts = fillWaves(positions, limits, profile, placed)
  const waves: Wave[] = [{ stage: 'canary', members: idsOf(positions, [canary]) }]
  const steps = [octants, ...drafts].filter(({ members }) => members.length > 0)
  for (const draft of steps) {
    const stage = draft === octants ? 'octants' : 'wave'
    for (const members of provenParts(positions, limits, draft.members)) {
      waves.push({ stage, members: idsOf(positions, members) })
    }
  }
  for (const { members } of waves) {
    const indices = members.map(member => positions.indexOf(member)!)
    if (proveWave(positions, indices, limits).length > 0) {
      return { ok: false, problem: { code: 'indispensable', member: members[0]! } }
    }
  }
  return { ok: true, plan: { profile, limits, waves } }
}

/** A wave being filled, with what it takes to know at once whether one more member fits. */
class Draft {
  readonly members: number[] = []
  readonly #positions: Positions
  readonly #limits: WaveLimits
  /** Cells of the members and next to them: no further member may come from there. */
  readonly #barred = new Set<number>()
  readonly #lostBy = new Map<number, number>()

  constructor(positions: Positions, limits: WaveLimits) {
    this.#positions = positions
    this.#limits = limits
  }

  /** @returns whether the member fitted and is in the wave now */
  take(index: number): boolean {
    const cell = this.#positions.cellOf(index)
    if (this.members.length >= this.#limits.waveSize || this.#barred.has(cell)) return false
    const near = this.#positions.neighbours(cell)
    const goesDark = this.#positions.residents(cell).length === 1
    if (goesDark && near.some(other => !this.#canLoseAnother(other))) return false
    this.members.push(index)
    this.#barred.add(cell)
    for (const other of near) {
      this.#barred.add(other)
      if (goesDark) this.#lostBy.set(other, (this.#lostBy.get(other) ?? 0) + 1)
    }
    return true
  }

  #canLoseAnother(cell: number): boolean {
    const { neighboursLost, needsConsent } = this.#limits
    return needsConsent || (this.#lostBy.get(cell) ?? 0) < neighboursLost
  }
}

/** Each member into the wave of its colour, or the next one that it fits in, or a new one. */
function fillWaves(
  positions: Positions,
  limits: WaveLimits,
  profile: Profile,
  placed: ReadonlySet<number>
): Draft[] {
  const colours = colourOfCells(positions, profile)
  const drafts: Draft[] = []
  const byColour = positions.members
    .map((_, index) => index)
    .filter(index => !placed.has(index))
    .sort((a, b) => colours(a) - colours(b) || a - b)
  for (const index of byColour) {
    const own = colours(index)
    while (drafts.length <= own) drafts.push(new Draft(positions, limits))
    const others = drafts.toSpliced(own, 1)
    if ([drafts[own]!, ...others].some(draft => draft.take(index))) continue
    const fresh = new Draft(positions, limits)
    fresh.take(index)
    drafts.push(fresh)
  }
  return drafts
}

function colourOfCells(positions: Positions, profile: Profile): (index: number) => number {
  const colouring = profile === 'standard' ? FOUR_WAVES : EIGHT_WAVES
  // The colourings are for three axes; on others every member goes where it first fits.
  if (positions.torus.dimensions !== colouring.coefficients.length) return () => 0
  const colours = waveColouring(positions.torus, colouring)
  return index => colours[positions.cellOf(index)]!
}

/** Members far apart: of each octant the one nearest to the canary's place in its own. */
function octantMembers(positions: Positions, canary: number): number[] {
  const { torus } = positions
  const octantOf = (cell: number): number =>
    torus
      .coordsOf(cell)
      .reduce((octant, x, axis) => octant * 2 + (x * 2 >= torus.sides[axis]! ? 1 : 0), 0)
  const home = torus.coordsOf(positions.cellOf(canary))
  const placeIn = (octant: number): number =>
    torus.cellAt(
      home.map((x, axis) => {
        const half = Math.ceil(torus.sides[axis]! / 2)
        const upper = (octant >> (torus.dimensions - 1 - axis)) & 1
        return (x % half) + upper * half
      })
    )
  const nearest = new Map<number, { index: number; hops: number }>()
  for (let index = 0; index < positions.size; index++) {
    if (index === canary) continue
    const octant = octantOf(positions.cellOf(index))
    const hops = torus.distance(positions.cellOf(index), placeIn(octant))
    if (hops < (nearest.get(octant)?.hops ?? Number.POSITIVE_INFINITY)) {
      nearest.set(octant, { index, hops })
    }
  }
  return [...nearest].sort(([a], [b]) => a - b).map(([, { index }]) => index)
}

/** Halves a wave until what stays up holds together. */
function provenParts(
  positions: Positions,
  limits: WaveLimits,
  members: readonly number[]
): (readonly number[])[] {
  if (members.length < 2 || proveWave(positions, members, limits).length === 0) return [members]
  const half = Math.ceil(members.length / 2)
  return [members.slice(0, half), members.slice(half)].flatMap(part =>
    provenParts(positions, limits, part)
  )
}

function idsOf(positions: Positions, members: readonly number[]): string[] {
  return members.map(index => positions.members[index]!.member).sort()
}
