import { playAutoheal } from './autoheal.ts'
import type { Drill } from './catalogue-files.ts'
import { type PlayResult, playScenario } from './play.ts'

/** What a fault catalogue comes to, beside docker-autoheal's rule on the same faults. */
export interface DrillFigures {
  readonly faults: number
  /** Faults that the agent may heal without asking, and those of them it healed. */
  readonly alone: number
  readonly healedAlone: number
  /** From the last fault until all was sound, virtual ms, without services' own starts. */
  readonly healP50Ms: number
  readonly healP99Ms: number
  /** Faults whose cause was named first. */
  readonly rootFirst: number
  readonly actions: number
  /** Actions on services with nothing wrong. */
  readonly onSound: number
  readonly autohealHealed: number
  readonly autohealRestarts: number
}

/** A drill and what became of it. */
export interface PlayedDrill {
  readonly drill: Drill
  readonly result: PlayResult
}

export function playDrills(drills: readonly Drill[]): PlayedDrill[] {
  return drills.map(drill => ({ drill, result: playScenario(drill.scenario, drill.catalogue) }))
}

/** Drills that are to be healed without anybody's consent. */
export function healedAlone<T extends { readonly drill: Drill }>(played: readonly T[]): T[] {
  return played.filter(({ drill }) => drill.scenario.expect.end === 'healed')
}

export function drillFigures(played: readonly PlayedDrill[]): DrillFigures {
  const alone = healedAlone(played)
  const times = alone.map(healMs).toSorted((a, b) => a - b)
  const theirs = alone.map(({ drill }) => playAutoheal(drill))
  const named = played.filter(({ drill, result }) => {
    return result.roots[0] === drill.scenario.expect.root
  })
  const actions = alone.flatMap(({ result }) => result.actions)
  return {
    faults: played.length,
    alone: alone.length,
    healedAlone: times.filter(Number.isFinite).length,
    healP50Ms: percentile(times, 50),
    healP99Ms: percentile(times, 99),
    rootFirst: named.length,
    actions: actions.length,
    onSound: actions.filter(({ onSound }) => onSound).length,
    autohealHealed: theirs.filter(({ soundMs }) => soundMs !== undefined).length,
    autohealRestarts: theirs.reduce((sum, { restarts }) => sum + restarts, 0)
  }
}

/** From the last fault until all was sound; endless if it never was. */
function healMs({ drill: { scenario }, result: { soundMs } }: PlayedDrill): number {
  const lastMs = Math.max(...scenario.inject.map(({ atMs }) => atMs))
  return (soundMs ?? Number.POSITIVE_INFINITY) - lastMs
}

/** The value below which so many in a hundred lie. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}
