import { hash } from 'node:crypto'
import { quorumOf } from '@torusmesh/health'
import { verdict } from '@torusmesh/ledger'
import {
  type Accusation,
  bytesToHex,
  DigestStatement,
  type DownNotice,
  keyForSuite,
  type OpenedEnvelope,
  openEnvelope,
  policyOf,
  type RejectCode,
  Subject,
  type Verifier,
  verifyEnvelope
} from '@torusmesh/protocol'
import type { Directory, Member } from '../overlay/directory.ts'
import type { RuntimeContext, RuntimePart } from './context.ts'
import { type HealthPayload, openHealthPayload } from './payloads.ts'
import type { Tidings } from './tidings.ts'
import { type Watched, watchersOf } from './watch-list.ts'

/**
 * A watcher publishes when those before it in rank had this long to do so: time for a notice to come
 * through a mesh under load. A second one costs every node as much as the first.
 */
const RANK_DELAY_MS = 2_000
const REVIEW_MS = 50
/** A notice that lacks accusations for so long won't get them: they have lapsed. */
const GIVE_UP_MS = 30_000

interface Pending {
  readonly watched: Watched
  readonly incarnation: number
  readonly dueMs: number
}

/** A notice whose inner statements all hold. */
export interface ProvenDown {
  readonly accused: Member
  readonly incarnation: number
  readonly accusations: readonly ProvenAccusation[]
}

export interface ProvenAccusation {
  readonly accuser: Member
  readonly accusation: Accusation
  readonly envelope: Uint8Array
}

export interface NoticeEvents {
  /** This node itself was declared down, and lives. */
  onSelfDown(incarnation: number): void
  /** Same, but of those who watch it only some accuse it. */
  onSelfAccused(incarnation: number): void
  /** The accusations inside count for a watcher like any others. */
  onProven(accused: Member, accusations: readonly ProvenAccusation[]): void
}

/**
 * Tells the whole mesh who is down, with the proof: the member's own last report, which names its
 * watchers, and the accusations of two thirds of them.
 */
export class Notices implements RuntimePart {
  readonly #context: RuntimeContext
  readonly #tidings: Tidings
  readonly #verifier: Verifier
  readonly #events: NoticeEvents
  readonly #pending = new Map<string, Pending>()
  #timer: NodeJS.Timeout | undefined
  #stopped = true

  constructor(context: RuntimeContext, tidings: Tidings, verifier: Verifier, events: NoticeEvents) {
    this.#context = context
    this.#tidings = tidings
    this.#verifier = verifier
    this.#events = events
  }

