import assert from 'node:assert/strict'
import type { SubjectName } from '@torusmesh/protocol'
import {
  createNodeMetrics,
  METRIC_DEFINITIONS,
  metricsPage,
  metricsTable,
  type NodeMetrics
} from '../../src/metrics/index.ts'
import { assertCurrent } from '../api/support/doc-file.ts'
import { FakeView } from '../api/support/fake-node.ts'

/** Samples of an answer by name and labels. */
async function scrape(metrics: NodeMetrics, view: FakeView = new FakeView()) {
  const text = await metrics.scrape(view)
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^#\s]\S*?(?:\{.*\})?) (\S+)$/.exec(line) ?? []
    if (name !== undefined) samples.set(name, Number(value))
  }
  return { text, samples }
}

describe('metric definitions', () => {
  for (const { name, type, unit, help, labels, buckets } of METRIC_DEFINITIONS) {
    it(`${name} says what it is`, () => {
      assert.match(name, /^torusmesh_[a-z]+(_[a-z]+)*$/)
      assert.match(help, /^\S.+\.$/)
      assert.match(unit, /^[a-z]+$/)
      assert.equal(name.endsWith('_total'), type === 'counter')
      for (const meaning of Object.values(labels)) assert.notEqual(meaning, '')
      if (['seconds', 'bytes'].includes(unit)) assert.match(name, new RegExp(`_${unit}(_total)?$`))
      if (type === 'histogram')
        assert.deepEqual(
          buckets,
          buckets?.toSorted((a, b) => a - b)
        )
    })
  }

  it('have different names', () => {
    const names = METRIC_DEFINITIONS.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
  })

  it('are documented in docs/metrics.md', () => assertCurrent('metrics.md', metricsPage()))

  it('are all in the table', () => {
    for (const { name } of METRIC_DEFINITIONS) assert.ok(metricsTable().includes(`| \`${name}\` |`))
  })
})

