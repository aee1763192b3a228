import { type Api, type ApiInit, createApi } from '../../../src/api/index.ts'
import { silentLogger } from '../../../src/log/index.ts'
import { createNodeMetrics } from '../../../src/metrics/index.ts'
import { FakeCouncil } from './fake-council.ts'
import { FakeEvents, FakeLedger, FakeView, fakeInvites } from './fake-node.ts'
import { FakeOperator } from './fake-operator.ts'

export const TOKEN = 'correct-horse-battery-staple'
export const AUTHORISED = { authorization: `Bearer ${TOKEN}` }
/** What fastify's `inject` leaves out: a name this API answers to. */
export const LOCAL = { host: '127.0.0.1:4800' }

export interface Harness {
  readonly api: Api
  readonly view: FakeView
  readonly events: FakeEvents
  readonly ledger: FakeLedger
  readonly council: FakeCouncil
  /** What the API repeats, run by the test instead of a clock. */
  readonly beats: Set<() => void>
  /** The rate limit's clock. */
  readonly clock: { nowMs: number }
}

/** An API over fakes, closed when the test ends. */
export function createHarness(changes: Partial<ApiInit> = {}): Harness {
  const view = new FakeView()
  const events = new FakeEvents()
  const ledger = new FakeLedger()
  const council = new FakeCouncil()
  const beats = new Set<() => void>()
  const clock = { nowMs: 0 }
  const api = createApi({
    view,
    events,
    ledger,
    council,
    metrics: createNodeMetrics(),
    invites: fakeInvites,
    operator: new FakeOperator(),
    token: TOKEN,
    logger: silentLogger,
    nowMs: () => clock.nowMs,
    every: (_everyMs, run) => {
      beats.add(run)
      return () => beats.delete(run)
    },
    ...changes
  })
  opened.add(api)
  return { api, view, events, ledger, council, beats, clock }
}

const opened = new Set<Api>()

/** Closes whatever {@link createHarness} opened; for `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const api of opened) await api.close()
  opened.clear()
}

/** A GET without a socket. */
export function get(api: Api, url: string, headers: Record<string, string> = {}) {
  return api.app.inject({ method: 'GET', url, headers: { ...LOCAL, ...headers } })
}

/** A POST with the token, without a socket. */
export function post(
  api: Api,
  url: string,
  payload: object | string = {},
  headers: Record<string, string> = {}
) {
  return api.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { ...LOCAL, ...AUTHORISED, 'content-type': 'application/json', ...headers }
  })
}
