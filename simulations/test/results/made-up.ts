import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { draw } from '../../src/engine/random.ts'
import { createResults, type Results, type ResultsManifest } from '../../src/results/index.ts'
import type { RunOutcome } from '../../src/scenario/outcome.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'
import type { SweepAxis } from '../../src/scenario/sweep-spec.ts'
import type { SweepRun } from '../../src/sweep/run-sink.ts'

/** A manifest of a made-up sweep. */
export function manifestOf(
  axes: readonly SweepAxis[],
  seeds: readonly number[],
  commit = 'a05752c'
): ResultsManifest {
  return {
    sweep: { base: { scenario: 'health-detection' }, axes, seeds },
    code: { version: '0.1.0', hash: 'c0de'.repeat(16), commit, date: '2026-11-21' },
    packages: { '@torusmesh/health': '0.1.0' },
    node: '24.21.0',
    data: { 'aws33-p50.json': 'da7a'.repeat(16) }
  }
}

export function specOf(nodes: number, seed: number, permille = 0): RunSpec {
  return {
    scenario: 'health-detection',
    nodes,
    seed,
    durationMs: 60_000,
    network: { latency: { model: 'aws33' }, loss: { model: 'uniform', permille } },
    faults: [{ kind: 'crash', atMs: 10_000, count: 8 }],
    parameters: { reporters: 4 }
  }
}

/** An outcome that follows from its spec alone, as a run's does: detection slows with log n and loss. */
export function outcomeOf(spec: RunSpec): RunOutcome {
  const { nodes, seed } = spec
  const permille = spec.network.loss?.model === 'uniform' ? spec.network.loss.permille : 0
  const noise = (n: number): number => draw(seed, nodes, permille, n) % 1_000
  const base = 2_000 + 400 * Math.log2(nodes / 512) + 20 * permille
  const detectedMs = Float64Array.from({ length: 40 }, (_, i) => base + noise(i) * 2)
  const sorted = detectedMs.toSorted()
  const isBroken = permille > 40 && seed === 3
  return {
    summary: {
      scenario: spec.scenario,
      nodes,
      seed,
      auditHash: draw(seed, nodes, permille, 99).toString(16).padStart(16, '0'),
      events: nodes * 1_200 + noise(1),
      bytesPerNode: 900 + (noise(2) % 10),
      violations: isBroken ? 1 : 0,
      sometimes: { suspected: 40 + (noise(3) % 9), refuted: noise(4) % 4, isolated: 0 },
      measures: {
        detectionP50Ms: sorted[19]!,
        detectionP99Ms: sorted[39]!,
        falseRemovals: permille === 0 ? null : noise(5) % 3
      }
    },
    timing: { workers: 1, wallMs: 5, eventsPerSecond: 1e6, realTimeFactor: 10 },
    violations: isBroken
      ? [{ property: 'no-false-removal', atMs: 12_345, node: 7, what: 'a <live> node was removed' }]
      : [],
    tables: {
      detections: {
        node: Int32Array.from({ length: 40 }, (_, i) => i * 3),
        detectedMs,
        by: Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'link' : 'digest'))
      }
    }
  }
}

export function runOf(spec: RunSpec): SweepRun {
  return { id: `${spec.nodes}${spec.seed}${spec.durationMs}`, spec }
}

/** A sweep over nodes and loss, its runs written in the order given. */
export async function writeSweep(
  root: string,
  { nodes = [512], loss = [0], seeds = [1, 2, 3, 4, 5, 6] }: Sweep = {},
  order: (specs: RunSpec[]) => RunSpec[] = specs => specs
): Promise<Results> {
  const axes = [
    { field: 'nodes', values: nodes },
    { field: 'network.loss.permille', values: loss }
  ]
  const results = await createResults(root, manifestOf(axes, seeds))
  const specs = nodes.flatMap(n => loss.flatMap(p => seeds.map(seed => specOf(n, seed, p))))
  for (const spec of order(specs)) await results.write(runOf(spec), outcomeOf(spec))
  return results
}

interface Sweep {
  readonly nodes?: readonly number[]
  readonly loss?: readonly number[]
  readonly seeds?: readonly number[]
}

/** Folders that are gone after the tests. */
export function scratch(): { make(): Promise<string>; clear(): Promise<void> } {
  const made: string[] = []
  return {
    async make() {
      const folder = await mkdtemp(join(tmpdir(), 'results-test-'))
      made.push(folder)
      return folder
    },
    async clear() {
      for (const folder of made.splice(0)) await rm(folder, { recursive: true })
    }
  }
}
