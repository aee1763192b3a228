import { healthDetection, partitionHeal } from '../../src/health/index.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { torusTopology } from '../../src/topology/torus.ts'
import type { Change } from './play.ts'

/** A situation in which a broken detector does wrong, and the real one does not. */
export interface Hardship {
  readonly scenario: Scenario
  readonly change: Change
}

const loss = { model: 'uniform', permille: 50 } as const
/** Verdicts among neighbours are what counts here. */
const local = { notices: false }
const spareAfflicted = true

const DEAD = 100
const torus = torusTopology([8, 8, 8])
const watchersOfDead = Array.from({ length: torus.degree }, (_, link) => torus.peer(DEAD, link))

export const hardships = {
  /** A fifth of the nodes has a tenth of a CPU; nobody can be dialled. */
  starved: {
    scenario: healthDetection,
    change: {
      durationMs: 40_000,
      network: { loss },
      parameters: { ...local, spareAfflicted, dials: false },
      faults: [
        { kind: 'slow', sharePermille: 200, atMs: 5_000, forMs: 25_000, factorPermille: 10_000 },
        { kind: 'crash', count: 6, atMs: 8_000, overMs: 10_000 }
      ]
    }
  },
  /** A fifth stands still for 20 s; its kernels accept dials. */
  frozen: {
    scenario: healthDetection,
    change: {
      durationMs: 40_000,
      network: { loss },
      parameters: { ...local, spareAfflicted },
      faults: [{ kind: 'pause', sharePermille: 200, atMs: 5_000, overMs: 500, forMs: 18_000 }]
    }
  },
  /** A fifth hears nothing for 20 s, some for longer than doubt lasts. */
  deaf: {
    scenario: healthDetection,
    change: {
      durationMs: 60_000,
      parameters: local,
      faults: [
        { kind: 'deaf', sharePermille: 200, atMs: 5_000, forMs: 20_000 },
        { kind: 'deaf', count: 5, atMs: 5_000, forMs: 45_000 }
      ]
    }
  },
  /** A ball is cut off for 20 s. */
  parted: { scenario: partitionHeal, change: { durationMs: 50_000 } },
  /** Same, and nobody hears by a notice of who is down or back. */
  partedNear: { scenario: partitionHeal, change: { durationMs: 50_000, parameters: local } },
  /** Some are cut off, too briefly to fall; much later others are deaf. */
  cutThenDeaf: {
    scenario: healthDetection,
    change: {
      durationMs: 45_000,
      parameters: { ...local, dials: false },
      network: { loss: { model: 'none' } },
      faults: [
        { kind: 'partition', sharePermille: 50, atMs: 5_000, forMs: 2_600 },
        { kind: 'deaf', sharePermille: 200, atMs: 22_000, forMs: 8_000 }
      ]
    }
  },
  /** Some stand still, too briefly to fall; at once after it others are deaf. */
  pausedThenDeaf: {
    scenario: healthDetection,
    change: {
      durationMs: 30_000,
      parameters: { ...local, spareAfflicted, dials: false },
      network: { loss: { model: 'none' } },
      faults: [
        { kind: 'pause', sharePermille: 50, atMs: 5_000, forMs: 2_400 },
        { kind: 'deaf', sharePermille: 200, atMs: 8_000, forMs: 8_000 }
      ]
    }
  },
  /** Half of a dead node's watchers stand still, and wake one after the other. */
  wokenApart: {
    scenario: healthDetection,
    change: {
      durationMs: 60_000,
      parameters: { ...local, detectWithinMs: 45_000 },
      network: { loss: { model: 'none' } },
      faults: [
        { kind: 'crash', nodes: [DEAD], atMs: 5_000 },
        { kind: 'pause', nodes: [watchersOfDead[0]!], atMs: 4_000, forMs: 12_000 },
        { kind: 'pause', nodes: [watchersOfDead[1]!], atMs: 4_000, forMs: 26_000 },
        { kind: 'pause', nodes: [watchersOfDead[2]!], atMs: 4_000, forMs: 50_000 }
      ]
    }
  },
  /** Two thirds of the watchers of node 100 lie about it, and inflate incarnations. */
  liars: {
    scenario: healthDetection,
    change: {
      durationMs: 20_000,
      parameters: { ...local, dials: false },
      faults: [
        { kind: 'turn', sharePermille: 100, behaviour: 'silent-liar' },
        { kind: 'turn', sharePermille: 50, behaviour: 'incarnation-inflater' },
        { kind: 'crash', count: 6, atMs: 5_000 }
      ]
    }
  }
} as const satisfies Record<string, Hardship>
