import { createTorus } from '@torusmesh/torus'
import { type GatePlan, openPlan, type Position, Positions } from '@torusmesh/upgrade'
import type { Dice } from '../consensus/cluster/dice.ts'
import { sidesFor } from '../topology/sides.ts'

/** What the upgrade is like. */
export type Quality =
  | 'good'
  /** Dies when it starts, everywhere. */
  | 'crash'
  /** Dies when it starts, at some. */
  | 'flaky'
  /** Runs, and the judge sees that it is worse. */
  | 'worse'

/** How a liar lies. Each runs the gate besides. */
export const LIES = ['claim', 'hasten', 'smear', 'equivocate', 'forge', 'mute'] as const
export type Lie = (typeof LIES)[number]

/** Everything that is decided about one rollout before it starts. */
export interface Plot {
  readonly plan: GatePlan
  readonly quality: Quality
  /** By member: its lies; honest members have none. */
  readonly lies: ReadonlyMap<number, ReadonlySet<Lie>>
  /** Members to whom their mirror gives something else. */
  readonly misled: ReadonlySet<number>
  /** Members at which a flaky artefact dies. */
  readonly allergic: ReadonlySet<number>
  /** By member: how far its clock is from the others', ms. */
  readonly skewMs: readonly number[]
  readonly crashes: readonly { readonly member: number; readonly atMs: number; downMs: number }[]
  readonly partition: { readonly atMs: number; readonly forMs: number } | undefined
  readonly side: readonly number[]
  readonly coordinator: 'steady' | 'vanishes' | 'equivocates'
  /** Somebody with the right to it halts the plan then. */
  readonly orderAtMs: number | undefined
  /** Whether a step takes the whole node down, not only a service. */
  readonly takesNodeDown: boolean
}

/** Steps and watches of the simulated rollouts, ms. */
export const TIMES = {
  preflightMs: 2_000,
  executeMs: 20_000,
  healMs: 2_000,
  verifyMs: 3_000,
  probeMs: 200,
  judgeMs: 200,
  hopMs: 20,
  /** From a crash until everybody knows, at most. */
  detectMs: 5_000,
  startMs: 1_000
} as const

/** Digests of artefacts: before, voted, and what a wrong mirror gives. */
export const OLD: string = '01'.repeat(32)
export const NEW: string = '02'.repeat(32)
export const FOREIGN: string = '03'.repeat(32)

const TIMINGS = {
  deadlineMs: 120_000,
  bakeMs: { canary: 10_000, octants: 10_000, wave: 30_000 },
  certificateMs: 20_000,
  askMs: 30_000
} as const

const SHAPES: readonly (readonly number[])[] = [
  [2, 2, 2],
  [3, 2, 2],
  [3, 3, 2],
  [3, 3, 3],
  [4, 3, 3],
  [4, 4, 4],
  [8, 8, 8]
]
const SKEW_MS = 30_000
const ATTEMPTS = 8
const CRASHES_MAX = 3

/** Everything that befalls one rollout on a mesh of `size` members, drawn; undefined if nothing can be planned. */
export function drawPlot(dice: Dice, size: number, horizonMs: number): Plot | undefined {
  const plan = drawPlan(dice, size)
  if (plan === undefined) return undefined
  const lies = drawLies(dice, size, plan.limits.faultsTolerated)
  const activeMs = Math.min(horizonMs, plan.waves.length * 60_000)
  const some = (permille: number): ReadonlySet<number> =>
    new Set(dice.order(size).filter(() => dice.chance(permille)))
  const crashes = Array.from(
    { length: dice.chance(500) ? 1 + dice.below(CRASHES_MAX) : 0 },
    () => ({
      member: dice.below(size),
      atMs: dice.below(activeMs),
      downMs: dice.chance(800) ? 500 + dice.below(60_000) : horizonMs
    })
  )
  const coordinator = drawCoordinator(dice, plan, lies)
  return {
    plan,
    quality: drawQuality(dice),
    lies,
    misled: dice.chance(80) ? some(200) : new Set(),
    allergic: some(250),
    skewMs: Array.from({ length: size }, () => dice.below(2 * SKEW_MS) - SKEW_MS),
    crashes,
    partition: dice.chance(200)
      ? { atMs: dice.below(activeMs), forMs: 500 + dice.below(90_000) }
      : undefined,
    side: Array.from({ length: size }, () => dice.below(2)),
    coordinator,
    orderAtMs: dice.chance(60) ? dice.below(activeMs) : undefined,
    takesNodeDown: dice.chance(500)
  }
}

