import { type TObject, type TProperties, type TSchema, Type } from 'typebox'
import type { FaultSpec } from '../faults/spec.ts'
import type { LatencySpec, LossSpec } from '../network/spec.ts'
import { Limits } from './limits.ts'
import type { ParameterSpec } from './scenario.ts'

const exact = (properties: TProperties): TObject =>
  Type.Object(properties, {
    additionalProperties: false,
    // The middle of a ball is nothing without its radius.
    ...('of' in properties && { dependentRequired: { of: ['radius'] } })
  })
const whole = (minimum: number, maximum: number): TSchema => Type.Integer({ minimum, maximum })
const optional = <T extends Record<string, TSchema>>(schemas: T): TProperties =>
  Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, Type.Optional(schema)]))

const permille = whole(0, 1_000)
const atMs = whole(0, Limits.maxDurationMs)
const forMs = whole(1, Limits.maxDurationMs)
const delayMs = Type.Number({ minimum: 0, maximum: Limits.maxLatencyMs })
const node = whole(0, Limits.maxNodes - 1)
const mode = Type.Enum(['silent', 'closed'])
const disk = Type.Enum(['kept', 'lost'])

/** One-way delays, by `model`. */
export const LATENCIES: Readonly<Record<LatencySpec['model'], TObject>> = {
  constant: exact({ model: Type.Literal('constant'), oneWayMs: delayMs }),
  uniform: exact({ model: Type.Literal('uniform'), minMs: delayMs, maxMs: delayMs }),
  lognormal: exact({
    model: Type.Literal('lognormal'),
    medianMs: delayMs,
    sigmaPermille: whole(0, 3_000)
  }),
  aws33: exact({ model: Type.Literal('aws33') }),
  planetlab490: exact({ model: Type.Literal('planetlab490') }),
  libp2p8: exact({ model: Type.Literal('libp2p8') })
}

/** Losses, by `model`. */
export const LOSSES: Readonly<Record<LossSpec['model'], TObject>> = {
  none: exact({ model: Type.Literal('none') }),
  uniform: exact({ model: Type.Literal('uniform'), permille }),
  'gilbert-elliott': exact({
    model: Type.Literal('gilbert-elliott'),
    goodToBadPermille: permille,
    badToGoodPermille: permille,
    lossGoodPermille: permille,
    lossBadPermille: permille
  })
}

const selection = optional({
  nodes: Type.Array(node, { minItems: 1, maxItems: Limits.maxNamedNodes }),
  count: whole(1, Limits.maxNodes),
  sharePermille: whole(1, 1_000),
  radius: whole(0, Limits.maxRadius),
  of: node
})

/** Faults, by `kind`. */
export const FAULTS: Readonly<Record<FaultSpec['kind'], TObject>> = {
  crash: exact({
    kind: Type.Literal('crash'),
    atMs,
    ...optional({ overMs: atMs, mode, restartAfterMs: forMs, disk }),
    ...selection
  }),
  pause: spell('pause'),
  deaf: spell('deaf'),
  slow: exact({
    kind: Type.Literal('slow'),
    atMs,
    forMs,
    factorPermille: whole(1_000, 1_000_000),
    ...selection
  }),
  skew: exact({
    kind: Type.Literal('skew'),
    atMs,
    ...optional({
      offsetMs: whole(-Limits.maxDurationMs, Limits.maxDurationMs),
      driftPpm: whole(-100_000, 100_000)
    }),
    ...selection
  }),
  partition: exact({
    kind: Type.Literal('partition'),
    atMs,
    forMs,
    ...optional({ oneWay: Type.Boolean() }),
    ...selection
  }),
  turn: exact({
    kind: Type.Literal('turn'),
    behaviour: Type.String({ maxLength: Limits.maxTextLength }),
    ...optional({ atMs }),
    ...selection
  }),
  churn: exact({
    kind: Type.Literal('churn'),
    atMs,
    forMs,
    permillePerMinute: whole(1, 60_000),
    downMs: forMs,
    ...optional({ mode, disk })
  })
}

function spell(kind: 'pause' | 'deaf'): TObject {
  return exact({
    kind: Type.Literal(kind),
    atMs,
    forMs,
    ...optional({ overMs: atMs }),
    ...selection
  })
}

const BandwidthClassSchema = exact({
  sharePermille: whole(1, 1_000),
  upKbps: whole(1, Limits.maxKbps),
  downKbps: whole(1, Limits.maxKbps)
})

const network = (latency: TSchema, loss: TSchema): TObject =>
  exact(
    optional({
      latency,
      jitterSigmaPermille: whole(0, 3_000),
      accessTail: Type.Boolean(),
      bandwidth: Type.Array(BandwidthClassSchema, {
        minItems: 1,
        maxItems: Limits.maxBandwidthClasses
      }),
      loss,
      transport: Type.Enum(['datagram', 'stream']),
      asymmetryPermille: permille,
      duplicatePermille: permille,
      reorderPermille: permille,
      corruptPermille: permille
    })
  )

/** What a network has. */
export const NETWORK_FIELDS: readonly string[] = Object.keys(
  network(Type.Unknown(), Type.Unknown()).properties
)

const seed = whole(0, Limits.maxSeed)

const sweep = exact(
  optional({
    axes: Type.Record(
      Type.String({ maxLength: Limits.maxTextLength }),
      Type.Array(Type.Unknown(), { minItems: 1, maxItems: Limits.maxAxisValues }),
      { maxProperties: Limits.maxAxes }
    ),
    seeds: Type.Unknown()
  })
)

/** Seeds as a list, or so many from one on. */
export const SEEDS: { readonly list: TSchema; readonly range: TSchema } = {
  list: Type.Array(seed, { minItems: 1, maxItems: Limits.maxSeeds, uniqueItems: true }),
  range: exact({ from: seed, count: whole(1, Limits.maxSeeds) })
}

const document = (net: TSchema, fault: TSchema, sweepBlock: TSchema): TObject =>
  exact({
    scenario: Type.String({ minLength: 1, maxLength: Limits.maxTextLength }),
    ...optional({
      nodes: whole(Limits.minNodes, Limits.maxNodes),
      seed,
      duration: Type.Unknown(),
      network: net,
      faults: Type.Array(fault, { maxItems: Limits.maxFaults }),
      parameters: Type.Object({}),
      sweep: sweepBlock
    })
  })

/** A document but for what depends on a tag (`model`, `kind`) or on the scenario. */
export const OUTLINE: TObject = document(
  network(Type.Unknown(), Type.Unknown()),
  Type.Unknown(),
  sweep
)

/** The scenario's own settings; all are optional. */
export function parametersSchema(parameters: Readonly<Record<string, ParameterSpec>>): TObject {
  return exact(
    optional(
      Object.fromEntries(
        Object.entries(parameters).map(([name, parameter]) => [name, parameterSchema(parameter)])
      )
    )
  )
}

/** A number's default says whether fractions make sense. */
function parameterSchema({ default: value, min, max, oneOf }: ParameterSpec): TSchema {
  if (oneOf !== undefined) return Type.Enum([...oneOf] as (string | number)[])
  switch (typeof value) {
    case 'boolean':
      return Type.Boolean()
    case 'string':
      return Type.String({ maxLength: Limits.maxTextLength })
    case 'number': {
      const range = {
        minimum: min ?? -Number.MAX_SAFE_INTEGER,
        maximum: max ?? Number.MAX_SAFE_INTEGER
      }
      return Number.isInteger(value) ? Type.Integer(range) : Type.Number(range)
    }
    default:
      return value satisfies never
  }
}