  start(): void {
    this.#stopped = false
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** A member that counts as down beats: the notice tells it so, and it can refute. Returns whether one is kept. */
  remind(key: string): boolean {
    const isKnown = this.#tidings.of(key)?.isDown === true
    if (isKnown) this.#tidings.remind(key)
    return isKnown
  }

  schedule(watched: Watched, incarnation: number): void {
    const { clock, directory } = this.#context
    if (this.#holds(watched.member.key, incarnation)) return
    const rank = rankOf(watched, directory.self.shortId)
    const dueMs = clock.monotonicMs() + rank * RANK_DELAY_MS
    this.#pending.set(watched.member.key, { watched, incarnation, dueMs })
    this.#reviewSoon()
  }

  /** A proven notice, durable in the ledger: the member is down for this node too. */
  received(
    { accused, incarnation, accusations }: ProvenDown,
    envelope: Uint8Array,
    expiresMs: number
  ): void {
    const { directory } = this.#context
    if (accused.key === directory.self.key) return this.#events.onSelfDown(incarnation)
    if (incarnation < directory.incarnation(accused.key)) return
    if (this.#holds(accused.key, incarnation)) return
    // A watcher knew before: the notice spares it its own.
    this.#pending.delete(accused.key)
    this.#tidings.keep({ member: accused, incarnation, isDown: true, envelope, expiresMs })
    this.#events.onProven(accused, accusations)
    this.#stands(accused, 'down', incarnation, `a notice with ${accusations.length} accusations`)
  }

  /** A member that was declared down is back, under a higher incarnation: who still believes it is shown. */
  memberReturned(
    member: Member,
    incarnation: number,
    envelope: Uint8Array,
    expiresMs: number
  ): void {
    const { directory } = this.#context
    if (member.key === directory.self.key) return
    this.#tidings.keep({ member, incarnation, isDown: false, envelope, expiresMs })
    if (incarnation <= directory.incarnation(member.key)) return
    this.#pending.delete(member.key)
    this.#stands(member, 'alive', incarnation, 'it says so, under a higher incarnation')
  }

  memberLeft(member: Member, incarnation: number): void {
    if (incarnation < this.#context.directory.incarnation(member.key)) return
    this.#pending.delete(member.key)
    this.#tidings.forget(member.key)
    this.#stands(member, 'left', incarnation, 'it says so')
  }

  #stands(
    member: Member,
    standing: 'alive' | 'down' | 'left',
    incarnation: number,
    why: string
  ): void {
    const { directory, journal, background, onStanding, metrics } = this.#context
    if (!directory.setStanding(member.key, standing, incarnation)) return
    metrics.health.verdicts.inc({ standing })
    background('record standing', async () => {
      await journal.record(verdict, { member: member.key, state: standing, incarnation, why })
      onStanding(member.key, standing)
    })
  }

  /**
   * Checks everything a notice rests on; a code says what doesn't hold.
   *
   * @param from - the peer it came from: if it is refuted, this peer is shown the return
   */
  async prove(
    notice: DownNotice,
    outer: OpenedEnvelope,
    from: string
  ): Promise<ProvenDown | RejectCode> {
    const { directory } = this.#context
    if (this.#isRedundant(notice, outer, from)) return 'redundant'
    // Together: one after the other they would queue behind everything else that is verified here.
    const [report, ...inners] = await Promise.all(
      [notice.report, ...notice.accusations].map(bytes => this.#openInner(bytes, outer))
    )
    if (report === undefined || typeof report === 'string') return report ?? 'malformed'
    if (report.statement.report == null) return 'wrong-payload'
    const watchers = new Set(watchersOf(report.statement.report))
    const accusations = new Map<string, ProvenAccusation>()
    let incarnation = Number.POSITIVE_INFINITY
    for (const [i, inner] of inners.entries()) {
      if (typeof inner === 'string') return inner
      const { accusation } = inner.statement
      if (accusation == null || bytesToHex(accusation.accused) !== report.sender.key) {
        return 'wrong-payload'
      }
      if (!watchers.has(inner.sender.shortId)) return 'not-watcher'
      const envelope = notice.accusations[i]!
      accusations.set(inner.sender.key, { accuser: inner.sender, accusation, envelope })
      incarnation = Math.min(incarnation, accusation.incarnation)
    }
    if (incarnation < report.statement.report.incarnation) return 'wrong-payload'
    if (accusations.size < quorumOf(presentAmong(directory, watchers))) {
      if (report.sender.key === directory.self.key) this.#events.onSelfAccused(incarnation)
      return 'no-quorum'
    }
    return { accused: report.sender, incarnation, accusations: [...accusations.values()] }
  }

  /**
   * Whether a notice of the same death is kept already, or the return from it: several watchers may tell
   * of it, and each notice costs six verifications. Unsigned claims decide here, but only what to leave
   * alone, and whether to show a return.
   */
  #isRedundant({ accusations }: DownNotice, outer: OpenedEnvelope, from: string): boolean {
    const opened = accusations[0] && this.#openEnvelope(accusations[0], outer)
    if (!opened?.ok) return false
    const claimed = openHealthPayload(opened.envelope.payload)
    if (!claimed.ok || claimed.value.accusation == null) return false
    const { accused, incarnation } = claimed.value.accusation
    const key = bytesToHex(accused)
    const { directory, links } = this.#context
    if (key === directory.self.key || !this.#holds(key, incarnation)) return false
    const believer = directory.byPeer(from)
    const link = believer === undefined ? undefined : links.links.get(believer.key)
    if (link !== undefined && this.#tidings.of(key)?.isDown === false) this.#tidings.show(link, key)
    return true
  }

  /** A statement within a notice: valid when the notice was made, which may be read much later. */
  #openEnvelope(bytes: Uint8Array, outer: OpenedEnvelope) {
    const { network, env } = this.#context
    const subject = Subject.health
    return openEnvelope(bytes, {
      ...{ network, env, subject },
      nowMs: outer.issuedMs,
      maxSkewMs: RANK_DELAY_MS
    })
  }

  async #openInner(
    bytes: Uint8Array,
    outer: OpenedEnvelope
  ): Promise<{ sender: Member; statement: HealthPayload } | RejectCode> {
    const { directory } = this.#context
    const opened = this.#openEnvelope(bytes, outer)
    if (!opened.ok) return opened.code
    const sender = directory.get(bytesToHex(opened.envelope.sender))
    if (sender === undefined) return 'unknown-sender'
    const statement = openHealthPayload(opened.envelope.payload)
    if (!statement.ok) return statement.code
    const publicKey = keyForSuite(sender.keys, opened.envelope.suite)
    const good =
      publicKey !== undefined &&
      (await verifyEnvelope(opened.envelope, publicKey, this.#verifier, 'urgent'))
    return good ? { sender, statement: statement.value } : 'bad-signature'
  }

  /** Whether a notice adds nothing to what is kept. */
  #holds(key: string, incarnation: number): boolean {
    return !this.#tidings.isNews(key, incarnation, true)
  }

  /** Looks at what is pending again in a moment; nothing runs while nothing is. */
  #reviewSoon(): void {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(() => this.#review(), REVIEW_MS)
  }

  #review(): void {
    const nowMs = this.#context.clock.monotonicMs()
    for (const [key, { watched, incarnation, dueMs }] of this.#pending) {
      const notice = dueMs <= nowMs ? this.#build(watched, incarnation) : undefined
      if (notice !== undefined) {
        this.#pending.delete(key)
        this.#publish(watched.member, incarnation, notice)
      } else if (nowMs - dueMs > GIVE_UP_MS) this.#pending.delete(key)
    }
    if (this.#pending.size > 0) this.#reviewSoon()
  }

  /** The proof, as small as it can be; `undefined` while accusations or the report are missing. */
  #build(watched: Watched, incarnation: number): DownNotice.$Properties | undefined {
    if (watched.held === undefined) return undefined
    const { directory } = this.#context
    const { watchers } = watched.held
    const needed = quorumOf(presentAmong(directory, watchers))
    const accusations: Uint8Array[] = []
    for (const [accuser, accusation] of watched.accusations) {
      // Who accused may have been a watcher by an earlier report.
      const isWatcher = watchers.includes(directory.get(accuser)?.shortId ?? '')
      if (isWatcher && accusation.incarnation >= incarnation) accusations.push(accusation.envelope)
    }
    if (accusations.length < needed) return undefined
    return { report: watched.held.envelope, accusations: accusations.slice(0, needed) }
  }

  #publish(member: Member, incarnation: number, down: DownNotice.$Properties): void {
    const { speaker, gossip, background, clock } = this.#context
    background('publish notice', async () => {
      const payload = DigestStatement.encode({ down }).finish()
      const expiresMs = clock.wallMs() + policyOf(Subject.digest).lifetimeMs
      const envelope = await speaker.say(Subject.digest, payload, 'urgent')
      this.#tidings.keep({ member, incarnation, isDown: true, envelope, expiresMs })
      await gossip.publish(Subject.digest, undefined, envelope)
    })
  }
}

/** How many of these watchers are neither down nor gone; a lone accuser is a quorum of one. */
export function presentAmong(directory: Directory, shortIds: Iterable<string>): number {
  let present = 0
  for (const shortId of shortIds) if (directory.isPresentShort(shortId)) present++
  return Math.max(1, present)
}

/** This node's place among the member's watchers: every watcher computes the same order. */
function rankOf(watched: Watched, self: string): number {
  const order = [...(watched.held?.watchers ?? [])].sort((a, b) => {
    const byMember = (id: string): string => hash('sha256', watched.member.key + id, 'hex')
    return byMember(a) < byMember(b) ? -1 : 1
  })
  return Math.max(0, order.indexOf(self))
}
