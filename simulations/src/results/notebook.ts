import { prettyJson } from './json.ts'
import { counted } from './labels.ts'
import type { ManifestFile } from './manifest.ts'
import { constant, measure, type Survey } from './points.ts'
import { T_975, T_975_ABOVE } from './statistics.ts'

/** A Jupyter notebook, nbformat 4.5, that reads the folder it lies in with pandas and DuckDB. */
export function notebook(manifest: ManifestFile, survey: Survey): string {
  const axes = survey.axes.map(axis => (axis.field === 'duration' ? 'durationMs' : axis.field))
  const by = axes.length > 0 ? axes : ['scenario']
  const measures = survey.measures.map(name => `measures.${name}`)
  const drawn = survey.measures.find(name => constant(survey, measure(name)) === undefined)
  const table = Object.keys(survey.runs[0]?.record.tables ?? {})[0]
  const cells = [
    markdown(
      `# ${manifest.sweep.base.scenario}: ${counted(survey.runs.length, 'run')}`,
      '',
      `Results \`${manifest.hash}\`. Needs \`pip install pandas pyarrow duckdb matplotlib\`; start it in this folder.`
    ),
    code(
      'import duckdb',
      'import pandas as pd',
      '',
      "runs = pd.read_parquet('summary.parquet')",
      'runs.head()'
    ),
    markdown('## Mean over seeds with its 95 % confidence interval'),
    code(
      'from math import sqrt',
      '',
      '# Two-sided 95 % points of Student’s t for 1 to 30 degrees of freedom; then from so many on.',
      `T = [${T_975.join(', ')}]`,
      `T_ABOVE = [${T_975_ABOVE.map(({ from, t }) => `(${from}, ${t})`).join(', ')}]`,
      '',
      'def student_t(degrees):',
      '    return T[degrees - 1] if degrees <= len(T) else next(t for least, t in T_ABOVE if degrees >= least)',
      '',
      'def half_width(values):',
      '    n = values.count()',
      "    return student_t(n - 1) * values.std() / sqrt(n) if n > 1 else float('nan')",
      '',
      `by = ${python(by)}`,
      `measures = ${python(measures)}`,
      "runs.groupby(by, dropna=False)[measures].agg(['count', 'mean', half_width])"
    ),
    ...(drawn === undefined ? [] : [plotCell(`measures.${drawn}`)]),
    ...(table === undefined ? [] : tableCells(table, by))
  ]
  return prettyJson({
    cells: cells.map((cell, i) => ({ id: `cell-${i}`, ...cell })),
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' }
    },
    nbformat: 4,
    nbformat_minor: 5
  })
}

/** A line for each combination of the other axes: seeds alone are averaged over. */
function plotCell(y: string): object {
  return code(
    `y = ${python(y)}`,
    "drawn = runs.groupby(by, dropna=False)[y].agg(['mean', half_width]).unstack(by[1:])",
    "axes = drawn['mean'].plot(yerr=drawn['half_width'], marker='o', capsize=3, ylabel=y)"
  )
}

function tableCells(table: string, by: readonly string[]): object[] {
  const columns = by.map(field => `"${field.replaceAll('"', '""')}"`).join(', ')
  return [
    markdown(
      `## Rows of \`${table}\``,
      '',
      'Folder names become columns: no run has to be opened by hand.'
    ),
    code(
      `rows = "read_parquet('runs/**/${table}.parquet', hive_partitioning = true, union_by_name = true)"`,
      "duckdb.sql(f'SELECT nodes, count(*) AS rows FROM {rows} GROUP BY nodes ORDER BY nodes').df()"
    ),
    markdown('Runs can be queried without pandas:'),
    code(
      `duckdb.sql(${python(`SELECT ${columns}, count(*) AS runs, sum(violations)::BIGINT AS violations FROM 'summary.parquet' GROUP BY ALL ORDER BY ALL`)}).df()`
    )
  ]
}

function markdown(...lines: readonly string[]): object {
  return { cell_type: 'markdown', metadata: {}, source: source(lines) }
}

function code(...lines: readonly string[]): object {
  const source_ = source(lines)
  return { cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: source_ }
}

function source(lines: readonly string[]): string[] {
  return lines.map((line, i) => (i < lines.length - 1 ? `${line}\n` : line))
}

/** JSON of words and lists of words is Python too. */
function python(value: string | readonly string[]): string {
  return JSON.stringify(value)
}
