import { storeBytes } from '@torusmesh/health'
import {
  checkInit,
  defaults,
  type HealthDetectionInit,
  type HealthDetectionResult
} from './init.ts'
import { Mesh } from './mesh.ts'
import { Topology } from './topology.ts'

/**
 * Runs the real failure detector of every node of a torus in virtual time, with faults. The result
 * depends on nothing but `init`.
 *
 * @throws {SimulationError} `bad-setting`
 */
export function runHealthDetection(init: HealthDetectionInit): HealthDetectionResult {
  const full = { ...defaults, ...init }
  checkInit(full)
  const topology = new Topology(full.sides)
  const mesh = new Mesh(full, topology)
  const events = mesh.run()
  const { measures, kills, network, store } = mesh
  const pairs = kills.flatMap(({ node }) =>
    Array.from({ length: topology.degree }, (_, slot) => [topology.peer(node, slot), node] as const)
  )
  return {
    nodes: topology.nodes,
    events,
    ...measures.summary(pairs.filter(([by]) => !mesh.isAfflicted(by) && !measures.isDead(by))),
    notRevived: mesh.notRevived(),
    falseAccusations: measures.falseAccusations,
    refutations: measures.refutations,
    messagesPerNodePerSecond:
      Math.round((network.sent * 100_000) / (topology.nodes * full.durationMs)) / 100,
    bytesPerRow: storeBytes(store) / store.rows,
    auditHash: mesh.audit.digest()
  }
}
