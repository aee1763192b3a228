import { parseArgs } from 'node:util'
import { runBatch } from './batch.ts'

/** `node --conditions=@torusmesh/source simulations/src/consensus/run-batch.ts --runs 10 --workers 2` */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '4' },
    workers: { type: 'string', default: '2' }
  }
})
const report = await runBatch({
  firstSeed: Number(values.seed),
  runs: Number(values.runs),
  workers: Number(values.workers),
  nowMs: () => performance.now()
})
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
if (report.violations > 0) process.exitCode = 4
