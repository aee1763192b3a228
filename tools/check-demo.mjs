// Reads the summary of `npm start -- --nodes 8 --duration 20 --json` and says whether the mesh did its job.
import { readFileSync } from 'node:fs'

const summary = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const expected = {
  'all hosts took part': summary.nodes === 8 && summary.cells === 8,
  'over TCP': summary.transport === 'tcp',
  'signed post-quantum': JSON.stringify(summary.suites).match(/falcon-512|ml-dsa-/g)?.length === 3,
  wired: summary.wiredMs > 0,
  'reports were sent': summary.reports.sent >= 8,
  // Each of the three neighbours takes in every report but those of the last moments.
  'reports arrived verified': summary.reports.verified >= summary.reports.sent * 2,
  'nothing was rejected': Object.keys(summary.reports.rejected).length === 0,
  'a broadcast reached everybody': summary.broadcast.reach === 7,
  'nobody was called down': summary.failures.falseRemovals === 0,
  'ledgers verified': summary.ledger.verified === true && summary.ledger.events > 0
}
const failed = Object.keys(expected).filter(name => !expected[name])
process.stdout.write(`${JSON.stringify(summary)}\n`)
for (const name of failed) process.stdout.write(`FAILED: ${name}\n`)
process.stdout.write(
  `${Object.keys(expected).length - failed.length} passed, ${failed.length} failed\n`
)
process.exit(failed.length === 0 ? 0 : 1)
