import type { RunSummary } from '../scenario/outcome.ts'
import { canonicalJson } from '../sweep/content-hash.ts'
import type { Results } from './folder.ts'
import { fieldTitle, valueText } from './labels.ts'
import { axisValue } from './run-path.ts'
import type { RunRecord } from './run-record.ts'

/** A field that differs between the runs. */
export interface Axis {
  readonly field: string
  readonly title: string
  /** All its values are numbers, so that it can be drawn to scale. */
  readonly numeric: boolean
}

export interface Run {
  readonly path: string
  readonly record: RunRecord
}

/** Runs that differ in their seeds alone. */
export interface Point {
  /** One value an axis of {@link Survey.axes}. */
  readonly values: readonly unknown[]
  /** `512, 10`, in the order of the axes; `all runs` without one. */
  readonly label: string
  readonly runs: readonly Run[]
}

/** A results folder, read and put in order. */
export interface Survey {
  /** Nodes first where they vary, then numbers, then words. */
  readonly axes: readonly Axis[]
  readonly points: readonly Point[]
  readonly runs: readonly Run[]
  /** Names of all measures, in the order in which runs give them. */
  readonly measures: readonly string[]
  readonly marks: readonly string[]
}

/** Reads every run of a folder. */
export async function survey(results: Results): Promise<Survey> {
  const runs: Run[] = []
  for (const path of await results.runPaths()) {
    runs.push({ path, record: await results.readRun(path) })
  }
  const fields = new Set(['nodes', ...results.manifest.sweep.axes.map(axis => axis.field)])
  const axes = [...fields].flatMap(field => axisOf(field, runs) ?? []).sort(byUse)
  const order = results.manifest.sweep.axes
  const points = new Map<string, { values: unknown[]; runs: Run[] }>()
  for (const run of runs) {
    const values = axes.map(axis => axisValue(run.record.spec, axis.field))
    const key = canonicalJson(values)
    const known = points.get(key)
    if (known === undefined) points.set(key, { values, runs: [run] })
    else known.runs.push(run)
  }
  const rank = axes.map(axis => rankOf(order.find(one => one.field === axis.field)?.values ?? []))
  const sorted = [...points.values()].sort((a, b) => {
    for (const [i, value] of a.values.entries()) {
      const difference = compare(value, b.values[i], rank[i]!)
      if (difference !== 0) return difference
    }
    return 0
  })
  return {
    axes,
    points: sorted.map(({ values, runs: of }) => ({
      values,
      label: values.map(valueText).join(', ') || 'all runs',
      runs: of
    })),
    runs,
    measures: namesOf(runs, 'measures'),
    marks: namesOf(runs, 'sometimes')
  }
}

/** What the runs of a point measured; runs that have no such figure are left out, so n may be smaller. */
export function measured(point: Point, pick: (summary: RunSummary) => number | null): number[] {
  return point.runs.flatMap(({ record }) => pick(record.summary) ?? [])
}

/** The one value that every run of a survey has, so that there is nothing to draw. */
export function constant(
  { points, runs }: Survey,
  pick: (summary: RunSummary) => number | null
): number | undefined {
  const values = points.flatMap(point => measured(point, pick))
  const [first] = values
  return values.length === runs.length && values.every(value => value === first) ? first : undefined
}

export const measure =
  (name: string): ((summary: RunSummary) => number | null) =>
  summary =>
    summary.measures[name] ?? null

function axisOf(field: string, runs: readonly Run[]): Axis | undefined {
  const values = runs.map(run => axisValue(run.record.spec, field))
  if (new Set(values.map(canonicalJson)).size < 2) return undefined
  const numeric = values.every(value => typeof value === 'number')
  return { field, title: fieldTitle(field), numeric }
}

function byUse(a: Axis, b: Axis): number {
  const use = (axis: Axis): number => (axis.field === 'nodes' ? 0 : axis.numeric ? 1 : 2)
  return use(a) - use(b)
}

function rankOf(values: readonly unknown[]): ReadonlyMap<string, number> {
  return new Map(values.map((value, i) => [canonicalJson(value), i]))
}

function compare(a: unknown, b: unknown, rank: ReadonlyMap<string, number>): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [canonicalJson(a), canonicalJson(b)]
  const last = rank.size
  return (
    (rank.get(left) ?? last) - (rank.get(right) ?? last) || (left < right ? -1 : +(left > right))
  )
}

function namesOf(runs: readonly Run[], part: 'measures' | 'sometimes'): string[] {
  return [...new Set(runs.flatMap(run => Object.keys(run.record.summary[part])))]
}
