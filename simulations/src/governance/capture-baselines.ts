import type { governance } from '@torusmesh/consensus'
import type { CaptureEffort } from './capture-meter.ts'

/** Efforts of both kinds: while nobody objects, and while the honest do. */
export interface Baseline {
  readonly alone: CaptureEffort
  readonly watched: CaptureEffort
}

/** The mesh that the baselines are of. */
export const BASELINE_NODES = 512
export const BASELINE_EPOCHS = 30

/**
 * Types whose capture costs less than a third, with the reason: a parameter's second key is a
 * neighbourhood's, so that changes needn't wait for all. The objection window is what guards it.
 */
export const CHEAP_ALONE: ReadonlySet<governance.ProposalType> = new Set(['parameter'])

/**
 * What each type cost in 512 nodes over 30 days under the default policy. A lower figure is a
 * regression; a higher one is recorded here, with the change that made it.
 */
export const captureBaselines: Readonly<Record<governance.ProposalType, Baseline>> = {
  parameter: {
    alone: {
      nodes: 144,
      nodesBp: 2195,
      weightDays: 224640,
      days: 12,
      weightDaysBp: 1208
    },
    watched: {
      nodes: 512,
      nodesBp: 5000,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5128
    }
  },
  'validator-set': {
    alone: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    },
    watched: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    }
  },
  upgrade: {
    alone: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    },
    watched: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    }
  },
  emergency: {
    alone: {
      nodes: 768,
      nodesBp: 6000,
      weightDays: 2396160,
      days: 12,
      weightDaysBp: 5646
    },
    watched: {
      nodes: 768,
      nodesBp: 6000,
      weightDays: 2396160,
      days: 12,
      weightDaysBp: 5646
    }
  },
  amendment: {
    alone: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    },
    watched: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    }
  },
  treasury: {
    alone: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    },
    watched: {
      nodes: 513,
      nodesBp: 5004,
      weightDays: 3145680,
      days: 17,
      weightDaysBp: 5133
    }
  }
}
