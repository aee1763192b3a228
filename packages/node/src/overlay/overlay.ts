import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { LongLinks } from '@torusmesh/torus'
import type { Host } from '../host/create-host.ts'
import type { LinkService } from '../link/link-service.ts'
import type { DialGate } from './dial-gate.ts'
import type { Directory, Member } from './directory.ts'
import { backoffMs, planOverlay } from './plan.ts'
import { type WantedLink, wantedLinks } from './positions.ts'

/** How often the plan is made anew when nothing happens. */
const REVIEW_MS = 1_000
/** A busy host refuses once or twice; a moved one always. */
const FAILURES_BEFORE_LOOKUP = 3

export interface OverlayInit {
  readonly host: Host
  readonly directory: Directory
  readonly links: LinkService
  readonly longLinks: LongLinks
  readonly maxLinks: number
  readonly dialsInParallel: number
  readonly dialTimeoutMs: number
  /** Shared by the hosts of one process, so that a start doesn't dial thousands of peers at once. */
  readonly gate: DialGate
  readonly monotonicMs: () => number
  /** 0 to 999: the jitter of back-offs. */
  readonly jitter: () => number
  /** A member that can't be reached where its record says. */
  readonly onUnreachable: (member: Member) => void
}

/** Keeps the links this node should have: makes the plan, dials, drops, backs off. */
export class Overlay {
  readonly #init: OverlayInit
  readonly #dialling = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #notBeforeMs = new Map<string, number>()
  readonly #wantedSinceMs = new Map<string, number>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #wanted: readonly WantedLink[] = []

  constructor(init: OverlayInit) {
    this.#init = init
  }

  start(): void {
    this.#timer = setInterval(() => this.review(), REVIEW_MS)
    this.review()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stopping.abort()
  }

  get wanted(): readonly WantedLink[] {
    return this.#wanted
  }

  /** Whether this node has a link with the member, or tries to. */
  wants(member: Member): boolean {
    const { key } = member
    return (
      this.#init.links.links.has(key) ||
      this.#dialling.has(key) ||
      this.#wanted.some(link => link.member.key === key)
    )
  }

  /** Whether every link this node wants is open. */
  get wired(): boolean {
    return this.#wanted.every(({ member }) => this.#init.links.links.has(member.key))
  }

  /** Makes the plan anew and starts what it says. */
  review(): void {
    const { directory, links, longLinks, maxLinks, dialsInParallel, monotonicMs } = this.#init
    const nowMs = monotonicMs()
    this.#wanted = wantedLinks(directory, longLinks)
    this.#forgetUnwanted(nowMs)
    const plan = planOverlay({
      nowMs,
      selfKey: directory.self.key,
      wanted: this.#wanted,
      open: links.links,
      dialling: this.#dialling,
      notBeforeMs: this.#notBeforeMs,
      wantedSinceMs: this.#wantedSinceMs,
      maxLinks,
      maxDials: dialsInParallel
    })
    for (const key of plan.drop) links.links.get(key)?.close()
    for (const { member } of plan.dial) void this.#dial(member)
  }

  /** Links again at once, whatever the back-off says: is this member really gone? */
  async relink(member: Member): Promise<boolean> {
    if (this.#init.links.links.has(member.key)) return true
    if (this.#dialling.has(member.key)) return false
    this.#dialling.add(member.key)
    return await this.#connect(member)
  }

  /** A connection to a member, for a single request. */
  async dial(member: Member): Promise<Connection> {
    const { host, directory, dialTimeoutMs } = this.#init
    const addresses = directory.addresses(member.key)
    if (addresses.length === 0) throw new Error(`no address known of ${member.key.slice(0, 8)}`)
    const signal = AbortSignal.any([AbortSignal.timeout(dialTimeoutMs), this.#stopping.signal])
    const targets = addresses.map(address => multiaddr(withPeer(address, member.peer)))
    return await host.dial(targets, { signal })
  }

  #forgetUnwanted(nowMs: number): void {
    const wanted = new Set(this.#wanted.map(({ member }) => member.key))
    for (const key of wanted) {
      const waiting = !this.#init.links.links.has(key)
      if (!waiting) this.#wantedSinceMs.delete(key)
      else if (!this.#wantedSinceMs.has(key)) this.#wantedSinceMs.set(key, nowMs)
    }
    for (const table of [this.#wantedSinceMs, this.#failures, this.#notBeforeMs]) {
      for (const key of table.keys()) if (!wanted.has(key)) table.delete(key)
    }
  }

  async #dial(member: Member): Promise<void> {
    this.#dialling.add(member.key)
    const reached = await this.#init.gate.run(() => this.#connect(member))
    if (reached || this.#stopping.signal.aborted) return
    const failures = (this.#failures.get(member.key) ?? 0) + 1
    this.#failures.set(member.key, failures)
    const waitMs = backoffMs(failures, this.#init.jitter())
    this.#notBeforeMs.set(member.key, this.#init.monotonicMs() + waitMs)
    if (failures >= FAILURES_BEFORE_LOOKUP) this.#init.onUnreachable(member)
  }

  /** @returns whether a link is open in the end */
  async #connect(member: Member): Promise<boolean> {
    const { links, dialTimeoutMs } = this.#init
    try {
      if (links.links.has(member.key)) return true
      const connection = await this.dial(member)
      await links.open(connection, AbortSignal.timeout(dialTimeoutMs))
      this.#failures.delete(member.key)
      this.#notBeforeMs.delete(member.key)
      return true
    } catch {
      return links.links.has(member.key)
    } finally {
      this.#dialling.delete(member.key)
    }
  }
}

function withPeer(address: string, peer: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`
}
