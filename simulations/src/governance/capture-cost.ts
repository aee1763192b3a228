import { governance } from '@torusmesh/consensus'
import type { Violation } from '../scenario/outcome.ts'
import type { Merged, RunSetup, Scenario } from '../scenario/scenario.ts'
import { sidesFor } from '../topology/sides.ts'
import { torusTopology } from '../topology/torus.ts'
import {
  BASELINE_EPOCHS,
  BASELINE_NODES,
  CHEAP_ALONE,
  captureBaselines
} from './capture-baselines.ts'
import { type CaptureEffort, measureCapture } from './capture-meter.ts'
import { policy } from './population.ts'
import { epochsOf, NO_NETWORK } from './settings.ts'
import { Stage } from './stage.ts'
import { rowsOf, TrialModel, type TrialResult } from './trials.ts'

const MONTH_MS = 30 * 86_400_000
const THIRD_BP = 3_334
const FIGURES = ['nodes', 'nodesBp', 'weightDays', 'weightDaysBp', 'days'] as const
/** Efforts alone and watched. */
const WIDTH: number = 2 * FIGURES.length
const types: readonly governance.ProposalType[] = Object.values(governance.ProposalType)
/** Names for measures. */
const names: readonly string[] = Object.keys(governance.ProposalType)

/** The least effort with which an attacker passes and executes each type of proposal. */
export const captureCost: Scenario = {
  name: 'capture-cost',
  about: 'the least nodes and weight-days that capture each type of proposal, against a baseline',
  parameters: {},
  defaults: { nodes: BASELINE_NODES, durationMs: MONTH_MS, network: NO_NETWORK, faults: [] },
  faults: [],
  behaviours: [],
  topology: ({ nodes }) => torusTopology(sidesFor(nodes)),
  createShard(setup, port) {
    const { topology, spec } = setup
    const epochs = epochsOf(spec)
    let weight: number | undefined
    const trials = types.map(type => (): readonly number[] => {
      const { seed } = spec
      weight ??= new Stage({ topology, seed, epochs, attackersPermille: 0 }).population.latest.total
      const target = { members: topology.nodes, weight, policy, daysMax: epochs }
      return [false, true].flatMap(isWatched => {
        const effort = measureCapture(type, target, isWatched)
        return FIGURES.map(figure => effort?.[figure] ?? 0)
      })
    })
    return new TrialModel({ topology, port, trials, width: WIDTH })
  },
  merge
}

function merge(setup: RunSetup, results: readonly unknown[]): Merged {
  const rows = rowsOf(results as readonly TrialResult[], types.length, WIDTH)
  const sometimes: Record<string, number> = {}
  const measures: Record<string, number | null> = {}
  const violations: Violation[] = []
  for (const [at, type] of types.entries()) {
    const alone = effortOf(rows[at], 0)
    const watched = effortOf(rows[at], FIGURES.length)
    sometimes[`${type}-captured`] = Number(alone !== undefined)
    measures[`${names[at]}Nodes`] = alone?.nodes ?? null
    measures[`${names[at]}WeightDays`] = alone?.weightDays ?? null
    measures[`${names[at]}WeightDaysBp`] = alone?.weightDaysBp ?? null
    measures[`${names[at]}WatchedNodes`] = watched?.nodes ?? null
    measures[`${names[at]}WatchedWeightDaysBp`] = watched?.weightDaysBp ?? null
    const { durationMs: atMs } = setup.spec
    for (const what of complaints(type, alone, watched, isBaseline(setup))) {
      violations.push({ property: 'capture-cost', atMs, node: 0, what })
    }
  }
  const columns = FIGURES.map((name, i) => [name, Int32Array.from(rows, row => row?.[i] ?? -1)])
  return {
    sometimes,
    measures,
    violations,
    tables: { captures: { type: types, ...Object.fromEntries(columns) } }
  }
}

/** The baselines are of one mesh; another's figures are compared with the goal alone. */
function isBaseline({ spec, topology }: RunSetup): boolean {
  return topology.nodes === BASELINE_NODES && epochsOf(spec) === BASELINE_EPOCHS
}

function effortOf(row: readonly number[] | undefined, from: number): CaptureEffort | undefined {
  const [nodes = 0, nodesBp = 0, weightDays = 0, weightDaysBp = 0, days = 0] =
    row?.slice(from) ?? []
  return nodes === 0 ? undefined : { nodes, nodesBp, weightDays, weightDaysBp, days }
}

/** What is wrong with the cost of a type. That nothing captures it within the time is no fault. */
function complaints(
  type: governance.ProposalType,
  alone: CaptureEffort | undefined,
  watched: CaptureEffort | undefined,
  isCompared: boolean
): string[] {
  const wrong: string[] = []
  for (const [how, effort] of Object.entries({ alone, watched })) {
    if (effort === undefined) continue
    const isCheap = Math.min(effort.nodesBp, effort.weightDaysBp) < THIRD_BP
    if (isCheap && !(how === 'alone' && CHEAP_ALONE.has(type))) {
      wrong.push(`${type}, ${how}: ${effort.weightDaysBp} bp of weight-days, below a third`)
    }
    const recorded = captureBaselines[type][how as 'alone' | 'watched']
    const fell = FIGURES.slice(0, 4).filter(figure => effort[figure] < recorded[figure])
    if (!isCompared) continue
    for (const figure of fell) {
      wrong.push(`${type}, ${how}: ${figure} ${effort[figure]}, recorded ${recorded[figure]}`)
    }
  }
  return wrong
}