describe('node metrics', () => {
  it('appear, each with help and type, before anything happened', async () => {
    const { text } = await scrape(createNodeMetrics())
    for (const { name, help, type } of METRIC_DEFINITIONS) {
      assert.ok(text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`), name)
    }
    const named = [...text.matchAll(/^# TYPE (\S+)/gm)].map(match => match[1])
    assert.deepEqual(named.toSorted(), METRIC_DEFINITIONS.map(({ name }) => name).toSorted())
  })

  it('read levels from the view at each scrape', async () => {
    const metrics = createNodeMetrics()
    const view = new FakeView()
    const before = (await scrape(metrics, view)).samples
    assert.equal(before.get('torusmesh_links{role="neighbour"}'), 2)
    assert.equal(before.get('torusmesh_links{role="mate"}'), 0)
    assert.equal(before.get('torusmesh_members{standing="alive"}'), 6)
    assert.equal(before.get('torusmesh_node_info{network="demo",env="dev",cell="0"}'), 1)
    assert.equal(before.get('torusmesh_node_start_time_seconds'), 1_800_000_000)
    assert.equal(before.get('torusmesh_node_ready'), 1)
    assert.equal(before.get('torusmesh_health_sent_reports_total'), 6)
    assert.equal(before.get('torusmesh_ledger_size_events'), 3)

    view.shownMesh = { ...view.shownMesh, links: [] }
    view.shownLedger = { ...view.shownLedger, size: 9, readOnly: true }
    view.waitingFor = ['links']
    const after = (await scrape(metrics, view)).samples
    assert.equal(after.get('torusmesh_links{role="neighbour"}'), 0)
    assert.equal(after.get('torusmesh_ledger_size_events'), 9)
    assert.equal(after.get('torusmesh_ledger_read_only'), 1)
    assert.equal(after.get('torusmesh_node_ready'), 0)
    assert.equal(after.get('torusmesh_health_sent_reports_total'), 6)
  })

  it('count by label', async () => {
    const { gossip, inbound, ledger, health, ...metrics } = createNodeMetrics()
    gossip.receivedMessages.inc({ subject: 'health' })
    gossip.receivedMessages.inc({ subject: 'health' })
    gossip.receivedBytes.inc({ subject: 'health' }, 900)
    gossip.sentMessages.inc({ subject: 'digest' })
    inbound.rejectedMessages.inc({ subject: 'health', reason: 'replayed' })
    ledger.appendedEvents.inc({}, 256)
    ledger.signatures.inc({})
    health.heartbeats.inc({ direction: 'sent', way: 'link' }, 6)
    health.droppedDatagrams.inc({ reason: 'forged' })
    health.verdicts.inc({ standing: 'suspect' })
    const { samples } = await scrape({ ...metrics, gossip, inbound, ledger, health })
    assert.equal(samples.get('torusmesh_received_messages_total{subject="health"}'), 2)
    assert.equal(samples.get('torusmesh_received_bytes_total{subject="health"}'), 900)
    assert.equal(samples.get('torusmesh_sent_messages_total{subject="digest"}'), 1)
    assert.equal(
      samples.get('torusmesh_rejected_messages_total{subject="health",reason="replayed"}'),
      1
    )
    assert.equal(samples.get('torusmesh_ledger_appended_events_total'), 256)
    assert.equal(samples.get('torusmesh_ledger_signatures_total'), 1)
    assert.equal(samples.get('torusmesh_heartbeats_total{direction="sent",way="link"}'), 6)
    assert.equal(samples.get('torusmesh_dropped_datagrams_total{reason="forged"}'), 1)
    assert.equal(samples.get('torusmesh_detector_verdicts_total{standing="suspect"}'), 1)
  })

  it('sort measured times into buckets', async () => {
    const metrics = createNodeMetrics()
    for (const seconds of [0.0002, 0.0002, 0.2]) metrics.inbound.verifySeconds.observe({}, seconds)
    metrics.ledger.appendSeconds.observe({}, 0.003)
    const { samples } = await scrape(metrics)
    assert.equal(samples.get('torusmesh_verify_duration_seconds_bucket{le="0.0001"}'), 0)
    assert.equal(samples.get('torusmesh_verify_duration_seconds_bucket{le="0.00025"}'), 2)
    assert.equal(samples.get('torusmesh_verify_duration_seconds_bucket{le="+Inf"}'), 3)
    assert.equal(samples.get('torusmesh_ledger_append_duration_seconds_sum'), 0.003)
  })

  it('ask the owner of a gauge at each scrape and forget what it no longer names', async () => {
    const metrics = createNodeMetrics()
    let meshPeers: [SubjectName, number][] = [['health', 6]]
    let queued = 3
    metrics.gossip.meshPeers.sampleWith(set => {
      for (const [subject, count] of meshPeers) set({ subject }, count)
    })
    metrics.inbound.verifyQueued.sampleWith(set => set({}, queued))
    const before = (await scrape(metrics)).samples
    assert.equal(before.get('torusmesh_gossip_mesh_peers{subject="health"}'), 6)
    assert.equal(before.get('torusmesh_verify_queued_messages'), 3)
    meshPeers = [['digest', 4]]
    queued = 0
    const after = (await scrape(metrics)).samples
    assert.equal(after.get('torusmesh_gossip_mesh_peers{subject="health"}'), undefined)
    assert.equal(after.get('torusmesh_gossip_mesh_peers{subject="digest"}'), 4)
    assert.equal(after.get('torusmesh_verify_queued_messages'), 0)
  })

  it('of two nodes in a process are apart', async () => {
    const [one, other] = [createNodeMetrics(), createNodeMetrics()]
    one.ledger.signatures.inc({}, 5)
    assert.equal((await scrape(other)).samples.get('torusmesh_ledger_signatures_total'), 0)
    assert.equal((await scrape(one)).samples.get('torusmesh_ledger_signatures_total'), 5)
  })

  it('add those of the process where asked', async () => {
    const { samples } = await scrape(createNodeMetrics({ processMetrics: true }))
    assert.ok(samples.get('process_resident_memory_bytes')! > 0)
    assert.ok(!(await scrape(createNodeMetrics())).samples.has('process_resident_memory_bytes'))
  })

  it('keep a label value from forging a line', async () => {
    const metrics = createNodeMetrics()
    const view = new FakeView()
    view.shownMesh = { ...view.shownMesh, network: 'a"} 1\ntorusmesh_forged 1' }
    assert.doesNotMatch((await scrape(metrics, view)).text, /^torusmesh_forged/m)
  })
})
