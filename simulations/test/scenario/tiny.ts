import type { Scenario } from '../../src/scenario/scenario.ts'

const unused = (): never => {
  throw new Error('this scenario is only read')
}

/** A scenario that has one of everything that can be asked for. */
export const tiny: Scenario = {
  name: 'tiny',
  about: 'nothing happens',
  parameters: {
    targets: { default: 3, min: 1, max: 9, about: 'nodes to aim at' },
    share: { default: 0.5, min: 0, max: 1, about: 'how much of it' },
    shape: { default: 'ring', oneOf: ['ring', 'star'], about: 'who knows whom' },
    loud: { default: false, about: 'whether it is said' },
    label: { default: 'none', about: 'what it is called' }
  },
  defaults: {
    nodes: 64,
    durationMs: 10_000,
    network: { latency: { model: 'constant', oneWayMs: 20 }, transport: 'datagram' },
    faults: []
  },
  faults: ['crash', 'pause', 'partition', 'turn'],
  behaviours: ['liar', 'mute'],
  topology: unused,
  createShard: unused,
  merge: unused
}

/** One that honours nothing. */
export const calm: Scenario = {
  ...tiny,
  name: 'calm',
  parameters: {},
  faults: [],
  behaviours: []
}

export const scenarios: readonly Scenario[] = [tiny, calm]
