import assert from 'node:assert/strict'
import { createCayleyGraph, createTorus } from '@torusmesh/torus'
import {
  createTreeCastPlan,
  createTreeCastStore,
  GossipError,
  treeCastLimits
} from '../../src/index.ts'
import { plan } from './transcript.ts'

describe('tree cast plan', () => {
  it('knows each link from its other end', () => {
    for (const [slot, link] of plan.graph.links.entries()) {
      assert.equal(plan.graph.torus.translate(link, plan.graph.links[plan.back[slot]!]!), 0)
    }
  })

  it('has a nearer neighbour for every cell but the source', () => {
    assert.equal(plan.closer[0], 0)
    assert.ok(plan.closer.subarray(1).every(mask => mask !== 0))
  })

  it('is 14 links a cell, four hops wide, with the long generators', () => {
    assert.deepEqual([plan.degree, plan.graph.diameter], [14, 4])
    assert.ok(Math.abs(plan.graph.meanDistance - 2.91) < 0.005)
  })

  it('refuses what the columns can’t hold', () => {
    const many = [2, 3, 4, 5, 6, 7].map(n => [n, n, 1])
    const bad = { code: 'bad-plan' }
    assert.throws(() => createTreeCastPlan(createCayleyGraph(createTorus(), many)), bad)
    assert.throws(() => createTreeCastStore(0, plan, treeCastLimits, () => 0), { code: 'bad-rows' })
    assert.throws(() => createTreeCastStore(1, plan, treeCastLimits, () => 512), GossipError)
    const limits = { ...treeCastLimits, messages: 7 }
    assert.throws(() => createTreeCastStore(1, plan, limits, () => 0), { code: 'bad-limits' })
  })
})
