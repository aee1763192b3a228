import { openLevelStore } from '@torusmesh/ledger/level'
import { verifyStore } from '../ledger-port.ts'
import type { DemoSummary } from './demo-summary.ts'
import type { Devnet } from './devnet.ts'

/** Verifies the ledgers of all hosts, which have stopped, from their folders. */
export async function verifyLedgers(
  { hosts }: Devnet,
  onProgress: (done: number, of: number) => void
): Promise<DemoSummary['ledger']> {
  const total = { events: 0, checkpoints: 0, verified: true }
  for (const [i, { node }] of hosts.entries()) {
    onProgress(i, hosts.length)
    const store = await openLevelStore(node.parts.home.ledgerPath)
    try {
      const result = await verifyStore(store, node.parts.ledgerKey, () => undefined)
      total.events += result.verified
      total.checkpoints += result.checkpoints
      total.verified &&= result.ok
    } finally {
      await store.close()
    }
  }
  onProgress(hosts.length, hosts.length)
  return total
}
