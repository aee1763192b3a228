import { setTimeout as wait } from 'node:timers/promises'
import type {
  HealthView,
  LedgerView,
  MemberView,
  MeshView,
  NodeEvent,
  Standing
} from '../../view.ts'
import type { Invite, LedgerProof, VerifyProgress, VerifyResult } from '../ports.ts'
import type { Readiness } from '../schemas/health.ts'
import type { LedgerPage } from '../schemas/ledger.ts'
import type { MemberPage } from '../schemas/mesh.ts'
import { ApiClientError } from './errors.ts'
import { type GovernanceCalls, governanceCalls } from './governance-calls.ts'
import { Http, notRunning } from './http.ts'
import { type OperatorCalls, operatorCalls } from './operator-calls.ts'
import { readSse } from './sse-reader.ts'

/** Which node to talk to, and how. */
export interface ApiClientInit {
  /** `http://127.0.0.1:4800`. */
  readonly url: string
  /** Needed by what changes something. */
  readonly token?: string | undefined
  /** How long a call may take; streams and `verify` are not limited. Default 10 s. */
  readonly timeoutMs?: number
  /** What to send requests with; the platform's `fetch` when left out. */
  readonly fetch?: typeof fetch
  /** How to wait between tries; real timers when left out. */
  readonly wait?: (waitMs: number, signal?: AbortSignal) => Promise<unknown>
}

/** What a program may ask of a running node. Every method throws {@link ApiClientError}. */
export interface ApiClient extends OperatorCalls, GovernanceCalls {
  readonly url: string
  mesh(): Promise<MeshView>
  /** All members that match, by id. */
  nodes(filter?: { standing?: Standing; cell?: number }): Promise<MemberView[]>
  health(): Promise<HealthView>
  ledger(): Promise<LedgerView>
  /** A page of ledger events; `next` is the `from` of the one after. */
  events(range?: { from?: number; limit?: number }): Promise<LedgerPage>
  proof(seq: number): Promise<LedgerProof>
  verify(onProgress?: (progress: VerifyProgress) => void): Promise<VerifyResult>
  invite(wanted?: { validForMs?: number }): Promise<Invite>
  readiness(): Promise<Readiness>
  /** Resolves once the node is ready; throws `NODE_NOT_READY` or `NODE_NOT_RUNNING` in the end. */
  waitReady(limit: { timeoutMs: number }): Promise<void>
  /**
   * Events as they happen, first those after `after` when it is given. Reconnects and resumes by
   * itself; ends when `signal` aborts.
   */
  stream(from?: { after?: number; signal?: AbortSignal }): AsyncGenerator<NodeEvent>
}

const TIMEOUT_MS = 10_000
const READY_POLL_MS = 200
const RECONNECT_MS = 500
const MAX_RECONNECT_MS = 15_000
const MAX_RECONNECTS = 10
const PAGE = 500
/** 2,000 pages of 500 members: a million. */
const MAX_PAGES = 2_000

/** A typed client of one node's HTTP API. Nothing is sent before a method is called. */
export function createApiClient(init: ApiClientInit): ApiClient {
  const http = new Http({
    url: init.url,
    token: init.token,
    timeoutMs: init.timeoutMs ?? TIMEOUT_MS,
    fetch: init.fetch ?? fetch
  })
  const waitFor = init.wait ?? ((waitMs, signal) => wait(waitMs, undefined, { signal }))
  const readiness = (): Promise<Readiness> => http.json('/readyz', { answers: [503] })
  return {
    url: init.url,
    mesh: () => http.json('/v1/mesh'),
    nodes: filter => allNodes(http, filter ?? {}),
    health: () => http.json('/v1/health'),
    ledger: () => http.json('/v1/ledger'),
    events: range => http.json('/v1/ledger/events', { query: { ...range } }),
    proof: seq => http.json(`/v1/ledger/proof/${seq}`),
    verify: onProgress => verify(http, onProgress ?? (() => {})),
    invite: wanted => http.json('/v1/invites', { method: 'POST', body: { ...wanted } }),
    ...operatorCalls(http),
    ...governanceCalls(http),
    readiness,
    waitReady: limit => waitReady(readiness, limit.timeoutMs, waitFor),
    stream: from => stream(http, from ?? {}, waitFor)
  }
}

async function allNodes(
  http: Http,
  filter: { standing?: Standing; cell?: number }
): Promise<MemberView[]> {
  const nodes: MemberView[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { ...filter, cursor, limit: PAGE }
    const answer: MemberPage = await http.json('/v1/nodes', { query })
    nodes.push(...answer.nodes)
    if (answer.next === null) return nodes
    cursor = answer.next
  }
  throw new ApiClientError('NODE_UNKNOWN_ANSWER', 'the pages have no end', 'check the address')
}

async function verify(
  http: Http,
  onProgress: (progress: VerifyProgress) => void
): Promise<VerifyResult> {
  const { signal } = new AbortController()
  const body = await http.stream('/v1/ledger/verify', { method: 'POST', signal })
  try {
    for await (const { event, data } of readSse(body)) {
      const value = JSON.parse(data)
      if (event === 'progress') onProgress(value)
      else if (event === 'result') return value
      else if (event === 'error') throw new ApiClientError(value.code, value.message, value.next)
    }
  } catch (error) {
    if (!isCut(error)) throw error
  }
  throw new ApiClientError(
    'NODE_SILENT',
    'the node stopped before the ledger was verified',
    'verify again once it runs'
  )
}

async function waitReady(
  readiness: () => Promise<Readiness>,
  timeoutMs: number,
  waitFor: (waitMs: number) => Promise<unknown>
): Promise<void> {
  let last: ApiClientError | undefined
  for (let waitedMs = 0; waitedMs <= timeoutMs; waitedMs += READY_POLL_MS) {
    if (waitedMs > 0) await waitFor(READY_POLL_MS)
    try {
      const { ready, waitingFor } = await readiness()
      if (ready) return
      last = new ApiClientError(
        'NODE_NOT_READY',
        `the node is not ready after ${timeoutMs} ms: it waits for ${waitingFor.join(', ')}`,
        "see the node's log, or wait longer"
      )
    } catch (error) {
      if (!isDown(error)) throw error
      last = error
    }
  }
  throw last
}

async function* stream(
  http: Http,
  { after, signal = new AbortController().signal }: { after?: number; signal?: AbortSignal },
  waitFor: (waitMs: number, signal: AbortSignal) => Promise<unknown>
): AsyncGenerator<NodeEvent> {
  let position = after === undefined ? undefined : String(after)
  let connected = false
  for (let failures = 0; failures <= MAX_RECONNECTS; failures++) {
    if (failures > 0) {
      const waitMs = Math.min(RECONNECT_MS * 2 ** (failures - 1), MAX_RECONNECT_MS)
      await waitFor(waitMs, signal).catch(() => {})
    }
    if (signal.aborted) return
    try {
      const headers: Record<string, string> =
        position === undefined ? {} : { 'last-event-id': position }
      const body = await http.stream('/v1/events', { headers, signal })
      connected = true
      failures = 0
      for await (const { id, data } of readSse(body)) {
        position = id ?? position
        if (data !== '') yield JSON.parse(data)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!isCut(error) && !(connected && isDown(error))) throw error
    }
  }
  throw notRunning(http.url)
}

/** `fetch` reports a connection that broke in the middle of a body as a TypeError. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError
}

function isDown(error: unknown): error is ApiClientError {
  return error instanceof ApiClientError && error.code === 'NODE_NOT_RUNNING'
}
