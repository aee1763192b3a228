import { statementReceived } from '@torusmesh/ledger'
import { bytesToHex, type RejectCode, Subject, type Verdict } from '@torusmesh/protocol'
import { gossipVerdict, type SubjectChecks, type VerifiedStatement } from '../inbound/inbound.ts'
import type { Link } from '../link/link.ts'
import type { Directory, Member } from '../overlay/directory.ts'
import type { RuntimeContext } from './context.ts'
import type { Notices } from './notices.ts'
import {
  type DigestPayload,
  type HealthPayload,
  openDigestPayload,
  openHealthPayload
} from './payloads.ts'
import type { Reporter } from './reporter.ts'
import type { Tidings } from './tidings.ts'
import type { UptimeWitnesses } from './uptime-witnesses.ts'
import type { Watcher } from './watcher.ts'

export interface StatementParts {
  readonly watcher: Watcher
  readonly reporter: Reporter
  readonly notices: Notices
  readonly tidings: Tidings
  readonly uptime: UptimeWitnesses
}

/** What every verified statement does here: into the ledger first, then to the part it concerns. */
export class Statements {
  readonly #context: RuntimeContext
  readonly #parts: StatementParts
  /** Health statements that gossip brought. */
  delivered = 0

  constructor(context: RuntimeContext, parts: StatementParts) {
    this.#context = context
    this.#parts = parts
  }

  /** A message of a gossip topic. @returns what gossipsub is to do with it */
  async gossiped(
    subject: Subject,
    cell: number | undefined,
    data: Uint8Array,
    from: string
  ): Promise<Verdict> {
    switch (subject) {
      case Subject.health:
        this.delivered++
        return gossipVerdict((await this.#health(data, from, cell)).code)
      case Subject.digest:
        return gossipVerdict(await this.#digest(data, from))
      default:
        return gossipVerdict('wrong-subject')
    }
  }

  /** An accusation or refutation that travels over links inside a ball. */
  async ballCast(link: Link, envelope: Uint8Array): Promise<void> {
    const { ballCast } = this.#context
    if (!ballCast.markSeen(envelope)) return
    const judged = await this.#health(envelope, link.member.peer, undefined)
    if (judged.around !== undefined) ballCast.send(judged.around, envelope, link.member.key)
  }

  /** What a linked peer thinks this node has missed; if it had, its other links may have, too. */
  async notice(link: Link, envelope: Uint8Array): Promise<void> {
    const { tidings } = this.#parts
    const { peer } = link.member
    if (!tidings.admits(link)) this.#context.onReject('queue-full', peer, Subject.digest)
    else await this.#digest(envelope, peer, () => tidings.passOn())
  }

  /** @param cell - the topic's cell; links carry what concerns a ball of cells */
  async #health(
    data: Uint8Array,
    from: string,
    cell: number | undefined
  ): Promise<{ code: RejectCode | 'accepted'; around?: number }> {
    const checks = healthChecks(this.#context.directory, cell)
    const received = await this.#context.inbound.receive(data, Subject.health, from, checks)
    if (!received.ok) return received
    const { statement } = received
    const { sender, payload } = statement
    if (payload.accusation != null) {
      const accused = this.#context.directory.get(bytesToHex(payload.accusation.accused))!
      this.#later(statement, () => this.#accused(statement, accused))
      return { code: 'accepted', around: accused.cell }
    }
    if (payload.refutation != null) {
      const { incarnation } = payload.refutation
      this.#later(statement, () => this.#parts.watcher.refuted(sender.key, incarnation))
      return { code: 'accepted', around: sender.cell }
    }
    this.#later(statement, () => {
      if (payload.report != null) this.#parts.reporter.received(statement)
      if (payload.uptime != null) this.#parts.uptime.received(sender, payload.uptime)
    })
    return { code: 'accepted' }
  }

  #accused({ sender, payload, bytes }: VerifiedStatement<HealthPayload>, accused: Member): void {
    const { directory, watchList } = this.#context
    const accusation = payload.accusation!
    if (accused.key === directory.self.key) {
      return this.#parts.watcher.accusedSelf(accusation.incarnation, sender)
    }
    const watched = watchList.get(accused.key)
    if (watched !== undefined) this.#parts.watcher.accused(watched, sender, accusation, bytes)
  }

