import { canonicalJson } from '../sweep/content-hash.ts'
import type { ManifestFile } from './manifest.ts'
import type { NullableColumn } from './parquet.ts'
import type { Run, Survey } from './points.ts'
import { axisValue } from './run-path.ts'

type Value = NullableColumn['values'][number]

/**
 * One row a run: where it lies, what was set, what was found. Measures and marks have names of their
 * own, so that other columns can't take them.
 */
export function summaryColumns(
  { runs, measures, marks }: Survey,
  manifest: ManifestFile
): Record<string, NullableColumn> {
  const whole = (pick: (run: Run) => number): NullableColumn => ({
    type: 'INT64',
    values: runs.map(run => BigInt(pick(run)))
  })
  const text = (pick: (run: Run) => string): NullableColumn => ({
    type: 'STRING',
    values: runs.map(pick)
  })
  const columns: Record<string, NullableColumn> = {
    run: text(run => run.path),
    scenario: text(({ record }) => record.summary.scenario),
    nodes: whole(({ record }) => record.spec.nodes),
    seed: whole(({ record }) => record.spec.seed),
    durationMs: whole(({ record }) => record.spec.durationMs)
  }
  for (const { field } of manifest.sweep.axes) {
    if (field === 'nodes' || field === 'duration') continue
    columns[field] = columnOf(runs.map(run => axisValue(run.record.spec, field)))
  }
  const parameters = new Set(runs.flatMap(run => Object.keys(run.record.spec.parameters)))
  for (const name of parameters) {
    const field = `parameters.${name}`
    columns[field] ??= columnOf(runs.map(run => run.record.spec.parameters[name] ?? null))
  }
  columns['auditHash'] = text(({ record }) => record.summary.auditHash)
  columns['events'] = whole(({ record }) => record.summary.events)
  columns['bytesPerNode'] = columnOf(runs.map(({ record }) => record.summary.bytesPerNode))
  columns['violations'] = whole(({ record }) => record.summary.violations)
  for (const name of measures) {
    const values = runs.map(({ record }) => record.summary.measures[name] ?? null)
    columns[`measures.${name}`] = { type: 'DOUBLE', values }
  }
  for (const name of marks) {
    columns[`sometimes.${name}`] = whole(({ record }) => record.summary.sometimes[name] ?? 0)
  }
  return columns
}

/** Of one type whatever the sweep tries: numbers as doubles, blocks as JSON. */
function columnOf(values: readonly unknown[]): NullableColumn {
  const set = values.filter(value => value !== null)
  if (set.every(value => typeof value === 'number')) {
    return { type: 'DOUBLE', values: values as Value[] }
  }
  if (set.every(value => typeof value === 'boolean')) {
    return { type: 'BOOLEAN', values: values as Value[] }
  }
  return {
    type: 'STRING',
    values: values.map(value =>
      value === null ? null : typeof value === 'string' ? value : canonicalJson(value)
    )
  }
}
