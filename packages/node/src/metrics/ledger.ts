import type { Counter, Definitions, Histogram, NoLabels } from './instruments.ts'

/** The log this node writes. */
export interface LedgerMetrics {
  readonly appendedEvents: Counter<NoLabels>
  readonly appendSeconds: Histogram<NoLabels>
  readonly signatures: Counter<NoLabels>
}

export const LEDGER_DEFINITIONS: Definitions<LedgerMetrics> = {
  appendedEvents: {
    type: 'counter',
    name: 'torusmesh_ledger_appended_events_total',
    unit: 'events',
    help: 'Events that are durable in the ledger since the node started.',
    labels: {}
  },
  appendSeconds: {
    type: 'histogram',
    name: 'torusmesh_ledger_append_duration_seconds',
    unit: 'seconds',
    help: 'From handing over an event to its being durable.',
    labels: {},
    // A group waits 2 ms by default; one fdatasync takes 0.2 to 0.75 ms on a good disk.
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5]
  },
  signatures: {
    type: 'counter',
    name: 'torusmesh_ledger_signatures_total',
    unit: 'signatures',
    help: 'Signatures over the ledger since the node started: checkpoints and runs of 1,024 events.',
    labels: {}
  }
}
