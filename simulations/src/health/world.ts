import { type DetectorPreset, detectorPresets } from '@torusmesh/health'
import type { ShardPort } from '../engine/model.ts'
import { SimulationError } from '../errors.ts'
import type { FaultEvent, FaultKind } from '../faults/event.ts'
import type { NetworkSpec } from '../network/spec.ts'
import type { ParameterSpec, RunSetup } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { sidesFor } from '../topology/sides.ts'
import type { Topology } from '../topology/topology.ts'
import { longLinkTopology, torusTopology } from '../topology/torus.ts'
import type { StepDetector } from './init.ts'
import { HealthModel } from './model.ts'
import { LINKS_MAX } from './words.ts'

/** Settings that all health scenarios have. */
export const healthParameters: Readonly<Record<string, ParameterSpec>> = {
  preset: {
    default: 'local',
    about: 'thresholds of the detector',
    oneOf: Object.keys(detectorPresets)
  },
  dials: {
    default: true,
    about: 'whether probes include a dial, which the kernel of a stalled process still accepts'
  },
  notices: {
    default: true,
    about: 'whether down notices and returns go to the whole mesh'
  },
  links: {
    default: 'torus',
    about: 'who has links: torus neighbours, or two distant nodes besides (long)',
    oneOf: ['torus', 'long']
  }
}

/** Faults that the health world honours. */
export const healthFaults: readonly FaultKind[] = [
  'crash',
  'restart',
  'pause',
  'slow',
  'deaf',
  'partition',
  'turn'
]

/** Links of one machine room, over TCP. */
export const localNetwork: NetworkSpec = {
  latency: { model: 'lognormal', medianMs: 2, sigmaPermille: 500 }
}

/** @throws {SimulationError} `bad-setting` */
export function healthTopology(spec: RunSpec): Topology {
  const sides = sidesFor(spec.nodes)
  return spec.parameters['links'] === 'long'
    ? longLinkTopology(sides, spec.seed)
    : torusTopology(sides)
}

/** What a scenario adds to a shard of the world. */
export interface HealthWorldInit {
  /** The node the adversaries are after. */
  readonly target?: number
  /** A test's mutant of the machine. */
  readonly step?: StepDetector
  /** Whether to put no tick and no beat off; a mutant's quiet can't be relied on. */
  readonly eager?: boolean
  /** Faults that the scenario itself brings about, at the start. */
  readonly given?: readonly FaultEvent[]
}

/**
 * The health world of one shard.
 *
 * @throws {SimulationError} `bad-setting`
 */
export function createHealthShard(
  setup: RunSetup,
  port: ShardPort,
  { target = -1, step, given = [], eager = step !== undefined }: HealthWorldInit = {}
): HealthModel {
  const { parameters, network } = setup.spec
  if (network.bandwidth !== undefined) {
    throw new SimulationError(
      'bad-setting',
      'network.bandwidth: leave it out, statements are small'
    )
  }
  if (setup.topology.degree > LINKS_MAX || setup.topology.distance === undefined) {
    throw new SimulationError('bad-setting', `take a torus of at most ${LINKS_MAX} links a node`)
  }
  return new HealthModel({
    setup,
    port,
    preset: parameters['preset'] as DetectorPreset,
    dials: parameters['dials'] === true,
    notices: parameters['notices'] === true,
    target,
    given,
    eager,
    ...(step === undefined ? {} : { step })
  })
}