  /** @param passOn - given for what a link brought to mend what was missed: it may have come before */
  async #digest(
    data: Uint8Array,
    from: string,
    passOn?: () => void
  ): Promise<RejectCode | 'accepted'> {
    const { inbound, directory } = this.#context
    const { tidings } = this.#parts
    const checks = digestChecks(directory, passOn === undefined ? undefined : tidings)
    const received = await inbound.receive(data, Subject.digest, from, checks)
    if (!received.ok) return received.code
    const { statement } = received
    const { sender, payload, bytes } = statement
    const { expiresMs } = statement.envelope
    if (payload.down != null) {
      const proven = await this.#parts.notices.prove(payload.down, statement.envelope, from)
      if (typeof proven === 'string') {
        this.#context.onReject(proven, from)
        return proven
      }
      this.#later(statement, () => {
        this.#parts.notices.received(proven, bytes, expiresMs)
        passOn?.()
      })
      return 'accepted'
    }
    this.#later(statement, () => {
      if (payload.returned != null) {
        const { incarnation } = payload.returned
        this.#parts.notices.memberReturned(sender, incarnation, bytes, expiresMs)
        this.#parts.watcher.refuted(sender.key, incarnation)
        passOn?.()
      } else if (payload.left != null) {
        this.#parts.notices.memberLeft(sender, payload.left.incarnation)
        this.#parts.watcher.left(sender.key, payload.left.incarnation)
      }
    })
    return 'accepted'
  }

  /** Peers may forward a good statement at once; this node acts when the ledger holds it. */
  #later(statement: VerifiedStatement<unknown>, act: () => void): void {
    const { background, journal, onTaken } = this.#context
    background('take in a statement', async () => {
      await journal.record(statementReceived, statement.bytes, statement.sender.id)
      onTaken(statement.bytes)
      act()
    })
  }
}

function healthChecks(
  directory: Directory,
  topicCell: number | undefined
): SubjectChecks<HealthPayload> {
  return {
    decode: openHealthPayload,
    urgencyOf: ({ accusation, refutation }) =>
      accusation != null || refutation != null ? 'urgent' : 'routine',
    check(statement, sender): RejectCode | undefined {
      if (statement.report != null) return topicCell === sender.cell ? undefined : 'wrong-cell'
      if (statement.accusation != null) {
        const accused = directory.get(bytesToHex(statement.accusation.accused))
        if (accused === undefined) return 'unknown-sender'
        return mayWatch(directory, sender, accused) ? undefined : 'not-watcher'
      }
      if (statement.uptime != null) {
        const member = directory.get(bytesToHex(statement.uptime.member))
        if (member === undefined) return 'unknown-sender'
        if (topicCell !== member.cell) return 'wrong-cell'
        return mayWatch(directory, sender, member) ? undefined : 'not-watcher'
      }
      return undefined
    }
  }
}

/** Watchers sit in the same cell or next to it, as far as this node knows who is there. */
function mayWatch(directory: Directory, watcher: Member, watched: Member): boolean {
  if (watcher.key === watched.key) return false
  if (watcher.cell === watched.cell) return true
  return (
    directory.neighbourCells(watched.cell).includes(watcher.cell) ||
    directory.torus.distance(watcher.cell, watched.cell) === 1
  )
}

/** @param mended - given for what a link brought: those of a sender may come again, in any order */
function digestChecks(directory: Directory, mended?: Tidings): SubjectChecks<DigestPayload> {
  return {
    idempotent: mended !== undefined,
    decode: payload => openDigestPayload(payload, directory.torus.cells),
    urgencyOf: () => 'urgent',
    check(statement, sender): RejectCode | undefined {
      // Digests travel over links with a witness's signature beside the steward's.
      if (statement.digest != null) return 'wrong-payload'
      if (mended === undefined || statement.down != null) return undefined
      if (statement.returned == null) return 'wrong-payload'
      const { incarnation } = statement.returned
      return mended.isNews(sender.key, incarnation, false) ? undefined : 'redundant'
    }
  }
}
