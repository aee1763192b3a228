import {
  deriveStatus,
  NodeStatus,
  ReportSchedule,
  type ServiceState,
  TICK_MS
} from '@torusmesh/health'
import { type HealthReport, HealthStatement, SHORT_ID_BYTES, Subject } from '@torusmesh/protocol'
import type { VerifiedStatement } from '../inbound/inbound.ts'
import { roleOf } from '../overlay/positions.ts'
import type { RuntimeContext, RuntimePart } from './context.ts'
import { type HealthPayload, openHealthPayload } from './payloads.ts'
import type { ResourceFigures } from './resources.ts'
import { watchersOf } from './watch-list.ts'
import type { Watcher } from './watcher.ts'

const MAX_WATCHERS = 16
/** A node that can't open all its links reports all the same. */
const SETTLE_MAX_MS = 10_000

/** A service of this node's owner, as the agent sees it. */
export interface ServiceFigure {
  readonly name: string
  readonly state: ServiceState
}

export interface ReporterInit {
  readonly watcher: Watcher
  readonly resources: () => ResourceFigures
  readonly services: () => readonly ServiceFigure[]
  readonly ledgerHead: () => { readonly size: number; readonly root: Uint8Array }
  /** SHA-256 over the name and version of the running software. */
  readonly software: Uint8Array
  readonly specVersion: number
  readonly startedMs: number
  /** Whether all links this node wants are open. */
  readonly isWired: () => boolean
  /** A fresh random number, 0 to `REPORT_JITTER_MAX_MS`. */
  readonly jitterMs: () => number
}

/** Says how this node is, on change and at intervals, and keeps what its neighbours say. */
export class Reporter implements RuntimePart {
  readonly #context: RuntimeContext
  readonly #init: ReporterInit
  readonly #schedule = new ReportSchedule<string>()
  #status: NodeStatus = NodeStatus.healthy
  #timer: NodeJS.Timeout | undefined
  sent = 0
  receivedCount = 0

  constructor(context: RuntimeContext, init: ReporterInit) {
    this.#context = context
    this.#init = init
  }

  get status(): NodeStatus {
    return this.#status
  }

  start(): void {
    this.#timer = setInterval(() => this.#review(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** A neighbour's verified report, durable in the ledger. */
  received(statement: VerifiedStatement<HealthPayload>): void {
    const { watchList, clock } = this.#context
    this.receivedCount++
    const watched = watchList.get(statement.sender.key)
    if (watched === undefined) return
    // Views of the received buffer would keep all of it alive until the next report.
    const own = openHealthPayload(Uint8Array.from(statement.envelope.payload))
    if (!own.ok || own.value.report == null) return
    const { report } = own.value
    watched.held = {
      envelope: Uint8Array.from(statement.bytes),
      report,
      receivedMs: clock.wallMs(),
      watchers: watchersOf(report)
    }
    this.#init.watcher.recount(watched)
  }

  #review(): void {
    const { resources, services, jitterMs } = this.#init
    this.#status = deriveStatus(services(), resources(), this.#status)
    const watchers = this.#ownWatchers()
    const nowMs = this.#context.clock.monotonicMs()
    // Links open in a burst: what is said before they all have is stale at once.
    if (watchers.length === 0 || !this.#isSettled(nowMs)) return
    const content = `${this.#status} ${watchers.join(' ')}`
    this.#schedule.handle({ content, jitterMs: jitterMs() }, nowMs, () =>
      this.#context.background('report', () => this.#report(watchers))
    )
  }

  #isSettled(nowMs: number): boolean {
    const { isWired, startedMs } = this.#init
    return this.sent > 0 || isWired() || nowMs - startedMs >= SETTLE_MAX_MS
  }

  /** Who watches this node: those it has a link to and a place beside. */
  #ownWatchers(): string[] {
    const { links, directory } = this.#context
    return [...links.links.values()]
      .filter(({ member }) => roleOf(directory, member) !== 'long')
      .map(({ member }) => member.shortId)
      .sort()
      .slice(0, MAX_WATCHERS)
  }

  async #report(watchers: readonly string[]): Promise<void> {
    const { speaker, gossip, directory, clock } = this.#context
    const { watcher, resources, services, software, specVersion, startedMs } = this.#init
    const { size, root } = this.#init.ledgerHead()
    const report: HealthReport.$Properties = {
      incarnation: watcher.incarnation,
      status: this.#status,
      uptimeMs: clock.monotonicMs() - startedMs,
      resources: resources(),
      services: [...services()],
      software,
      specVersion,
      ledger: { size, root },
      watchers: fromShortIds(watchers)
    }
    const payload = HealthStatement.encode({ report }).finish()
    const envelope = await speaker.say(Subject.health, payload)
    await gossip.publish(Subject.health, directory.self.cell, envelope)
    this.sent++
  }
}

function fromShortIds(shortIds: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(shortIds.length * SHORT_ID_BYTES)
  for (const [i, shortId] of shortIds.entries()) {
    bytes.set(Buffer.from(shortId, 'hex'), i * SHORT_ID_BYTES)
  }
  return bytes
}
