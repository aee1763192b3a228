import { tidingRank } from '@torusmesh/health'

/** Members a node remembers a verdict on; a live node knows them all, here the latest. */
export const ENTRIES = 32
const NOBODY = -1

/**
 * How a member stands for a node; the numbers are what the column holds, and of two of one incarnation
 * the higher holds. `returned` and `proven`: with the statement kept that shows it to others.
 */
export const Standing = { alive: 0, returned: 1, down: 2, proven: 3 } as const
export type Standing = (typeof Standing)[keyof typeof Standing]

const isDown = (state: number): boolean => state >= Standing.down
const isKept = (state: number): boolean => state === Standing.returned || state === Standing.proven

/** What came of a verdict: it was old news, it was news, and it made a member down or alive. */
export const Taken = { not: 0, news: 1, turned: 2 } as const
export type Taken = (typeof Taken)[keyof typeof Taken]

/** What each node of a shard holds of members it was told about: a ring of the latest. */
export class Standings {
  readonly subjects: Int32Array
  readonly incarnations: Uint32Array
  readonly states: Uint8Array
  /** Of a notice that is kept: who accuses in it, one bit for each link of the member. */
  readonly accusers: Uint16Array
  readonly next: Uint8Array
  readonly #nodes: number

  constructor(nodes: number) {
    this.#nodes = nodes
    this.subjects = new Int32Array(nodes * ENTRIES).fill(NOBODY)
    this.incarnations = new Uint32Array(nodes * ENTRIES)
    this.states = new Uint8Array(nodes * ENTRIES)
    this.accusers = new Uint16Array(nodes * ENTRIES)
    this.next = new Uint8Array(nodes)
  }

  /** Where a node holds a member, or -1. */
  find(local: number, subject: number): number {
    const end = (local + 1) * ENTRIES
    for (let at = local * ENTRIES; at < end; at++) {
      const held = this.subjects[at]!
      if (held === subject) return at
      // They fill from the front.
      if (held === NOBODY) break
    }
    return NOBODY
  }

  isDown(local: number, subject: number): boolean {
    const at = this.find(local, subject)
    return at >= 0 && isDown(this.states[at]!)
  }

  /** The incarnation of the notice it keeps of a member, or -1. */
  provenIncarnation(local: number, subject: number): number {
    const at = this.find(local, subject)
    return at >= 0 && this.states[at] === Standing.proven ? this.incarnations[at]! : -1
  }

  /** The incarnation of the return it keeps of a member, or -1. */
  returnedIncarnation(local: number, subject: number): number {
    const at = this.find(local, subject)
    return at >= 0 && this.states[at] === Standing.returned ? this.incarnations[at]! : -1
  }

  /** How late the news are that it has of members, by member; only those it can show to others if told so. */
  ranks(local: number, keptOnly: boolean): Map<number, number> {
    const ranks = new Map<number, number>()
    for (let at = local * ENTRIES; at < (local + 1) * ENTRIES; at++) {
      if (this.subjects[at] === NOBODY) break
      const state = this.states[at]!
      if (keptOnly && !isKept(state)) continue
      ranks.set(this.subjects[at]!, tidingRank(this.incarnations[at]!, isDown(state)))
    }
    return ranks
  }

  /** Takes in a verdict, unless it is older news. */
  set(
    local: number,
    subject: number,
    incarnation: number,
    state: Standing,
    accusers: number
  ): Taken {
    let at = this.find(local, subject)
    if (at < 0) {
      if (state === Standing.alive) return Taken.not
      at = this.#take(local, subject)
    } else if (incarnation < this.incarnations[at]!) return Taken.not
    const before = this.states[at]!
    if (incarnation === this.incarnations[at] && before >= state) return Taken.not
    // To hear it adds nothing to its own word, which others can be shown.
    if (before === Standing.returned && state === Standing.alive) return Taken.not
    this.incarnations[at] = incarnation
    this.states[at] = state
    this.accusers[at] = accusers
    return isDown(before) === isDown(state) ? Taken.news : Taken.turned
  }

  #take(local: number, subject: number): number {
    const next = this.next[local]!
    const at = local * ENTRIES + next
    this.next[local] = (next + 1) % ENTRIES
    this.subjects[at] = subject
    this.states[at] = Standing.alive
    this.incarnations[at] = 0
    return at
  }

  clear(local: number): void {
    for (let at = local * ENTRIES; at < (local + 1) * ENTRIES; at++) {
      this.subjects[at] = NOBODY
      this.states[at] = Standing.alive
    }
    this.next[local] = 0
  }

  /** How many of those nodes of this shard that `counts` hold each member for down, by the member's number. */
  believers(counts: (local: number) => boolean): [subject: number, nodes: number][] {
    const believers = new Map<number, number>()
    for (let local = 0; local < this.#nodes; local++) {
      if (!counts(local)) continue
      for (let at = local * ENTRIES; at < (local + 1) * ENTRIES; at++) {
        const subject = this.subjects[at]!
        if (subject === NOBODY) break
        if (isDown(this.states[at]!)) believers.set(subject, (believers.get(subject) ?? 0) + 1)
      }
    }
    return [...believers].sort(([a], [b]) => a - b)
  }

  columns(): readonly ArrayBufferView[] {
    return [this.subjects, this.incarnations, this.states, this.accusers, this.next]
  }
}
