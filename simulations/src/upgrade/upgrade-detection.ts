import { Dice } from '../consensus/cluster/dice.ts'
import { rowsOf, type Trial, TrialModel, type TrialResult } from '../governance/trials.ts'
import type { Merged, RunSetup, Scenario } from '../scenario/scenario.ts'
import { checkSettings, meshTopology, NO_NETWORK } from './meshes.ts'
import { CASES } from './telemetry.ts'
import { tryUpgrade } from './trial.ts'

/** Kind of case, then by gate the wave that it was stopped in, or -1. */
const COLUMNS = ['kind', 'own', 'readiness', 'kayentaStrict', 'kayentaLax'] as const
const GATES = COLUMNS.slice(1)
/** Of the normal distribution: two-sided 95 %. */
const Z = 1.959964
/** Cases that are no upgrade's fault. */
const HARMLESS: ReadonlySet<number> = new Set([CASES.indexOf('good'), CASES.indexOf('outage')])

/** Generated upgrades before the project's judge and before others: who stops which. */
export const upgradeDetection: Scenario = {
  name: 'upgrade-detection',
  about: 'generated upgrades, good and bad in five ways: precision and recall of the judge',
  parameters: {},
  defaults: { nodes: 1_024, durationMs: 60_000, network: NO_NETWORK, faults: [] },
  faults: [],
  behaviours: [],
  topology: spec => {
    checkSettings(spec, 0)
    return meshTopology(spec.nodes, 0)
  },
  createShard({ spec, topology }, port) {
    // A node of the run stands for one rollout.
    const trials = Array.from(
      { length: spec.nodes },
      (_, number): Trial =>
        () => {
          const outcome = tryUpgrade(new Dice(spec.seed, number))
          return COLUMNS.map(name => outcome[name])
        }
    )
    return new TrialModel({ topology, port, trials, width: COLUMNS.length })
  },
  merge: (setup, results) => merge(setup, results as readonly TrialResult[])
}

function merge({ spec }: RunSetup, results: readonly TrialResult[]): Merged {
  const rows = rowsOf(results, spec.nodes, COLUMNS.length).filter(row => row !== undefined)
  const measures: Record<string, number | null> = { rollouts: rows.length }
  for (const [at, gate] of GATES.entries()) {
    Object.assign(measures, figuresOf(gate, rows, at + 1))
  }
  const sometimes = Object.fromEntries(
    CASES.map((name, kind) => [name, rows.filter(row => row[0] === kind).length])
  )
  const missed = CASES.flatMap((name, kind) => {
    if (HARMLESS.has(kind)) return []
    return [[`missed-${name}`, rows.filter(row => row[0] === kind && row[1]! < 0).length]]
  })
  const stopped = CASES.flatMap((name, kind) =>
    HARMLESS.has(kind)
      ? [[`stopped-${name}`, rows.filter(row => row[0] === kind && row[1]! >= 0).length]]
      : []
  )
  const crash = CASES.indexOf('crash-at-start')
  const spread = rows.filter(row => row[0] === crash && row[1] !== 0).length
  return {
    sometimes: { ...sometimes, ...Object.fromEntries([...missed, ...stopped]) },
    measures: { ...measures, crashesPastCanary: spread },
    violations: [],
    tables: {
      rollouts: {
        case: rows.map(row => CASES[row[0]!]!),
        ...Object.fromEntries(
          GATES.map((gate, at) => [gate, Int32Array.from(rows, row => row[at + 1]!)])
        )
      }
    }
  }
}

function figuresOf(
  gate: string,
  rows: readonly (readonly number[])[],
  column: number
): Record<string, number | null> {
  const isBad = (row: readonly number[]): boolean => !HARMLESS.has(row[0]!)
  const stopped = rows.filter(row => row[column]! >= 0)
  const hits = stopped.filter(isBad).length
  const bad = rows.filter(isBad).length
  return {
    ...intervalOf(`${gate}Precision`, hits, stopped.length),
    ...intervalOf(`${gate}Recall`, hits, bad)
  }
}

/** A share with Wilson's interval of 95 %, in parts per million. */
function intervalOf(name: string, hits: number, of: number): Record<string, number | null> {
  if (of === 0) return { [`${name}Ppm`]: null, [`${name}LowPpm`]: null, [`${name}HighPpm`]: null }
  const share = hits / of
  const scale = 1 + (Z * Z) / of
  const middle = (share + (Z * Z) / (2 * of)) / scale
  const half = (Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))) / scale
  const ppm = (value: number): number => Math.round(value * 1_000_000)
  return {
    [`${name}Ppm`]: ppm(share),
    [`${name}LowPpm`]: ppm(Math.max(0, middle - half)),
    [`${name}HighPpm`]: ppm(Math.min(1, middle + half))
  }
}
