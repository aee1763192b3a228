import { randomInt } from 'node:crypto'
import { type Ledger, type LedgerStore, nodeStopped, type VerifierKey } from '@torusmesh/ledger'
import { DigestStatement, Subject, topicName } from '@torusmesh/protocol'
import { type CouncilPort, type CouncilService, createCouncilPort } from './council/index.ts'
import type { Host } from './host/create-host.ts'
import type { Home, NodeState } from './identity/home.ts'
import { type OwnRecord, RENEW_RECORD_MS } from './identity/own-record.ts'
import type { Voice } from './identity/voice.ts'
import type { InviteBook } from './join/invites.ts'
import type { LinkService } from './link/link-service.ts'
import type { NodeMetrics } from './metrics/index.ts'
import type { Admission } from './overlay/admission.ts'
import type { Directory, Member } from './overlay/directory.ts'
import { type Ask, findCell } from './overlay/find-cell.ts'
import type { Overlay } from './overlay/overlay.ts'
import type { RecordFetcher } from './overlay/record-fetcher.ts'
import type { RuntimeContext } from './runtime/context.ts'
import type { Digests } from './runtime/digests.ts'
import type { Notices } from './runtime/notices.ts'
import type { Reporter } from './runtime/reporter.ts'
import type { Statements } from './runtime/statements.ts'
import type { Tidings } from './runtime/tidings.ts'
import type { UptimeWitnesses } from './runtime/uptime-witnesses.ts'
import type { Watcher } from './runtime/watcher.ts'
import { type Charter, MESH_SUBJECTS } from './shared.ts'

/** The parts of a node, put together by `openNode`. */
export interface NodeParts {
  readonly charter: Charter
  readonly home: Home
  readonly state: NodeState
  readonly self: Member
  readonly startedMs: number
  readonly host: Host
  readonly ledger: Ledger
  /** What the ledger is kept in, and the key it is signed with: to verify it as a whole. */
  readonly store: LedgerStore
  readonly ledgerKey: VerifierKey
  readonly metrics: NodeMetrics
  readonly context: RuntimeContext
  readonly directory: Directory
  readonly links: LinkService
  readonly admission: Admission
  readonly overlay: Overlay
  readonly ask: Ask
  readonly fetcher: RecordFetcher
  readonly watcher: Watcher
  readonly reporter: Reporter
  readonly notices: Notices
  readonly tidings: Tidings
  readonly digests: Digests
  readonly uptime: UptimeWitnesses
  readonly statements: Statements
  readonly ownRecord: OwnRecord
  /** Whether this node can sign now. */
  readonly voice: Voice
  readonly invites: InviteBook
  readonly council: CouncilService
  readonly rejected: ReadonlyMap<string, number>
}

/** How often a mesh with empty cells is looked over for newcomers. */
const EXPLORE_MS = 30_000
/** Time for a farewell to leave before the links close. */
const FAREWELL_MS = 200

/** One running node. `openNode` makes it, listening and ready to be found; `engage` wires it. */
export class MeshNode {
  readonly parts: NodeParts
  /** Proposals, votes and what was decided. */
  readonly council: CouncilPort
  #explorer: NodeJS.Timeout | undefined
  #topicsTimer: NodeJS.Timeout | undefined
  #engaged = false
  #topicsVersion = -1
  #renewal: NodeJS.Timeout | undefined

  constructor(parts: NodeParts) {
    this.parts = parts
    this.council = createCouncilPort(parts.council, parts.self.key)
  }

  get addresses(): string[] {
    return this.parts.host.getMultiaddrs().map(address => address.toString())
  }

  /** Whether every link this node wants is open. */
  get wired(): boolean {
    return this.#engaged && this.parts.overlay.wired
  }

  /** Starts the overlay and the machines. */
  engage(): void {
    this.watch()
    this.connect()
  }

  /** Starts the machines. Where many hosts share a processor they wait until all are wired. */
  watch(): void {
    const { watcher, reporter, notices, tidings, digests, uptime } = this.parts
    for (const part of [watcher, reporter, notices, tidings, digests, uptime]) part.start()
  }

  /** Starts the overlay: dials and keeps the links. */
  connect(): void {
    const { overlay } = this.parts
    this.#setTopics()
    overlay.start()
    this.parts.council.start()
    this.#engaged = true
    this.#topicsTimer = setInterval(() => this.#setTopics(), 1_000)
    this.#explorer = setInterval(() => this.#explore(), EXPLORE_MS)
    this.#renewal = setInterval(() => this.#renewRecord(), RENEW_RECORD_MS)
    this.#explore()
  }

