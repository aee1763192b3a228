import type { Standing } from '../view.ts'
import type { Counter, Definitions } from './instruments.ts'

/** Why a datagram was dropped. */
export type DatagramFault = 'wrong-length' | 'unknown-tag' | 'replayed' | 'forged'

/** The failure detector. */
export interface HealthMetrics {
  readonly heartbeats: Counter<{ direction: 'sent' | 'received'; way: 'link' | 'datagram' }>
  readonly droppedDatagrams: Counter<{ reason: DatagramFault }>
  readonly verdicts: Counter<{ standing: Standing }>
}

export const HEALTH_DEFINITIONS: Definitions<HealthMetrics> = {
  heartbeats: {
    type: 'counter',
    name: 'torusmesh_heartbeats_total',
    unit: 'heartbeats',
    help: 'Heartbeats to and from linked nodes.',
    labels: { direction: 'sent or received', way: 'link or datagram' }
  },
  droppedDatagrams: {
    type: 'counter',
    name: 'torusmesh_dropped_datagrams_total',
    unit: 'datagrams',
    help: 'Datagrams that are no heartbeat of a linked node.',
    labels: { reason: 'wrong-length, unknown-tag, replayed or forged' }
  },
  verdicts: {
    type: 'counter',
    name: 'torusmesh_detector_verdicts_total',
    unit: 'verdicts',
    help: 'Changes of standing that this node decided or accepted.',
    labels: { standing: 'the new standing' }
  }
}
