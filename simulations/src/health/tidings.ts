import { newsFor, TIDINGS_MS, tidingOf, tidingRank } from '@torusmesh/health'
import { HAS_PAYLOAD, type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import { drawBelow } from '../engine/random.ts'
import { type Links, SizeBytes } from './links.ts'
import { ENTRIES, Standing, type Standings } from './standings.ts'
import { Stream } from './streams.ts'
import { Kind, packNotice, wordOf } from './words.ts'

/** What was news to a node goes on to its other links after so long: tidings come in bursts. */
const PASS_ON_MS = 250
/** One entry of a list on the wire: a short id and a rank. */
const ENTRY_BYTES = 13
/** A list's words for each member: its number with a bit for down, and the incarnation. */
const ENTRY_WORDS = 2

/** What the timer of a turn is for. */
const Turn = { one: 0, all: 1 } as const

/**
 * Tells those who missed a notice or a return: a node that keeps any sends one of its links, in turn, the
 * list of them; what either end lacks it is sent. What was news goes on to its other links at once.
 */
export class Tidings {
  /** The link whose turn it is. */
  readonly turns: Uint8Array
  /** Whether a timer runs, for each {@link Turn} a bit. */
  readonly running: Uint8Array
  /** Counts a node's starts, modulo 256: what an earlier life scheduled is void. */
  readonly lives: Uint8Array
  readonly #links: Links
  readonly #port: ShardPort
  readonly #standings: Standings
  readonly #seed: number

  constructor(links: Links, port: ShardPort, standings: Standings, seed: number) {
    this.#links = links
    this.#port = port
    this.#standings = standings
    this.#seed = seed
    this.turns = new Uint8Array(port.nodes)
    this.running = new Uint8Array(port.nodes)
    this.lives = new Uint8Array(port.nodes)
  }

  /** A node keeps something from now on. */
  keeps(local: number): void {
    const node = this.#port.first + local
    const life = this.lives[local]!
    this.#schedule(
      local,
      Turn.one,
      1 + drawBelow(TIDINGS_MS, this.#seed, Stream.tidings, node, life)
    )
  }

  /** News came over a link: its other links may lack them too. */
  passOn(local: number): void {
    this.#schedule(local, Turn.all, PASS_ON_MS)
  }

  #schedule(local: number, turn: number, afterMs: number): void {
    if (((this.running[local]! >>> turn) & 1) === 1) return
    this.running[local]! |= 1 << turn
    const word = wordOf(Kind.tell, this.lives[local]!)
    this.#port.timer(afterMs * TICKS_PER_MS, local, word, turn, 0)
  }

  /** A timer of {@link Turn} `turn` has run out. */
  tell(local: number, turn: number, life: number): void {
    if (life !== this.lives[local]) return
    this.running[local]! &= ~(1 << turn)
    if (turn === Turn.one) {
      const link = this.#nextLink(local)
      if (link >= 0) this.list(local, link, false)
      this.#schedule(local, Turn.one, TIDINGS_MS)
      return
    }
    for (let link = 0; link < this.#links.degree; link++) this.list(local, link, false)
  }

  #nextLink(local: number): number {
    const { degree } = this.#links
    for (let tried = 0; tried < degree; tried++) {
      const link = this.turns[local]!
      this.turns[local] = (link + 1) % degree
      if (this.#links.peer(local, link) >= 0) return link
    }
    return -1
  }

  /** Sends the list of what a node keeps over a link. */
  list(local: number, link: number, isAnswer: boolean): void {
    const kept = this.#standings.ranks(local, true)
    const words = new Int32Array(kept.size * ENTRY_WORDS)
    let at = 0
    for (const [subject, rank] of kept) {
      const { incarnation, isDown } = tidingOf(rank)
      words[at++] = (subject << 1) | (isDown ? 1 : 0)
      words[at++] = incarnation | 0
    }
    const word = wordOf(Kind.tidings, isAnswer ? 1 : 0) | HAS_PAYLOAD
    const sizeBytes = SizeBytes.beat + kept.size * ENTRY_BYTES
    this.#links.send(local, link, word, 0, this.#port.intern(words), sizeBytes)
  }

  /**
   * The other end of a link keeps this: sends it what it lacks, and asks by a list of its own for what
   * this node does. `serves` says of whom it tells.
   */
  listed(
    local: number,
    link: number,
    words: Int32Array,
    isAnswer: boolean,
    serves: (subject: number) => boolean
  ): void {
    const theirs = ranksIn(words)
    const known = this.#standings.ranks(local, false)
    const kept = this.#standings.ranks(local, true)
    if (!isAnswer && newsFor(known, theirs, ENTRIES).length > 0) this.list(local, link, true)
    for (const subject of newsFor(theirs, kept, ENTRIES)) {
      if (serves(subject)) this.show(local, link, subject)
    }
    for (const subject of newsFor(theirs, known, 0)) {
      const { incarnation, isDown } = tidingOf(theirs.get(subject)!)
      if (!isDown || kept.has(subject) || !serves(subject)) continue
      this.remind(local, this.#links.linkTo(local, subject), incarnation)
    }
  }

  /** Shows a linked member that it counts as down somewhere, under this incarnation unless that is -1. */
  remind(local: number, link: number, incarnation: number): void {
    if (link < 0 || incarnation < 0) return
    this.#links.send(local, link, wordOf(Kind.reminder, 0), 0, incarnation, SizeBytes.notice)
  }

  /** Shows the other end of a link the notice or return that a node keeps of a member. */
  show(local: number, link: number, subject: number): void {
    const { states, incarnations, accusers } = this.#standings
    const at = this.#standings.find(local, subject)
    const isProven = states[at] === Standing.proven
    const kind = isProven ? Kind.notice : Kind.returned
    const word = wordOf(kind, packNotice(0, isProven ? accusers[at]! : 0))
    const sizeBytes = isProven ? SizeBytes.notice : SizeBytes.statement
    this.#links.send(local, link, word, subject, incarnations[at]!, sizeBytes)
  }

  clear(local: number): void {
    this.turns[local] = 0
    this.running[local] = 0
    this.lives[local]!++
  }

  columns(): readonly ArrayBufferView[] {
    return [this.turns, this.running, this.lives]
  }
}

/** How late the news are in a list, by member. */
function ranksIn(words: Int32Array): Map<number, number> {
  const ranks = new Map<number, number>()
  for (let at = 0; at < words.length; at += ENTRY_WORDS) {
    const incarnation = words[at + 1]! >>> 0
    ranks.set(words[at]! >>> 1, tidingRank(incarnation, (words[at]! & 1) === 1))
  }
  return ranks
}