  /**
   * States that this node is alive under its incarnation; one that was declared down is believed by
   * nothing less.
   *
   * @returns the envelope, durable in the ledger, for {@link publishToMesh}
   */
  async sayReturned(): Promise<Uint8Array> {
    const { context, watcher } = this.parts
    const returned = { incarnation: watcher.incarnation }
    const payload = DigestStatement.encode({ returned }).finish()
    return await context.speaker.say(Subject.digest, payload, 'urgent')
  }

  async publishToMesh(envelope: Uint8Array): Promise<void> {
    await this.parts.context.gossip.publish(Subject.digest, undefined, envelope)
  }

  /**
   * Closes the links, then the ledger with a last checkpoint.
   *
   * @param farewell - says to the mesh that it leaves; not worth it where all leave together
   */
  async stop({ farewell = true }: { farewell?: boolean } = {}): Promise<void> {
    const { context, watcher, host, ledger, home } = this.parts
    if (this.#engaged && farewell) {
      const left = { incarnation: watcher.incarnation }
      const payload = DigestStatement.encode({ left }).finish()
      await this.publishToMesh(await context.speaker.say(Subject.digest, payload))
      await new Promise(resolve => setTimeout(resolve, FAREWELL_MS))
    }
    this.halt()
    await host.stop()
    if (!ledger.readOnly) await context.journal.record(nodeStopped, { why: 'asked to stop' })
    await home.removeApiAccess()
    await ledger.close()
  }

  /** Ends like a killed process as far as others can see: connections reset, nothing said. */
  async kill(): Promise<void> {
    const { host, ledger } = this.parts
    this.halt()
    const reset = new Error('killed')
    const connections = host.getConnections()
    // A kernel closes a dead process's listener with its connections: who redials is refused.
    const stopped = host.stop()
    await new Promise(resolve => setImmediate(resolve))
    for (const connection of connections) connection.abort(reset)
    await stopped
    await ledger.close()
  }

  /** Stops all that happens by itself; links stay open until {@link stop}. */
  halt(): void {
    const { links, context, watcher, reporter, notices, tidings, digests, uptime, overlay } =
      this.parts
    this.#engaged = false
    clearInterval(this.#topicsTimer)
    clearInterval(this.#explorer)
    clearInterval(this.#renewal)
    overlay.stop()
    this.parts.council.stop()
    for (const part of [uptime, digests, tidings, notices, reporter, watcher]) part.stop()
    links.stop()
    context.beats.close()
  }

  #renewRecord(): void {
    const { context, ownRecord, links } = this.parts
    context.background('renew record', async () => {
      await ownRecord.renew()
      for (const link of links.links.values()) link.send({ record: ownRecord.bytes })
    })
  }

  /** The own cell's topic, those of the cells around it, and what concerns the whole mesh. */
  #setTopics(): void {
    const { charter, directory, context } = this.parts
    if (this.#topicsVersion === directory.territoryVersion) return
    this.#topicsVersion = directory.territoryVersion
    const cells = [directory.self.cell, ...directory.neighbourCells(directory.self.cell)]
    const topics = new Set(cells.map(cell => topicName(charter.network, Subject.health, cell)))
    for (const subject of MESH_SUBJECTS) topics.add(topicName(charter.network, subject))
    context.gossip.setTopics(topics)
  }

  /** A mesh with empty cells grows: looks for members around the own cell and the long links. */
  #explore(): void {
    const { charter, directory, context, admission, ask } = this.parts
    const { torus, longLinks } = charter
    if (directory.takeover().occupied.length === torus.cells) return
    const own = directory.self.cell
    const cells = [own, ...torus.neighbours(own), longLinks.dials[own]!, longLinks.accepts[own]!]
    const cell = cells[randomInt(cells.length)]!
    const admit = async (record: Uint8Array): Promise<Member | undefined> => {
      const admitted = await admission.admit(record)
      return admitted.ok ? admitted.member : undefined
    }
    for (const target of [own, cell]) {
      context.background('explore', async () => {
        await findCell(directory, target, ask, admit)
        this.parts.overlay.review()
      })
    }
  }
}
