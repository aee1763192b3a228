import { SimulationError } from '../errors.ts'
import type { Merged, RunSetup, Scenario } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { sidesFor } from '../topology/sides.ts'
import { torusTopology } from '../topology/torus.ts'
import { LATENCY_MAX_MS, LATENCY_MIN_MS, periodMsOf } from './latency.ts'
import { FloodModel, type FloodPlan, type FloodResult } from './model.ts'

const MESSAGES_MAX = 10_000
const LATENCY = { model: 'uniform', minMs: LATENCY_MIN_MS, maxMs: LATENCY_MAX_MS } as const

/** The simplest broadcast there is: the yardstick of the engine's speed. */
export const flood: Scenario = {
  name: 'flood',
  about: 'Every node forwards a message by all its other torus links when it receives it first.',
  parameters: {
    messages: {
      default: 1,
      about: 'Messages, each published when the one before has surely ended.',
      min: 1,
      max: MESSAGES_MAX
    }
  },
  defaults: { nodes: 512, durationMs: 60_000, network: { latency: LATENCY }, faults: [] },
  faults: [],
  behaviours: [],
  topology: spec => torusTopology(sidesFor(spec.nodes)),
  createShard: (setup, port) => new FloodModel(setup, port, planOf(setup.spec)),
  merge
}

/** @throws {SimulationError} `bad-setting` for another network than the model's own */
function planOf(spec: RunSpec): FloodPlan {
  const { latency, ...others } = spec.network
  const isOwn =
    latency.model === LATENCY.model &&
    latency.minMs === LATENCY.minMs &&
    latency.maxMs === LATENCY.maxMs &&
    Object.values(others).every(setting => !setting)
  if (!isOwn) {
    throw new SimulationError(
      'bad-setting',
      `flood has a network of its own, uniform from ${LATENCY.minMs} to ${LATENCY.maxMs} ms: leave it out`
    )
  }
  return {
    messages: Number(spec.parameters['messages']),
    periodMs: periodMsOf(sidesFor(spec.nodes))
  }
}

function merge({ spec, topology }: RunSetup, results: readonly unknown[]): Merged {
  const { messages, periodMs } = planOf(spec)
  const byMs = new Float64Array(periodMs)
  for (const { deliveriesByMs } of results as readonly FloodResult[]) {
    for (const [ms, count] of deliveriesByMs.entries()) byMs[ms]! += count
  }
  const deliveries = byMs.reduce((sum, count) => sum + count, 0)
  const missing = messages * topology.nodes - deliveries
  const isWhole = messages * periodMs <= spec.durationMs
  return {
    sometimes: { delivered: deliveries, 'reached-everybody': missing === 0 ? 1 : 0 },
    measures: {
      deliveries,
      deliveryP50Ms: quantile(byMs, deliveries, 500),
      deliveryP99Ms: quantile(byMs, deliveries, 990),
      deliveryMaxMs: quantile(byMs, deliveries, 1_000)
    },
    violations:
      isWhole && missing !== 0
        ? [
            {
              property: 'everybody-reached',
              atMs: spec.durationMs,
              node: 0,
              what: `${missing} of ${messages * topology.nodes} deliveries are missing`
            }
          ]
        : [],
    tables: {
      deliveries: {
        afterMs: Int32Array.from(byMs.keys()).filter(ms => byMs[ms]! > 0),
        count: Int32Array.from(byMs.filter(count => count > 0))
      }
    }
  }
}

/** The least ms by which `permille` of all deliveries have happened, or null if there are none. */
function quantile(byMs: Float64Array, deliveries: number, permille: number): number | null {
  if (deliveries === 0) return null
  const wanted = Math.ceil((deliveries * permille) / 1_000)
  let seen = 0
  return byMs.findIndex(count => {
    seen += count
    return seen >= wanted
  })
}
