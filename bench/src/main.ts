import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { consensusRows } from './consensus.ts'
import { federatedRows } from './federated.ts'
import { studyRows } from './federated-study.ts'
import { ledgerRows } from './ledger.ts'
import { meshRows } from './mesh.ts'
import { operatorRows } from './operator.ts'
import { realismRows } from './realism.ts'
import type { Row } from './row.ts'
import { broadcastRows } from './simulations/broadcast.ts'
import { floodRows } from './simulations/flood.ts'
import { growthRows } from './simulations/growth.ts'
import { resultsRows } from './simulations/results.ts'
import { sweepRows } from './simulations/sweep.ts'
import { suiteRows } from './suites.ts'
import { tableOf } from './table.ts'
import { vaultRows, vaultTrialRows } from './vault.ts'

const BENCHMARKS: Readonly<Record<string, (nodes?: number) => Promise<readonly Row[]>>> = {
  suites: suiteRows,
  ledger: ledgerRows,
  consensus: consensusRows,
  federated: federatedRows,
  'federated-study': studyRows,
  mesh: meshRows,
  operator: operatorRows,
  realism: realismRows,
  simulations: floodRows,
  growth: growthRows,
  broadcast: broadcastRows,
  results: resultsRows,
  sweeps: sweepRows,
  vault: vaultRows,
  'vault-trials': vaultTrialRows
}

const USAGE = `npm run --silent bench -- [NAME ...] [--nodes N] [--json]

Without a name all run, one after the other: ${Object.keys(BENCHMARKS).join(', ')}.
Each compares with its peer in the same run; figures are medians. --nodes is for realism: 64, or 27 to 512
with one host in each cell.`

async function main(args: readonly string[]): Promise<number> {
  const options = {
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    nodes: { type: 'string' }
  } as const
  const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: false })
  const { values: flags, positionals: names } = parsed
  if (flags['help'] === true) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const unknown = [
    ...Object.keys(flags).filter(flag => !Object.hasOwn(options, flag)),
    ...names.filter(name => !Object.hasOwn(BENCHMARKS, name))
  ]
  if (unknown.length > 0) {
    process.stderr.write(`bench: no ${unknown.join(', ')}\n${USAGE}\n`)
    return 2
  }
  const nodes = flags['nodes'] === undefined ? undefined : Number(flags['nodes'])
  const rows: Row[] = []
  for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
    process.stderr.write(`bench: ${name}…\n`)
    rows.push(...(await BENCHMARKS[name]!(nodes)))
  }
  process.stdout.write(
    flags['json'] === true ? `${JSON.stringify(rows, null, 2)}\n` : `${machine()}\n${tableOf(rows)}`
  )
  return 0
}

function machine(): string {
  const [cpu] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${gib} GiB, Node ${process.versions.node}`
}

process.exitCode = await main(process.argv.slice(2))
