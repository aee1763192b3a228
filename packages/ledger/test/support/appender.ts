// Appends for ever to the ledger in the folder given, and says after each group how many events are
// durable.
import { openLedger } from '../../src/index.ts'
import { openLevelStore, systemScheduler } from '../../src/level/index.ts'
import { ORIGIN } from './cosigner.ts'
import { cosigner, eventInput } from './log.ts'

const store = await openLevelStore(process.argv[2]!)
const ports = { store, cosigner, clock: Date.now, scheduler: systemScheduler }
const ledger = await openLedger({ ...ports, origin: ORIGIN, checkpointEveryMs: 20 })
for (let next = ledger.size; ; ) {
  const count = 1 + (next % 90)
  await ledger.appendAll(Array.from({ length: count }, (_, i) => eventInput(next + i)))
  next += count
  process.stdout.write(`${next}\n`)
}
