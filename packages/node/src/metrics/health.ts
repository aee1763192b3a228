import type { Standing } from '../view.ts'
import type { Counter, Definitions } from './instruments.ts'

/** The failure detector. */
export interface HealthMetrics {
  readonly heartbeats: Counter<{ direction: 'sent' | 'received' }>
  readonly verdicts: Counter<{ standing: Standing }>
}

export const HEALTH_DEFINITIONS: Definitions<HealthMetrics> = {
  heartbeats: {
    type: 'counter',
    name: 'torusmesh_heartbeats_total',
    unit: 'heartbeats',
    help: 'Heartbeats on links.',
    labels: { direction: 'sent or received' }
  },
  verdicts: {
    type: 'counter',
    name: 'torusmesh_detector_verdicts_total',
    unit: 'verdicts',
    help: 'Changes of standing that this node decided or accepted.',
    labels: { standing: 'the new standing' }
  }
}
