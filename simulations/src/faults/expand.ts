import { mix } from '../engine/random.ts'
import { SimulationError } from '../errors.ts'
import type { Topology } from '../topology/topology.ts'
import { churn } from './churn.ts'
import type { FaultEvent } from './event.ts'
import { SCHEDULE_MAX } from './limits.ts'
import { type FaultDraws, select } from './selection.ts'
import type { FaultSpec } from './spec.ts'

export interface FaultsInit {
  /** Unsigned 32-bit, of the run. */
  readonly seed: number
  readonly nodes: number
  /** What would begin or end at or after it is left out. */
  readonly durationMs: number
  readonly topology: Topology
}

/**
 * The schedule of a run: what befalls whom, sorted by time. Each spec draws from a stream that its own
 * content gives, so taking one out, or moving it, leaves the events of the others as they were.
 *
 * @param specs - what {@link checkFaults} lets through
 * @throws {SimulationError} `bad-setting` above {@link SCHEDULE_MAX} events
 */
export function expandFaults(specs: readonly FaultSpec[], init: FaultsInit): FaultEvent[] {
  const events: FaultEvent[] = []
  const seen = new Map<number, number>()
  for (const [i, spec] of specs.entries()) {
    const content = contentHash(spec)
    // Equal specs differ by how many went before.
    const nth = seen.get(content) ?? 0
    seen.set(content, nth + 1)
    const draws = { seed: init.seed, stream: mix(content ^ nth) }
    for (const event of expand(spec, init, draws)) {
      if (event.atMs >= init.durationMs) continue
      if (events.push(event) > SCHEDULE_MAX) {
        throw new SimulationError(
          'bad-setting',
          `faults[${i}]: makes more than ${SCHEDULE_MAX} events in all; give fewer nodes or less time`
        )
      }
    }
  }
  return events.sort((a, b) => a.atMs - b.atMs)
}

function* expand(spec: FaultSpec, init: FaultsInit, draws: FaultDraws): Iterable<FaultEvent> {
  if (spec.kind === 'churn') {
    yield* churn(spec, init.nodes, init.durationMs, draws)
    return
  }
  const nodes = select(spec, init.topology, draws)
  if (spec.kind === 'partition') {
    const { kind, atMs, forMs, oneWay = false } = spec
    yield { kind, atMs, untilMs: atMs + forMs, side: nodes.toSorted((a, b) => a - b), oneWay }
    return
  }
  const overMs = 'overMs' in spec ? (spec.overMs ?? 0) : 0
  for (const [i, node] of nodes.entries()) {
    const atMs = (spec.atMs ?? 0) + Math.floor((i * overMs) / nodes.length)
    yield* befall(spec, node, atMs)
  }
}

type NodeFault = Exclude<FaultSpec, { kind: 'churn' | 'partition' }>

function* befall(spec: NodeFault, node: number, atMs: number): Iterable<FaultEvent> {
  switch (spec.kind) {
    case 'crash': {
      const { mode = 'silent', restartAfterMs, disk = 'kept' } = spec
      yield { kind: 'crash', atMs, node, mode }
      if (restartAfterMs === undefined) return
      yield { kind: 'restart', atMs: atMs + restartAfterMs, node, disk }
      return
    }
    case 'pause':
    case 'deaf':
      yield { kind: spec.kind, atMs, node, forMs: spec.forMs }
      return
    case 'slow':
      yield { kind: 'slow', atMs, node, factorPermille: spec.factorPermille }
      yield { kind: 'slow', atMs: atMs + spec.forMs, node, factorPermille: 1_000 }
      return
    case 'skew': {
      const { offsetMs = 0, driftPpm = 0 } = spec
      yield { kind: 'skew', atMs, node, offsetMs, driftPpm }
      return
    }
    case 'turn':
      yield { kind: 'turn', atMs, node, behaviour: spec.behaviour }
      return
    default:
      spec satisfies never
  }
}

/** Equal for specs of equal fields, in whatever order they stand. */
function contentHash(spec: FaultSpec): number {
  const fields = Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1))
  let hash = 0
  for (const unit of JSON.stringify(fields)) hash = mix(hash ^ unit.codePointAt(0)!)
  return hash
}
