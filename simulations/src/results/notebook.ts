import { prettyJson } from './json.ts'
import type { ManifestFile } from './manifest.ts'
import type { Survey } from './points.ts'

/** A Jupyter notebook, nbformat 4.5, that reads the folder it lies in with pandas and DuckDB. */
export function notebook(manifest: ManifestFile, survey: Survey): string {
  const axes = survey.axes.map(axis => axis.field)
  const by = axes.length > 0 ? axes : ['scenario']
  const measures = survey.measures.map(name => `measures.${name}`)
  const table = Object.keys(survey.runs[0]?.record.tables ?? {})[0]
  const cells = [
    markdown(
      `# ${manifest.sweep.base.scenario}: ${survey.runs.length} runs`,
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
      '# Two-sided 95 % points of Student’s t for 1 to 30 degrees of freedom; 1.96 beyond.',
      'T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,',
      '     2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]',
      '',
      'def half_width(values):',
      '    n = values.count()',
      "    if n < 2: return float('nan')",
      '    return (T[n - 2] if n <= 31 else 1.96) * values.std() / sqrt(n)',
      '',
      `by = ${python(by)}`,
      `measures = ${python(measures)}`,
      "runs.groupby(by)[measures].agg(['count', 'mean', half_width])"
    ),
    ...(measures.length === 0 ? [] : [plotCell(by[0]!, measures[0]!)]),
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

function plotCell(x: string, y: string): object {
  return code(
    `x, y = ${python(x)}, ${python(y)}`,
    "drawn = runs.groupby(x)[y].agg(['mean', half_width])",
    "drawn.plot(y='mean', yerr='half_width', marker='o', capsize=3, ylabel=y)"
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
      `duckdb.sql(${python(`SELECT ${columns}, count(*) AS runs, sum(violations) AS violations FROM 'summary.parquet' GROUP BY ALL ORDER BY ALL`)}).df()`
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
