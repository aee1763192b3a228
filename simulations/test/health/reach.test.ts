import assert from 'node:assert/strict'
import type { FaultEvent } from '../../src/faults/event.ts'
import { Fates } from '../../src/health/fates.ts'
import { healthDetection } from '../../src/health/index.ts'
import { Reach } from '../../src/health/reach.ts'
import { torusTopology } from '../../src/topology/torus.ts'

const topology = torusTopology([6, 6, 6])
const DEAD = 0
const linked = (node: number): number[] =>
  Array.from({ length: topology.degree }, (_, link) => topology.peer(node, link))
const [watcher, ...others] = linked(DEAD) as [number, ...number[]]
const inBall = linked(watcher).filter(node => topology.distance!(node, DEAD) <= 2)

function hears(dead: readonly number[], notices: boolean): boolean {
  const faults = [DEAD, ...dead].map(
    (node): FaultEvent => ({ kind: 'crash', atMs: 1_000, node, mode: 'silent' })
  )
  const { defaults } = healthDetection
  const spec = {
    ...{ scenario: 'health-detection', seed: 1, ...defaults, nodes: topology.nodes },
    parameters: { notices }
  }
  const fates = Fates.of(faults)
  return new Reach({ spec, topology, faults }, fates).hears(fates.crashes[0]!, watcher, 40_000)
}

describe('health checker: whom statements about a dead node reach', () => {
  const cases: { desc: string; dead: number[]; notices: boolean; heard: boolean }[] = [
    { desc: 'a watcher among live ones', dead: [], notices: false, heard: true },
    { desc: 'no watcher cut off in the ball', dead: inBall.slice(1), notices: false, heard: false },
    { desc: 'that one by a notice', dead: inBall.slice(1), notices: true, heard: true },
    { desc: 'nobody where no quorum lives', dead: others.slice(0, 3), notices: true, heard: false }
  ]
  for (const { desc, dead, notices, heard } of cases) {
    it(desc, () =>
      assert.equal(
        hears(
          dead.filter(node => node !== DEAD),
          notices
        ),
        heard
      )
    )
  }
})
