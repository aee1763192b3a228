import assert from 'node:assert/strict'
import {
  deriveStatus,
  NodeStatus,
  REPORT_JITTER_MAX_MS,
  type ReportReason,
  ReportSchedule,
  ServiceState
} from '../../src/index.ts'

const TICK_MS = 250

/** Ticks a schedule over what a report would say from each time on; returns when it sends, and why. */
function sends(contents: Record<number, string>, untilMs: number, jitterMs = 0): string[] {
  const schedule = new ReportSchedule<string>()
  const said: string[] = []
  let content = ''
  for (let now = 0; now <= untilMs; now += TICK_MS) {
    content = contents[now] ?? content
    const out = (reason: ReportReason): void => {
      said.push(`${now} ${reason} ${content}`)
    }
    schedule.handle({ content, jitterMs }, now, out)
  }
  return said
}

describe('report schedule', () => {
  it('reports at the start and each 10 s', () => {
    assert.deepEqual(sends({ 0: 'ok' }, 20_000), [
      '0 period ok',
      '10000 period ok',
      '20000 period ok'
    ])
  })

  it('takes the jitter off the period, stretched over the whole of the first, within bounds', () => {
    assert.deepEqual(sends({ 0: 'ok' }, 14_000, 1_500), [
      '0 period ok',
      '3250 period ok',
      '11750 period ok'
    ])
    assert.deepEqual(sends({ 0: 'ok' }, 9_500, REPORT_JITTER_MAX_MS * 9), [
      '0 period ok',
      '1000 period ok',
      '9000 period ok'
    ])
    assert.deepEqual(sends({ 0: 'ok' }, 11_000, -5_000), ['0 period ok', '10000 period ok'])
  })

  it('reports a change that lasts half a second', () => {
    assert.deepEqual(sends({ 0: 'ok', 3000: 'sick' }, 5_000), ['0 period ok', '3500 change sick'])
  })

  it('keeps quiet about one that does not', () => {
    assert.deepEqual(sends({ 0: 'ok', 3000: 'sick', 3250: 'ok' }, 5_000), ['0 period ok'])
  })

  it('reports the latest of changes that come quickly, ever less often, and sometimes', () => {
    const flapping = Object.fromEntries(
      Array.from({ length: 25 }, (_, s) => [s * 1_000, s % 2 === 0 ? 'ok' : 'sick'])
    )
    assert.deepEqual(sends(flapping, 24_000), [
      '0 period ok',
      '1500 change sick',
      '4500 change ok',
      '9500 change sick',
      '18500 change ok'
    ])
  })

  it('is patient no longer once nothing changes for a period', () => {
    const contents = { 0: 'a', 2000: 'b', 5000: 'c', 16000: 'd', 17500: 'e' }
    assert.deepEqual(sends(contents, 20_000), [
      '0 period a',
      '2500 change b',
      '5500 change c',
      '15500 period c',
      '16500 change d',
      '18500 change e'
    ])
  })
})

describe('node status', () => {
  const { up, degraded, down } = ServiceState
  const well = { diskFreeMb: 50_000, loopLagMs: 5 }
  const cases = [
    { desc: 'healthy with all services up', services: [up, up], status: NodeStatus.healthy },
    { desc: 'healthy without services', services: [], status: NodeStatus.healthy },
    { desc: 'degraded with one degraded', services: [up, degraded], status: NodeStatus.degraded },
    { desc: 'degraded with one down', services: [down], status: NodeStatus.degraded },
    { desc: 'degraded when its loop lags', loopLagMs: 1_000, status: NodeStatus.degraded },
    { desc: 'degraded when its disk is full', diskFreeMb: 511, status: NodeStatus.degraded },
    { desc: 'healthy between the limits if it was', loopLagMs: 600, status: NodeStatus.healthy },
    {
      desc: 'degraded between the limits if it was',
      loopLagMs: 600,
      before: NodeStatus.degraded,
      status: NodeStatus.degraded
    },
    {
      desc: 'degraded between the limits of the disk if it was',
      diskFreeMb: 600,
      before: NodeStatus.degraded,
      status: NodeStatus.degraded
    },
    {
      desc: 'healthy again below both',
      before: NodeStatus.degraded,
      status: NodeStatus.healthy
    }
  ]
  for (const {
    desc,
    services = [up],
    before = NodeStatus.healthy,
    status,
    ...resources
  } of cases) {
    it(desc, () => {
      const states = services.map(state => ({ state }))
      assert.equal(deriveStatus(states, { ...well, ...resources }, before), status)
    })
  }
})
