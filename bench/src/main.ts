import { cpus, totalmem } from 'node:os'
import { ledgerRows } from './ledger.ts'
import { meshRows } from './mesh.ts'
import type { Row } from './row.ts'
import { broadcastRows } from './simulations/broadcast.ts'
import { floodRows } from './simulations/flood.ts'
import { resultsRows } from './simulations/results.ts'
import { sweepRows } from './simulations/sweep.ts'
import { suiteRows } from './suites.ts'
import { tableOf } from './table.ts'

const BENCHMARKS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  suites: suiteRows,
  ledger: ledgerRows,
  mesh: meshRows,
  simulations: floodRows,
  broadcast: broadcastRows,
  results: resultsRows,
  sweeps: sweepRows
}

const USAGE = `npm run --silent bench -- [NAME ...] [--json]

Without a name all run, one after the other: ${Object.keys(BENCHMARKS).join(', ')}.
Each compares with its peer in the same run; figures are medians.`

async function main(args: readonly string[]): Promise<number> {
  const flags = args.filter(arg => arg.startsWith('-'))
  const names = args.filter(arg => !arg.startsWith('-'))
  if (flags.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const unknown = [
    ...flags.filter(flag => flag !== '--json'),
    ...names.filter(name => !Object.hasOwn(BENCHMARKS, name))
  ]
  if (unknown.length > 0) {
    process.stderr.write(`bench: no ${unknown.join(', ')}\n${USAGE}\n`)
    return 2
  }
  const rows: Row[] = []
  for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
    process.stderr.write(`bench: ${name}…\n`)
    rows.push(...(await BENCHMARKS[name]!()))
  }
  process.stdout.write(
    flags.includes('--json')
      ? `${JSON.stringify(rows, null, 2)}\n`
      : `${machine()}\n${tableOf(rows)}`
  )
  return 0
}

function machine(): string {
  const [cpu] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${gib} GiB, Node ${process.versions.node}`
}

process.exitCode = await main(process.argv.slice(2))
