import { type Links, SizeBytes } from './links.ts'
import { Seen } from './seen.ts'
import {
  accuserOf,
  detailOf,
  hopsOf,
  Kind,
  kindOf,
  linkOf,
  noticeHopsOf,
  packStatement,
  statementOf,
  wordOf
} from './words.ts'

/** A statement about a node reaches all cells this near to it. */
export const RADIUS = 2
/** More than any way inside a ball; it ends a statement that a full memory takes for new. */
const HOPS = 15

/** Carries statements to everybody within two hops of a cell, over links alone. */
export class BallCast {
  readonly seen: Seen
  /** Counts each node's statements, modulo 256: those of one content differ. */
  readonly sequence: Uint8Array
  readonly #links: Links
  readonly #first: number

  constructor(links: Links, first: number, nodes: number, totalNodes: number) {
    this.#links = links
    this.#first = first
    this.seen = new Seen(nodes, totalNodes)
    this.sequence = new Uint8Array(nodes)
  }

  accuse(local: number, slot: number, incarnation: number): void {
    const accuser = this.#links.back(local, slot)
    const detail = packStatement(HOPS, this.sequence[local]!++, accuser)
    this.#say(local, wordOf(Kind.accusation, detail), this.#links.peer(local, slot), incarnation)
  }

  refute(local: number, incarnation: number): void {
    const detail = packStatement(HOPS, this.sequence[local]!++, 0)
    this.#say(local, wordOf(Kind.refutation, detail), this.#first + local, incarnation)
  }

  /** Whether an event is a statement or a notice that the node has had before; from now on it has. */
  isRepeated(local: number, word: number, subject: number, b: number): boolean {
    const kind = kindOf(word)
    if (kind === Kind.accusation || kind === Kind.refutation) {
      return !this.seen.first(local, statementOf(word), subject, b)
    }
    const isNotice = kind === Kind.notice || kind === Kind.returned
    // What is sent to one who lacks it may have been seen, and forgotten.
    if (!isNotice || noticeHopsOf(detailOf(word)) === 0) return false
    return !this.seen.first(local, kind, subject, b)
  }

  passOn(local: number, word: number, subject: number, b: number): void {
    const detail = detailOf(word)
    const hops = hopsOf(detail) - 1
    if (hops < 0) return
    const next = packStatement(hops, detail >>> 4, accuserOf(detail))
    this.#flood(local, wordOf((word & 31) as Kind, next), subject, b, linkOf(word))
  }

  columns(): readonly ArrayBufferView[] {
    return [this.seen.names, this.seen.next, this.sequence]
  }

  #say(local: number, word: number, subject: number, incarnation: number): void {
    this.seen.first(local, statementOf(word), subject, incarnation | 0)
    this.#flood(local, word, subject, incarnation, -1)
  }

  /** Over every link inside the ball around the subject, but not back. */
  #flood(local: number, word: number, subject: number, b: number, from: number): void {
    const links = this.#links
    for (let link = 0; link < links.degree; link++) {
      const peer = links.peer(local, link)
      if (link === from || peer < 0 || links.distance(peer, subject) > RADIUS) continue
      links.send(local, link, word, subject, b, SizeBytes.statement)
    }
  }
}
