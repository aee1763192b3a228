import { TICKS_PER_MS } from '../../engine/model.ts'
import { SimulationError } from '../../errors.ts'
import type { ParameterSpec } from '../../scenario/scenario.ts'
import type { RunSpec } from '../../scenario/spec.ts'

export const PROTOCOLS = ['simplex', 'tendermint'] as const
export type ProtocolName = (typeof PROTOCOLS)[number]
export const CARRIERS = ['auto', 'direct', 'gossip'] as const

/** Up to so many nodes `auto` lets everybody send to everybody. */
const DIRECT_MAX = 128
/** Nodes of `direct` at most: an event names its link in eight bits. */
const DIRECT_NODES_MAX = 256
/** Decisions of a run at most. */
const DECISIONS_MAX = 1_000
const TICK_US: number = 1_000 / TICKS_PER_MS

export const parameters: Readonly<Record<string, ParameterSpec>> = {
  protocol: {
    default: 'simplex',
    about: 'simplex: the engine of live nodes; tendermint: a yardstick',
    oneOf: PROTOCOLS
  },
  carrier: {
    default: 'auto',
    about: `direct: all to all; gossip: tree cast over torus and long links; auto: direct up to ${DIRECT_MAX} nodes`,
    oneOf: CARRIERS
  },
  signUs: {
    default: 553,
    about:
      'ML-DSA-44 signature; node:crypto with context, CPU time, median of 9 × 400 on the bench',
    min: 0,
    max: 1_000_000
  },
  verifyUs: {
    default: 127,
    about: 'ML-DSA-44 verification with everything around it; bench/RESULTS.md',
    min: 0,
    max: 1_000_000
  },
  handleUs: {
    default: 20,
    about: 'everything else that a message costs its receiver: decoding, tables, sockets',
    min: 0,
    max: 1_000_000
  },
  persistUs: {
    default: 750,
    about: 'until a record is durable; the slowest fdatasync of the bench, which saw 190 to 750',
    min: 0,
    max: 1_000_000
  },
  itemBytes: { default: 4_096, about: 'what is decided', min: 16, max: 1_048_576 },
  delayMs: { default: 1_000, about: 'Δ of the first timeout', min: 1, max: 60_000 },
  warmupMs: { default: 2_000, about: 'before the first item', min: 0, max: 600_000 },
  everyMs: { default: 6_000, about: 'from one item to the next', min: 100, max: 600_000 },
  quietMs: {
    default: 4_000,
    about: 'so long after an item nothing may be sent any more, until the next',
    min: 100,
    max: 600_000
  },
  offerMs: {
    default: 500,
    about: 'a certificate that is offered is asked for if votes did not make it by then',
    min: 1,
    max: 60_000
  }
}

/** The scenario's parameters, typed, with what follows from them. */
export interface Settings {
  readonly protocol: ProtocolName
  readonly carrier: 'direct' | 'gossip'
  readonly signUs: number
  readonly verifyUs: number
  readonly handleUs: number
  readonly persistTicks: number
  readonly itemBytes: number
  readonly delayMs: number
  readonly warmupMs: number
  readonly everyMs: number
  readonly quietMs: number
  readonly offerTicks: number
  /** Items 0 to `decisions - 1`, item n at `warmupMs + n * everyMs`. */
  readonly decisions: number
}

/** @throws {SimulationError} `bad-setting` */
export function settingsOf({ parameters, durationMs, nodes }: RunSpec): Settings {
  const whole = (name: string): number => Math.floor(Number(parameters[name]))
  const warmupMs = whole('warmupMs')
  const everyMs = whole('everyMs')
  const decisions = Math.floor((durationMs - warmupMs) / everyMs)
  if (decisions < 1 || decisions > DECISIONS_MAX) {
    throw new SimulationError(
      'bad-setting',
      `durationMs, warmupMs and everyMs make ${decisions} items: take 1 to ${DECISIONS_MAX}`
    )
  }
  const asked = parameters['carrier'] as (typeof CARRIERS)[number]
  const carrier = asked !== 'auto' ? asked : nodes <= DIRECT_MAX ? 'direct' : 'gossip'
  if (carrier === 'direct' && nodes > DIRECT_NODES_MAX) {
    throw new SimulationError(
      'bad-setting',
      `parameters.carrier: direct takes up to ${DIRECT_NODES_MAX} nodes, take gossip`
    )
  }
  return {
    protocol: parameters['protocol'] as ProtocolName,
    carrier,
    signUs: whole('signUs'),
    verifyUs: whole('verifyUs'),
    handleUs: whole('handleUs'),
    persistTicks: Math.max(1, Math.ceil(whole('persistUs') / TICK_US)),
    itemBytes: whole('itemBytes'),
    delayMs: whole('delayMs'),
    warmupMs,
    everyMs,
    quietMs: whole('quietMs'),
    offerTicks: whole('offerMs') * TICKS_PER_MS,
    decisions
  }
}
