import type { ShardModel, ShardPort } from '../engine/model.ts'
import type { FaultEvent, FaultKind } from '../faults/event.ts'
import type { Topology } from '../topology/topology.ts'
import type { RunSummary, Table, Violation } from './outcome.ts'
import type { Parameter, RunSpec } from './spec.ts'

/** One setting of a scenario: its default gives its type. */
export interface ParameterSpec {
  readonly default: Parameter
  readonly about: string
  readonly min?: number
  readonly max?: number
  readonly oneOf?: readonly Parameter[]
}

/** What every shard of a run knows. Threads build it anew from the spec, each for itself. */
export interface RunSetup {
  readonly spec: RunSpec
  readonly topology: Topology
  readonly faults: readonly FaultEvent[]
}

export interface Merged {
  readonly sometimes: RunSummary['sometimes']
  readonly measures: RunSummary['measures']
  readonly violations: readonly Violation[]
  readonly tables: Readonly<Record<string, Table>>
}

/** A protocol under test: builds the model of a shard and makes one result of all shards'. */
export interface Scenario {
  readonly name: string
  readonly about: string
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  readonly defaults: Omit<RunSpec, 'scenario' | 'seed' | 'parameters'>
  /** Faults its model can honour; a spec that asks for others is an error. */
  readonly faults: readonly FaultKind[]
  /** Adversaries for `turn`. */
  readonly behaviours: readonly string[]
  topology(spec: RunSpec): Topology
  createShard(setup: RunSetup, port: ShardPort): ShardModel
  merge(setup: RunSetup, results: readonly unknown[]): Merged
}
