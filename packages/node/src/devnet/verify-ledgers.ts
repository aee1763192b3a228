import { openLevelStore } from '@torusmesh/ledger/level'
import { verifyStore } from '../ledger-port.ts'
import type { MeshNode } from '../node.ts'
import type { LedgerCounts } from './shard.ts'

/** Verifies the ledgers of hosts that have stopped, from their folders. */
export async function verifyLedgers(
  nodes: readonly MeshNode[],
  onProgress: (done: number) => void
): Promise<LedgerCounts> {
  const total = { events: 0, checkpoints: 0, verified: true }
  for (const [i, { parts }] of nodes.entries()) {
    onProgress(i)
    const store = await openLevelStore(parts.home.ledgerPath)
    try {
      const result = await verifyStore(store, parts.ledgerKey, () => undefined)
      total.events += result.verified
      total.checkpoints += result.checkpoints
      total.verified &&= result.ok
    } finally {
      await store.close()
    }
  }
  onProgress(nodes.length)
  return total
}
