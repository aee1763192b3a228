import type { BroadcastFigures, FailureFigures } from './measure.ts'

/** What `torusmesh demo --json` prints in the end. Times in ms, sizes in MB. */
export interface DemoSummary {
  nodes: number
  cells: number
  transport: 'tcp'
  suites: { identity: string; report: string; checkpoint: string }
  /** From the start to the last link open: keys made, ledgers opened, everybody listening. */
  wiredMs: number
  rssMb: number
  reports: {
    sent: number
    /** Health statements that gossip handed to a host, whatever became of them. */
    delivered: number
    /** Reports that passed every check and are in the receiver's ledger. */
    verified: number
    rejected: Record<string, number>
  }
  broadcast: BroadcastFigures
  failures: FailureFigures
  ledger: { events: number; checkpoints: number; verified: boolean }
}
