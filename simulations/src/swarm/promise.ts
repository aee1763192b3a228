import type { FaultSpec } from '../faults/spec.ts'
import type { LatencySpec, LossSpec, NetworkSpec } from '../network/spec.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Parameter } from '../scenario/spec.ts'
import type { Dice } from './dice.ts'

/** How far a scenario's promise goes: within it no seed may show a violation. */
export interface Promised {
  /** Nodes of a run; a size that occurs twice is drawn twice as often. */
  readonly shapes: readonly number[]
  /** So long after the last fault is over everything must be well. */
  readonly tailMs: number
  /** Kinds to draw from, each left out in half of the runs. */
  faults(network: NetworkSpec): readonly FaultSpec['kind'][]
  /**
   * Nodes that may be called down at most where notices go to the whole mesh: the health world's nodes
   * remember 128 statements and 32 members, where live ones remember 4,096 and all.
   */
  readonly callsMax?: number
  parameters(dice: Dice): Parameters
  network(dice: Dice, parameters: Parameters): NetworkSpec
}

export type Parameters = Readonly<Record<string, Parameter>>

/** Said, for a scenario's own network may have some. */
const NO_LOSS = { model: 'none' } as const
const TORI = [8, 12, 18, 27, 27, 27, 36, 48, 64, 64, 80, 125, 125, 125, 216, 216, 512, 2_048]

const healthParameters = (dice: Dice): Parameters => ({
  preset: dice.pick(['local', 'rack', 'wan']),
  dials: dice.chance(700),
  notices: dice.chance(700),
  links: dice.pick(['torus', 'long'])
})

/** `local` and `rack` are made for a room, `wan` for the world. */
function healthNetwork(dice: Dice, { preset }: Parameters): NetworkSpec {
  return {
    latency: preset === 'wan' ? wideLatency(dice) : roomLatency(dice),
    ...troubles(dice)
  }
}

function roomLatency(dice: Dice): LatencySpec {
  const minMs = dice.between(0, 5)
  return dice.pick<LatencySpec>([
    { model: 'constant', oneWayMs: dice.between(1, 20) },
    { model: 'uniform', minMs, maxMs: minMs + dice.between(0, 20) },
    {
      model: 'lognormal',
      medianMs: dice.between(1, 10),
      sigmaPermille: dice.between(0, 700)
    }
  ])
}

function wideLatency(dice: Dice): LatencySpec {
  const minMs = dice.between(0, 50)
  return dice.pick<LatencySpec>([
    { model: 'constant', oneWayMs: dice.between(1, 150) },
    { model: 'uniform', minMs, maxMs: minMs + dice.between(0, 100) },
    {
      model: 'lognormal',
      medianMs: dice.between(10, 80),
      sigmaPermille: dice.between(0, 600)
    },
    { model: 'aws33' },
    { model: 'planetlab490' },
    { model: 'libp2p8' }
  ])
}

/** What else goes wrong on the way, each trouble left out in half of the runs. */
function troubles(dice: Dice): Omit<NetworkSpec, 'latency'> {
  const transport = dice.pick(['datagram', 'stream'] as const)
  const sometimes = <T>(value: T): T | undefined => (dice.chance(500) ? value : undefined)
  const all = {
    transport,
    loss: dice.chance(500) ? loss(dice) : NO_LOSS,
    jitterSigmaPermille: sometimes(dice.between(1, 400)),
    asymmetryPermille: sometimes(dice.between(1, 500)),
    corruptPermille: sometimes(dice.between(1, 10)),
    duplicatePermille: transport === 'datagram' ? sometimes(dice.between(1, 200)) : undefined,
    reorderPermille: transport === 'datagram' ? sometimes(dice.between(1, 200)) : undefined
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Where all arrives in the end: each neighbour answers for a message once, or not at all. */
function losslessTroubles(dice: Dice): Omit<NetworkSpec, 'latency'> {
  const { corruptPermille = 0, ...rest } = troubles(dice)
  return rest.transport === 'stream' ? { ...rest, corruptPermille } : { ...rest, loss: NO_LOSS }
}

function loss(dice: Dice): LossSpec {
  return dice.pick<LossSpec>([
    { model: 'uniform', permille: dice.between(1, 50) },
    {
      model: 'gilbert-elliott',
      goodToBadPermille: dice.between(1, 10),
      badToGoodPermille: dice.between(200, 500),
      lossGoodPermille: dice.between(0, 5),
      lossBadPermille: dice.between(300, 800)
    }
  ])
}

const health: Promised = {
  shapes: TORI,
  callsMax: 24,
  tailMs: 48_000,
  faults: () => ['crash', 'pause', 'deaf', 'slow', 'partition', 'turn'],
  parameters: healthParameters,
  network: healthNetwork
}

const promises: Readonly<Record<string, Promised>> = {
  flood: {
    shapes: [...TORI, 1_000, 4_096],
    tailMs: 20_000,
    faults: () => [],
    parameters: dice => ({ messages: dice.between(1, 4) }),
    network: () => ({ latency: { model: 'uniform', minMs: 20, maxMs: 83 } })
  },
  'health-detection': { ...health, tailMs: 25_000 },
  'partition-heal': health,
  'cluster-failure': health,
  eclipse: {
    ...health,
    faults: () => [],
    parameters: dice => ({ ...healthParameters(dice), byzantine: dice.between(0, 14) })
  },
  churn: { ...health, tailMs: 20_000, faults: () => ['churn'] },
  broadcast: {
    shapes: [27, 27, 64, 64, 64, 125, 125, 216, 512],
    // What a cut held up for 25 s is sent again within as long.
    tailMs: 40_000,
    // A datagram across a cut is lost; a live link, which is TCP, sends again.
    faults: ({ transport }) =>
      transport === 'stream' ? ['crash', 'pause', 'partition'] : ['crash', 'pause'],
    parameters(dice) {
      const carrier = dice.pick(['tree-cast', 'tree-cast', 'flood', 'gossipsub'])
      const overlays =
        carrier === 'tree-cast'
          ? ['torus', 'torus-generators']
          : ['torus', 'torus-long', 'torus-generators', 'random-8']
      return {
        carrier,
        overlay: dice.pick(overlays),
        publishPerSecond: dice.between(1, 4),
        messagesKept: 512
      }
    },
    network: dice => ({ latency: wideLatency(dice), ...losslessTroubles(dice) })
  }
}

/** @returns `undefined` for a scenario of which no promise is known */
export function promiseOf({ name }: Pick<Scenario, 'name'>): Promised | undefined {
  return Object.hasOwn(promises, name) ? promises[name] : undefined
}
