import { Accusing, DetectorInput, type DetectorStore, rowAt } from '@torusmesh/health'
import type { ShardPort } from '../engine/model.ts'
import { BallCast } from './ball-cast.ts'
import type { Findings } from './findings.ts'
import { type Links, SizeBytes } from './links.ts'
import { type NoticeEvents, Notices } from './notices.ts'
import type { Puppets } from './puppets.ts'
import { Standing } from './standings.ts'
import { Said } from './verdict-log.ts'
import { accuserOf, detailOf, Kind, linkOf, wordOf } from './words.ts'

export interface StatementsHost {
  readonly port: ShardPort
  readonly seed: number
  readonly totalNodes: number
  readonly store: DetectorStore
  readonly links: Links
  readonly findings: Findings
  /** Whether down notices and returns go to the whole mesh. */
  readonly notices: boolean
  puppets(): Puppets
  /** Hands the machine an input. */
  input(local: number, input: DetectorInput, slot: number, a: number, b: number): void
}

/** What the nodes of a shard sign and tell each other of who is down, and what they make of it. */
export class Statements {
  readonly notices: Notices | undefined
  readonly ballCast: BallCast
  readonly #host: StatementsHost

  constructor(host: StatementsHost) {
    const { port, links, store, seed, totalNodes } = host
    this.#host = host
    this.notices = host.notices
      ? new Notices(links, port, store, seed, this.#noticeEvents)
      : undefined
    this.ballCast = new BallCast(links, port.first, port.nodes, totalNodes)
  }

  /** Signs and spreads an accusation of the peer in `slot`. */
  accuse(local: number, slot: number, incarnation: number): void {
    this.notices?.accused(local, slot, this.#host.links.back(local, slot))
    this.ballCast.accuse(local, slot, incarnation)
  }

  /** Signs and spreads a refutation: to its ball, and to the mesh if that has heard otherwise. */
  refute(local: number, incarnation: number): void {
    this.ballCast.refute(local, incarnation)
    this.notices?.refuted(local, incarnation)
  }

  /** A peer is alive again for this node. */
  clear(local: number, slot: number, incarnation: number): void {
    const { links, findings } = this.#host
    const peer = links.peer(local, slot)
    findings.verdict('cleared', Said.clear, local, peer, incarnation)
    const { notices } = this
    notices?.forgetProofs(local, slot)
    // Far away it may count as down still: shown why, it says that it is back.
    notices?.tidings.remind(local, slot, notices.standings.provenIncarnation(local, peer))
    notices?.stands(local, peer, incarnation, Standing.alive)
  }

  /** Shows a peer that is down, and beats, its notice; without one it is accused anew. */
  remind(local: number, slot: number, incarnation: number): void {
    const { links, findings } = this.#host
    const peer = links.peer(local, slot)
    const proven = this.notices?.standings.provenIncarnation(local, peer) ?? incarnation
    findings.hit('reminded')
    if (proven < 0) return this.accuse(local, slot, incarnation)
    links.send(local, slot, wordOf(Kind.reminder, 0), 0, proven, SizeBytes.notice)
  }

  /** An accusation or a refutation comes in, for the first time. */
  hear(local: number, kind: Kind, word: number, subject: number, b: number): void {
    const puppets = this.#host.puppets()
    if (puppets.serves(local, kind, subject)) this.ballCast.passOn(local, word, subject, b)
    puppets.overhears(local, word, subject, b)
    const incarnation = b >>> 0
    const accuser = accuserOf(detailOf(word))
    if (kind === Kind.refutation) this.#refuted(local, subject, incarnation)
    else if (subject === this.#host.port.first + local) {
      this.#host.input(local, DetectorInput.accusedSelf, accuser, incarnation, Accusing.peer)
    } else this.#accused(local, subject, accuser, incarnation)
  }

  #accused(local: number, subject: number, accuser: number, incarnation: number): void {
    const slot = this.#watchedSlot(local, subject)
    if (slot < 0) return
    if (incarnation >= this.#incarnationOf(local, slot)) this.notices?.accused(local, slot, accuser)
    this.#host.input(local, DetectorInput.accused, slot, accuser, incarnation)
  }

  #refuted(local: number, subject: number, incarnation: number): void {
    const slot = this.#watchedSlot(local, subject)
    if (slot < 0) return
    if (incarnation > this.#incarnationOf(local, slot)) this.notices?.forgetProofs(local, slot)
    this.#host.input(local, DetectorInput.refuted, slot, incarnation, 0)
  }

  #watchedSlot(local: number, subject: number): number {
    const { links } = this.#host
    const slot = links.linkTo(local, subject)
    return slot >= 0 && links.watches(local, slot) ? slot : -1
  }

  /** A notice or a return comes in. */
  hearNotice(local: number, kind: Kind, word: number, subject: number, b: number): void {
    const { notices } = this
    if (notices === undefined) return
    const puppets = this.#host.puppets()
    const serves = puppets.serves(local, kind, subject)
    const incarnation = b >>> 0
    puppets.overhears(local, word, subject, b)
    if (kind === Kind.returned) {
      notices.returned(local, word, subject, incarnation, serves)
      this.#refuted(local, subject, incarnation)
    } else if (subject !== this.#host.port.first + local) {
      notices.received(local, word, subject, incarnation, serves)
    } else if (notices.receivedOwn(local, word, incarnation, serves)) {
      this.declaredDown(local, linkOf(word), incarnation)
    } else if (this.#selfOf(local) > incarnation) notices.refuteNearby(local, this.#selfOf(local))
    else {
      const { somebody } = Accusing
      this.#host.input(local, DetectorInput.accusedSelf, 0, incarnation, somebody)
    }
  }

  hearTidings(local: number, word: number, handle: number): void {
    const { port, puppets } = this.#host
    const isAnswer = detailOf(word) === 1
    const serves = (subject: number): boolean => puppets().serves(local, Kind.notice, subject)
    this.notices?.tidings.listed(local, linkOf(word), port.payload(handle), isAnswer, serves)
  }

  /** This node is shown that it counts as down: by a notice, or where there are none a peer's own word. */
  declaredDown(local: number, link: number, incarnation: number): void {
    this.notices?.declaredDown(local, incarnation, this.#selfOf(local))
    const accusing = this.notices === undefined ? Accusing.peer : Accusing.quorum
    this.#host.input(local, DetectorInput.accusedSelf, link, incarnation, accusing)
  }

  /** A node's process starts anew. */
  forget(local: number): void {
    this.ballCast.seen.clear(local)
    this.notices?.clear(local)
  }

  columns(): readonly ArrayBufferView[] {
    return [...(this.notices?.columns() ?? []), ...this.ballCast.columns()]
  }

  #selfOf(local: number): number {
    const { store } = this.#host
    return store.self[rowAt(store, local)]!
  }

  #incarnationOf(local: number, slot: number): number {
    const { store } = this.#host
    return store.incarnation[rowAt(store, local) + slot]!
  }

  readonly #noticeEvents: NoticeEvents = {
    onStanding: (local, subject, incarnation, down) => {
      if (down) this.#host.findings.noticed(local, subject, incarnation)
    },
    onAccusation: (local, slot, accuser, incarnation) => {
      const { links } = this.#host
      if (accuser === links.back(local, slot)) return
      this.#accused(local, links.peer(local, slot), accuser, incarnation)
    },
    onRecount: (local, slot, watchers) => {
      this.#host.findings.hit('recounted')
      this.#host.input(local, DetectorInput.watchers, slot, watchers, 0)
    },
    onPublished: () => this.#host.findings.hit('noticePublished'),
    onRejected: () => this.#host.findings.hit('noticeRejected')
  }
}
