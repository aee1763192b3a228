import assert from 'node:assert/strict'
import { createTorus } from '@torusmesh/torus'
import { randomRegularTopology } from '../../src/topology/random-regular.ts'
import { sidesFor } from '../../src/topology/sides.ts'
import type { Topology } from '../../src/topology/topology.ts'
import { longLinkTopology, torusTopology } from '../../src/topology/torus.ts'

const cases: readonly { desc: string; topology: Topology; degree: number; shards: number }[] = [
  { desc: 'torus 8×8×8', topology: torusTopology([8, 8, 8]), degree: 6, shards: 1 },
  { desc: 'torus 16×16×16', topology: torusTopology([16, 16, 16]), degree: 6, shards: 4 },
  { desc: 'torus 20×10×7×3', topology: torusTopology([20, 10, 7, 3]), degree: 8, shards: 4 },
  { desc: 'torus 4×3×2', topology: torusTopology([4, 3, 2]), degree: 5, shards: 1 },
  {
    desc: 'torus and long links',
    topology: longLinkTopology([16, 16, 16], 5),
    degree: 8,
    shards: 4
  },
  { desc: 'random 8-regular', topology: randomRegularTopology(4096, 8, 5), degree: 8, shards: 4 },
  {
    desc: 'random 8-regular, small',
    topology: randomRegularTopology(17, 8, 5),
    degree: 8,
    shards: 1
  }
]

const peersOf = ({ degree, peer }: Topology, node: number, of: Topology): number[] =>
  Array.from({ length: degree }, (_, link) => peer.call(of, node, link))

describe('topologies', () => {
  for (const { desc, topology, degree, shards } of cases) {
    it(`${desc}: different peers, links that lead back, shards without gaps`, () => {
      assert.equal(topology.degree, degree)
      assert.equal(topology.shards, shards)
      for (let node = 0; node < topology.nodes; node++) {
        const peers = peersOf(topology, node, topology)
        assert.equal(new Set([...peers, node]).size, degree + 1)
        for (const [link, peer] of peers.entries()) {
          assert.equal(topology.peer(peer, topology.back(node, link)), node)
          assert.equal(topology.back(peer, topology.back(node, link)), link)
        }
        const shard = topology.shardOf(node)
        assert.ok(topology.firstOf(shard) <= node && node < topology.firstOf(shard + 1))
      }
      assert.equal(topology.firstOf(0), 0)
      assert.equal(topology.firstOf(shards), topology.nodes)
    })
  }

  it('torus: as far apart as on the torus beneath, whatever the numbering', () => {
    const sides = [16, 12, 16]
    const topology = torusTopology(sides)
    const torus = createTorus(sides)
    const counts = (distance: (a: number, b: number) => number): number[] => {
      const byDistance = new Array<number>(23).fill(0)
      for (let node = 0; node < torus.cells; node++) byDistance[distance(0, node)]!++
      return byDistance
    }
    assert.ok(topology.shards > 1)
    assert.deepEqual(
      counts(topology.distance!),
      counts((a, b) => torus.distance(a, b))
    )
    for (let node = 0; node < topology.nodes; node++) {
      for (const peer of peersOf(topology, node, topology)) {
        assert.equal(topology.distance!(node, peer), 1)
      }
    }
  })

  it('long links: the same for a seed, none of them short', () => {
    const longOf = (seed: number): number[] => {
      const topology = longLinkTopology([8, 8, 8], seed)
      return Array.from({ length: 512 }, (_, node) => topology.peer(node, 6))
    }
    const topology = torusTopology([8, 8, 8])
    assert.deepEqual(longOf(1), longOf(1))
    assert.notDeepEqual(longOf(1), longOf(2))
    assert.ok(longOf(1).every((peer, node) => topology.distance!(node, peer) >= 3))
  })

  for (const [nodes, sides] of [
    [8, [2, 2, 2]],
    [512, [8, 8, 8]],
    [4096, [16, 16, 16]],
    [32_768, [32, 32, 32]],
    [262_144, [64, 64, 64]],
    [1_000_000, [100, 100, 100]],
    [1_048_576, [128, 128, 64]]
  ] as const) {
    it(`${nodes} nodes make a torus of ${sides.join('×')}`, () => {
      assert.deepEqual(sidesFor(nodes), sides)
    })
  }

  it('refuses counts that make no torus, and graphs that there are not', () => {
    for (const nodes of [0, 1, 7, 514, 1_009, 2.5]) {
      assert.throws(() => sidesFor(nodes), { code: 'bad-setting' })
    }
    assert.throws(() => randomRegularTopology(16, 8, 1), { code: 'bad-setting' })
    assert.throws(() => randomRegularTopology(100, 7, 1), { code: 'bad-setting' })
  })
})
