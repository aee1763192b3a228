import type { Violation } from '../scenario/outcome.ts'
import type { Merged, RunSetup, Scenario } from '../scenario/scenario.ts'
import { MARKS } from './marks.ts'
import { checkSettings, meshTopology, NO_NETWORK } from './meshes.ts'
import { RolloutsModel, type RolloutsResult } from './model.ts'
import type { Mutation } from './rollout.ts'
import { PROPERTIES } from './watch.ts'

const HORIZON_MS = 3_600_000
const ROW = ['members', 'waves', 'began', 'doneMs', 'haltHops'] as const

/** Rollouts on many small meshes, or on larger ones, with everything against them. */
export const upgradeRollouts: Scenario = rolloutsWith()

/** The same without one of the guards: what tests of the watch run. */
export function rolloutsWith(mutation?: Mutation): Scenario {
  return {
    name: 'upgrade-rollouts',
    about:
      'upgrades in waves under crashes, partitions, skew and liars: rules I1 to I5 from outside',
    parameters: {
      members: {
        default: 0,
        about: 'Members of each mesh; 0 draws 4 to 64.',
        min: 0,
        max: 4_096
      },
      hostile: { default: true, about: 'Whether anything goes wrong.' },
      bakeMs: {
        default: 1_800_000,
        about: 'How long a wave is watched, where nothing goes wrong.',
        min: 0,
        max: 86_400_000
      },
      firstBakeMs: {
        default: 120_000,
        about: 'The same for canary and octants.',
        min: 0,
        max: 86_400_000
      }
    },
    defaults: { nodes: 4_096, durationMs: HORIZON_MS, network: NO_NETWORK, faults: [] },
    faults: [],
    behaviours: [],
    topology: spec => {
      const members = Number(spec.parameters['members'])
      checkSettings(spec, members)
      return meshTopology(spec.nodes, members)
    },
    createShard: (setup, port) => new RolloutsModel(setup, port, mutation),
    merge: (setup, results) => merge(setup, results as readonly RolloutsResult[])
  }
}

function merge(_setup: RunSetup, shards: readonly RolloutsResult[]): Merged {
  const sum = (pick: (shard: RolloutsResult) => number): number =>
    shards.reduce((total, shard) => total + pick(shard), 0)
  const sometimes = Object.fromEntries(
    MARKS.map((mark, at) => [mark, sum(({ marks }) => marks[at]!)])
  )
  const rollouts = sometimes['rollouts'] ?? 0
  const rows = shards.flatMap(shard => shard.rows)
  const done = rows.flatMap(([, , , doneMs]) => (doneMs! >= 0 ? [doneMs!] : []))
  const violations = shards.flatMap(({ findings }) =>
    findings.map(({ property, atMs, node, what }): Violation => ({ property, atMs, node, what }))
  )
  const broken = PROPERTIES.map(property => [
    `${property === 'I1' || property.startsWith('I') ? property : camel(property)}Violations`,
    violations.filter(violation => violation.property === property).length
  ])
  return {
    sometimes,
    measures: {
      rollouts,
      violatedRollouts: sum(shard => shard.violations),
      ...Object.fromEntries(broken),
      membersPerRollout: rollouts > 0 ? sum(({ members }) => members) / rollouts : null,
      deliveriesPerRollout: rollouts > 0 ? sum(({ deliveries }) => deliveries) / rollouts : null,
      doneMostMs: done.length > 0 ? done.reduce((most, ms) => Math.max(most, ms)) : null,
      haltMostHops: rows.reduce((most, row) => Math.max(most, row[4]!), 0)
    },
    violations,
    tables: {
      rollouts: Object.fromEntries(
        ROW.map((name, at) => [name, Int32Array.from(rows, row => row[at]!)])
      )
    }
  }
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
