import { TICKS_PER_MS } from '../engine/model.ts'
import { SimulationError } from '../errors.ts'
import type { ParameterSpec } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { OVERLAYS, type Overlay } from './overlay.ts'

export const CARRIERS = ['flood', 'tree-cast', 'gossipsub'] as const
export type Carrier = (typeof CARRIERS)[number]

/** Messages of a run at most: a bit a node and message is kept. */
const MESSAGES_MAX = 4_096

export const parameters: Readonly<Record<string, ParameterSpec>> = {
  overlay: { default: 'torus-generators', about: 'who has links to whom', oneOf: OVERLAYS },
  carrier: { default: 'tree-cast', about: 'how messages spread', oneOf: CARRIERS },
  sizeBytes: { default: 1_500, about: 'payload of a message', min: 64, max: 1_048_576 },
  publishPerSecond: { default: 4, about: 'messages of the whole mesh', min: 1, max: 1_000 },
  warmupMs: {
    default: 3_000,
    about: 'before the first message: links are measured, meshes are grafted',
    min: 1_000,
    max: 600_000
  },
  settleMs: {
    default: 5_000,
    about: 'after the last message: who then lacks one never got it',
    min: 100,
    max: 600_000
  },
  crashedPermille: {
    default: 0,
    about: 'nodes that go silent just before the first message',
    min: 0,
    max: 900
  },
  detectMs: {
    default: 0,
    about: 'neighbours drop the links of a silent node after so long; 0: never',
    min: 0,
    max: 600_000
  },
  processMs: { default: 1, about: 'a node handles an input in so long', min: 0, max: 1_000 },
  messagesKept: {
    default: 32,
    about: 'messages a node remembers; more than are under way at a time',
    min: 8,
    max: 4_096
  },
  floodHops: { default: 1, about: 'tree-cast: hops from the source that flood', min: 0, max: 8 },
  meshDegree: { default: 8, about: 'gossipsub: D and D_low', min: 1, max: 12 },
  meshMax: { default: 12, about: 'gossipsub: D_high', min: 1, max: 16 },
  idontwantBytes: {
    default: 512,
    about: 'gossipsub: IDONTWANT for payloads from this size on',
    min: 0,
    max: 2_097_152
  }
}

/** The scenario's parameters, typed, with what follows from them. */
export interface Settings {
  readonly overlay: Overlay
  readonly carrier: Carrier
  readonly sizeBytes: number
  readonly warmupMs: number
  readonly crashedPermille: number
  readonly detectMs: number
  readonly processTicks: number
  readonly messagesKept: number
  readonly floodHops: number
  readonly meshDegree: number
  readonly meshMax: number
  readonly idontwantBytes: number
  /** Messages 1 to `messages`, message n at `warmupMs + (n - 1) * everyTicks`. */
  readonly messages: number
  readonly everyTicks: number
}

/** @throws {SimulationError} `bad-setting` */
export function settingsOf({ parameters, durationMs }: RunSpec): Settings {
  const whole = (name: string): number => Math.floor(Number(parameters[name]))
  const warmupMs = whole('warmupMs')
  const everyTicks = Math.max(1, Math.floor((1_000 * TICKS_PER_MS) / whole('publishPerSecond')))
  const publishMs = durationMs - warmupMs - whole('settleMs')
  const messages = Math.floor((publishMs * TICKS_PER_MS) / everyTicks)
  if (messages < 1 || messages > MESSAGES_MAX) {
    throw new SimulationError(
      'bad-setting',
      `durationMs and publishPerSecond make ${messages} messages: take 1 to ${MESSAGES_MAX}`
    )
  }
  return {
    overlay: parameters['overlay'] as Overlay,
    carrier: parameters['carrier'] as Carrier,
    sizeBytes: whole('sizeBytes'),
    warmupMs,
    crashedPermille: whole('crashedPermille'),
    detectMs: whole('detectMs'),
    processTicks: Math.round(Number(parameters['processMs']) * TICKS_PER_MS),
    messagesKept: whole('messagesKept'),
    floodHops: whole('floodHops'),
    meshDegree: whole('meshDegree'),
    meshMax: whole('meshMax'),
    idontwantBytes: whole('idontwantBytes'),
    messages,
    everyTicks
  }
}
