import assert from 'node:assert/strict'
import fc from 'fast-check'
import { broadcast, CARRIERS, OVERLAYS } from '../../src/gossip/index.ts'
import { runScenario } from '../../src/scenario/run.ts'
import { run, specOf } from './run.ts'

const small = { durationMs: 6_000, nodes: 64 }
const quick = { warmupMs: 1_000, settleMs: 3_000, publishPerSecond: 4 }
const latency = { model: 'lognormal', medianMs: 60, sigmaPermille: 600 } as const
const datagrams = { latency, transport: 'datagram' } as const
const cut = { kind: 'partition', atMs: 900, forMs: 5_000, nodes: [1, 2, 3] } as const

describe('broadcast', () => {
  it('delivers each message once to every live node that live nodes lead to, whoever crashed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('flood', 'tree-cast'),
        fc.integer({ min: 1, max: 0xffff }),
        fc.integer({ min: 0, max: 500 }),
        async (carrier, seed, crashedPermille) => {
          const { summary, violations } = await run(
            { carrier, crashedPermille, ...quick },
            { ...small, seed }
          )
          assert.deepEqual(violations, [])
          assert.equal(summary.measures['reach'], 1)
        }
      ),
      { seed: 20_261_121, numRuns: 12 }
    )
  })

  it('repairs by pulling where parents have crashed, and says so', async () => {
    const { summary } = await run({ crashedPermille: 300, ...quick }, small)
    assert.ok(summary.sometimes['repaired-after-crash']! > 0)
    assert.equal(summary.violations, 0)
  })

  it('sends fewer copies once crashed neighbours are noticed', async () => {
    const parameters = { crashedPermille: 300, warmupMs: 1_000, settleMs: 3_000 }
    const rest = { durationMs: 12_000, nodes: 512 }
    const unnoticed = await run(parameters, rest)
    const noticed = await run({ ...parameters, detectMs: 500 }, rest)
    const [few, many] = [noticed, unnoticed].map(
      ({ summary }) => summary.measures['payloadCopiesPerNode']!
    )
    assert.ok(few! + 0.15 < many!, `${few} and ${many} copies`)
    assert.ok(noticed.summary.sometimes['link-dropped']! > 0)
    assert.equal(noticed.summary.violations, 0)
  })

  it('tells a node that comes back without memory what it missed', async () => {
    const { summary, tables } = await run(quick, {
      ...small,
      durationMs: 8_000,
      faults: [{ kind: 'crash', atMs: 1_500, nodes: [5, 9], restartAfterMs: 1_000, disk: 'lost' }]
    })
    const { source, delivered } = tables['messages']!
    const missed = [...(delivered as Int32Array)].filter(
      (count, i) => count < 63 && ![5, 9].includes((source as Int32Array)[i]!)
    )
    assert.deepEqual(missed, [])
    assert.equal(summary.violations, 0)
  })

  it('lets gossipsub catch up by IHAVE after a partition', async () => {
    const parameters = { carrier: 'gossipsub', overlay: 'torus-generators', ...quick }
    const faults = [{ kind: 'partition', atMs: 1_200, forMs: 700, nodes: [1, 2, 3] }] as const
    const { summary } = await run(parameters, { ...small, faults, network: datagrams })
    assert.equal(summary.measures['reach'], 1)
    assert.ok(summary.sometimes['iwant-served']! > 0)
  })

  it('finds fault with a carrier that can’t repair: a flood through a partition', async () => {
    const { summary, violations } = await run(
      { carrier: 'flood', ...quick },
      { ...small, network: datagrams, faults: [cut] }
    )
    assert.ok(summary.measures['reach']! < 1)
    assert.equal(violations[0]?.property, 'not-delivered')
  })

  const held = { flood: 'torus', gossipsub: 'random-8', 'tree-cast': 'torus' } as const
  for (const [carrier, overlay] of Object.entries(held)) {
    it(`${carrier} loses nothing over streams that a cut holds up, and that flip bits`, async () => {
      const { summary } = await run(
        { carrier, overlay, ...quick, messagesKept: 128 },
        {
          nodes: 64,
          durationMs: 20_000,
          network: { latency, corruptPermille: 20 },
          faults: [cut, { ...cut, atMs: 4_000, forMs: 3_000, nodes: [3, 9], oneWay: true }]
        }
      )
      assert.deepEqual([summary.violations, summary.measures['reach']], [0, 1])
      assert.ok(summary.sometimes['sent-again']! > 0)
    })
  }

  it('brings a datagram’s copy, too', async () => {
    const network = { ...datagrams, duplicatePermille: 1_000 }
    const [once, twice] = await Promise.all(
      [datagrams, network].map(network =>
        run({ carrier: 'tree-cast', ...quick }, { ...small, network })
      )
    )
    assert.ok(twice!.summary.events > 1.5 * once!.summary.events)
    assert.equal(twice!.summary.violations, 0)
  })

  it('finds fault with nodes that remember too little', async () => {
    const { violations } = await run(
      { carrier: 'flood', messagesKept: 8, ...quick, publishPerSecond: 200 },
      small
    )
    assert.ok(violations.some(({ property }) => property === 'delivered-again'))
  })

  it('keeps a gossipsub mesh within its bounds, and gossips to those outside', async () => {
    const { summary } = await run({
      carrier: 'gossipsub',
      overlay: 'torus-generators',
      meshDegree: 6,
      meshMax: 8
    })
    const { sometimes, measures } = summary
    assert.ok(measures['payloadCopiesPerNode']! > 4.5 && measures['payloadCopiesPerNode']! < 7.5)
    for (const mark of ['grafted', 'pruned', 'idontwant-saved-a-copy']) {
      assert.ok(sometimes[mark]! > 0, mark)
    }
    assert.equal(measures['reach'], 1)
  })

  it('refuses trees on an overlay that doesn’t look alike from everywhere, and runs without messages', async () => {
    for (const overlay of ['random-8', 'torus-long']) {
      await assert.rejects(run({ overlay }), { code: 'bad-setting' })
    }
    await assert.rejects(run({}, { durationMs: 8_000 }), { code: 'bad-setting' })
  })

  it('has the same outcome twice, and another with another seed', async () => {
    const [first, again, other] = [
      await run(quick, small),
      await run(quick, small),
      await run(quick, { ...small, seed: 2 })
    ]
    assert.deepEqual(again.summary, first.summary)
    assert.deepEqual(again.tables, first.tables)
    assert.notEqual(other.summary.auditHash, first.summary.auditHash)
  })

  it('has the same outcome with 1, 2 and 4 workers', async () => {
    const catalogue = new URL('./catalogue.ts', import.meta.url)
    const parameters = { warmupMs: 1_000, settleMs: 1_500, crashedPermille: 100 }
    const spec = specOf(parameters, { nodes: 4_096, durationMs: 2_800 })
    const outcomes = []
    for (const workers of [1, 2, 4]) {
      outcomes.push((await runScenario(spec, { scenario: broadcast, workers, catalogue })).summary)
    }
    for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0])
    assert.equal(outcomes[0]!.violations, 0)
  })

  it('runs every carrier on every overlay it can', async () => {
    for (const overlay of OVERLAYS) {
      for (const carrier of CARRIERS) {
        if (carrier === 'tree-cast' && !['torus', 'torus-generators'].includes(overlay)) continue
        const { summary } = await run({ overlay, carrier, ...quick }, small)
        assert.deepEqual(
          [summary.measures['reach'], summary.violations],
          [1, 0],
          `${carrier} ${overlay}`
        )
      }
    }
  })
})
