import { quorumOf } from '@torusmesh/health'
import { drawBelow } from '../engine/random.ts'
import type { FaultEvent } from '../faults/event.ts'
import type { RunSetup, Scenario } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { eclipserAttacks } from './adversaries/eclipser.ts'
import { behaviours } from './adversaries/index.ts'
import { judge } from './judge.ts'
import type { HealthResult } from './result.ts'
import { Stream } from './streams.ts'
import {
  createHealthShard,
  healthFaults,
  healthParameters,
  healthTopology,
  localNetwork
} from './world.ts'

/** The target is alive for all again when its adversaries have paused for so long. */
const REVIVE_MS = 8_000

/** What one run's eclipse is about. */
interface Eclipse {
  readonly target: number
  readonly liars: readonly FaultEvent[]
  /** Watchers of the target. */
  readonly watchers: number
}

const known = new WeakMap<RunSpec, Eclipse>()

/** Drawn from the seed: whom the adversaries are after, and which of its watchers they hold. */
function eclipseOf({ spec, topology }: RunSetup): Eclipse {
  const before = known.get(spec)
  if (before !== undefined) return before
  const target = drawBelow(Math.min(topology.nodes, 1 << 21), spec.seed, Stream.eclipse, 0, 0)
  const watchers: number[] = []
  for (let link = 0; link < topology.degree; link++) {
    const peer = topology.peer(target, link)
    if (peer >= 0 && topology.distance!(target, peer) <= 1) watchers.push(peer)
  }
  const liars = watchers
    .slice(0, spec.parameters['byzantine'] as number)
    .map(node => ({ kind: 'turn', atMs: 0, node, behaviour: 'eclipser' }) as const)
  const eclipse = { target, liars, watchers: watchers.length }
  known.set(spec, eclipse)
  return eclipse
}

/**
 * Adversaries hold watchers of one node, accuse it in common, publish the proof, and pass on nothing
 * about it. Promised: with fewer of them than a quorum of its watchers no notice against it holds
 * anywhere, and nobody honest calls it down. With a quorum a false notice holds; a target that still
 * has a link to somebody honest (`links: long`) refutes it, and is alive for all once they pause.
 */
export const eclipse: Scenario = {
  name: 'eclipse',
  about: 'adversaries hold neighbour cells of one node and declare it down',
  parameters: {
    ...healthParameters,
    byzantine: {
      default: 3,
      about: "how many of the target's watchers the adversaries hold; 4 of 6 are a quorum",
      min: 0,
      max: 14
    }
  },
  defaults: {
    nodes: 512,
    durationMs: 40_000,
    network: localNetwork,
    faults: []
  },
  faults: healthFaults,
  behaviours,
  topology: healthTopology,
  createShard(setup, port) {
    const { target, liars } = eclipseOf(setup)
    return createHealthShard(setup, port, { target, given: liars })
  },
  merge(setup, results) {
    const { target, liars, watchers } = eclipseOf(setup)
    const all = { ...setup, faults: [...liars, ...setup.faults] }
    const outvoted = liars.length >= quorumOf(watchers)
    const cutOff = liars.length === watchers && setup.spec.parameters['links'] !== 'long'
    const { durationMs } = setup.spec
    const isUnderAttack = eclipserAttacks(durationMs) || eclipserAttacks(durationMs - REVIVE_MS)
    return judge(all, results as HealthResult[], {
      detectWithinMs: 45_000,
      reviveWithinMs: REVIVE_MS,
      mayBeNoticed: outvoted ? new Set([target]) : new Set(),
      forfeit: outvoted && (cutOff || isUnderAttack) ? new Set([target]) : new Set()
    })
  }
}
