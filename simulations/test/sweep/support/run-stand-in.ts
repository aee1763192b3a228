import { setTimeout as delay } from 'node:timers/promises'
import type { RunOutcome } from '../../../src/scenario/outcome.ts'
import type { RunSpec } from '../../../src/scenario/spec.ts'

/**
 * Stands in for the simulator, on the threads of the executors under test. The parameters say what a
 * run does: `throws` or `crashes` its seed of that number, or `hangs` from that seed on.
 */
export async function runScenario(spec: RunSpec): Promise<RunOutcome> {
  const { throws, crashes, hangs } = spec.parameters
  if (spec.seed === throws) throw new Error('no such run\nand more lines')
  if (spec.seed === crashes) process.exit(7)
  // Held by a timer, since a thread with nothing to wait for ends.
  if (typeof hangs === 'number' && spec.seed >= hangs) await delay(2 ** 30)
  return outcomeOf(spec)
}

export function outcomeOf({ scenario, nodes, seed }: RunSpec): RunOutcome {
  const rows = (seed % 5) + 1
  return {
    summary: {
      scenario,
      nodes,
      seed,
      auditHash: (nodes * seed).toString(16).padStart(16, '0'),
      events: nodes * seed,
      bytesPerNode: 12.5,
      violations: 1,
      sometimes: { seen: seed, never: 0 },
      measures: { p99Ms: seed / 3, missing: null }
    },
    timing: { workers: 1, wallMs: performance.now(), eventsPerSecond: 1, realTimeFactor: 1 },
    violations: [{ property: 'no-harm', atMs: 5, node: 3, what: 'harm' }],
    tables: {
      deliveries: {
        node: Int32Array.from({ length: rows }, (_, i) => i - 1),
        latencyMs: Float64Array.from({ length: rows }, (_, i) => (i === 0 ? Number.NaN : i / 7)),
        kind: Array.from({ length: rows }, (_, i) => `kind-${i}`)
      },
      empty: { at: new Int32Array(0) }
    }
  }
}