/** A rollout to which nothing happens, on a full torus. */
export function quietPlot(size: number, timings: GatePlan['timings']): Plot | undefined {
  const torus = createTorus(sidesFor(size))
  const everybody = Array.from({ length: size }, (_, cell) => place(cell, cell))
  const plan = planOn(new Positions(torus, everybody), 0, 0, timings)
  if (plan === undefined) return undefined
  const zeros = Array.from({ length: size }, () => 0)
  return {
    plan,
    quality: 'good',
    lies: new Map(),
    misled: new Set(),
    allergic: new Set(),
    skewMs: zeros,
    crashes: [],
    partition: undefined,
    side: zeros,
    coordinator: 'steady',
    orderAtMs: undefined,
    takesNodeDown: true
  }
}

function drawQuality(dice: Dice): Quality {
  const part = dice.below(100)
  if (part < 70) return 'good'
  if (part < 80) return 'crash'
  return part < 90 ? 'flaky' : 'worse'
}

/** One that equivocates is one of the liars. */
function drawCoordinator(
  dice: Dice,
  { coordinator, limits }: GatePlan,
  lies: Map<number, ReadonlySet<Lie>>
): Plot['coordinator'] {
  if (dice.chance(850)) return 'steady'
  if (dice.chance(500)) return 'vanishes'
  if (!lies.has(coordinator) && lies.size >= limits.faultsTolerated) return 'vanishes'
  if (!lies.has(coordinator)) lies.set(coordinator, new Set())
  return 'equivocates'
}

function drawLies(dice: Dice, size: number, faults: number): Map<number, ReadonlySet<Lie>> {
  const lies = new Map<number, ReadonlySet<Lie>>()
  if (dice.chance(500)) return lies
  const count = dice.chance(500) ? faults : dice.below(faults + 1)
  for (const liar of dice.order(size).slice(0, count)) {
    lies.set(liar, new Set(LIES.filter(lie => dice.chance(lie === 'mute' ? 100 : 350))))
  }
  return lies
}

function drawPlan(dice: Dice, size: number): GatePlan | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const roomy = SHAPES.filter(sides => sides.reduce((a, b) => a * b, 1) >= size)
    const torus = createTorus(attempt === ATTEMPTS - 1 ? roomy[0]! : dice.pick(roomy.slice(0, 2)))
    const cells = dice.order(torus.cells)
    // A few members share a cell.
    const isCrowded = dice.chance(300)
    const positions = Array.from({ length: size }, (_, member) =>
      place(member, isCrowded && dice.chance(300) ? dice.pick(cells) : cells[member]!)
    )
    const seed = dice.below(2 ** 20)
    const tolerance = dice.chance(300) ? 1 : 0
    const plan = planOn(new Positions(torus, positions), seed, tolerance, TIMINGS)
    if (plan !== undefined) return plan
  }
  return undefined
}

function planOn(
  positions: Positions,
  seed: number,
  tolerance: number,
  timings: GatePlan['timings']
): GatePlan | undefined {
  const size = positions.size
  const result = openPlan({
    positions,
    manifest: seed.toString(16).padStart(12, '0').padEnd(64, '0'),
    artefacts: [NEW],
    profile: 'standard',
    coordinator: size - 1,
    halters: [0, size - 1],
    tolerance,
    expiresMs: 2 ** 40,
    timings
  })
  return result.ok ? result.plan : undefined
}

function place(member: number, cell: number): Position {
  return { member: member.toString(16).padStart(6, '0'), cell }
}
