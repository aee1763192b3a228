import { counted, rangesText } from './labels.ts'
import type { ManifestFile } from './manifest.ts'
import type { Survey } from './points.ts'

/** `README.txt`: what lies in the folder, and how to run it again. */
export function readme({ hash, sweep, code, node }: ManifestFile, survey: Survey): string {
  return `Torusmesh simulation results ${hash}

Scenario   ${sweep.base.scenario}
Runs       ${survey.runs.length} at ${counted(survey.points.length, 'point')}, seeds ${rangesText(sweep.seeds)}
Code       torusmesh ${code.version}, ${code.commit === null ? 'commit unknown' : `commit ${code.commit}`}, Node.js ${node}

manifest.json            what was run, with which code and data; the audit hash of every run
summary.parquet          one row a run: settings, measures, marks, audit hash
runs/nodes=.../seed=.../ summary.json and the tables of a run
report.html              figures and tables; opens without a network
figures/                 each figure as SVG and as Vega-Lite to edit
analysis.ipynb           the same data in pandas and DuckDB
ro-crate-metadata.json   description for archives (RO-Crate 1.1)
host.jsonl               where and how fast it ran; the one file that differs between equal sweeps

To reproduce, check out the same code, then, with FOLDER the path of this folder:

  npm ci
  torusmesh sim reproduce FOLDER

It runs every run again and ends in "${survey.runs.length}/${survey.runs.length} audit hashes equal".
`
}
