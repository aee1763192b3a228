import type { Violation } from '../../scenario/outcome.ts'
import type { Merged, RunSetup } from '../../scenario/scenario.ts'
import { MARKS } from './marks.ts'
import type { ClustersResult } from './model.ts'

/** Violations are listed up to this. */
const VIOLATIONS_MAX = 1_000

/** One result of all shards', in their order. */
export function mergeClusters({ spec }: RunSetup, shards: readonly ClustersResult[]): Merged {
  const sum = (pick: (shard: ClustersResult) => number): number =>
    shards.reduce((total, shard) => total + pick(shard), 0)
  const blamed = shards.flatMap(shard => shard.blamed)
  const violations: Violation[] = []
  for (const { findings } of shards) {
    for (const { property, node, what } of findings) {
      if (violations.length >= VIOLATIONS_MAX) break
      violations.push({ property, atMs: spec.durationMs, node, what })
    }
  }
  const scenarios = sum(({ clusters }) => clusters)
  return {
    sometimes: Object.fromEntries(MARKS.map((mark, i) => [mark, sum(({ marks }) => marks[i]!)])),
    measures: {
      scenarios,
      membersPerScenario: scenarios > 0 ? sum(({ members }) => members) / scenarios : null,
      deliveriesPerScenario: scenarios > 0 ? sum(({ deliveries }) => deliveries) / scenarios : null,
      slowestRestMs: shards.reduce((most, shard) => Math.max(most, shard.slowestRestMs), 0),
      forks: blamed.length,
      leastBlamedPermille: leastPermille(blamed)
    },
    violations,
    tables: {
      blamed: {
        namedPower: Int32Array.from(blamed, ([named]) => named),
        totalPower: Int32Array.from(blamed, ([, total]) => total)
      }
    }
  }
}

function leastPermille(blamed: readonly (readonly [number, number])[]): number | null {
  if (blamed.length === 0) return null
  return blamed.reduce(
    (least, [named, total]) => Math.min(least, Math.floor((1_000 * named) / total)),
    1_000
  )
}
