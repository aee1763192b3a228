/** Members a node remembers a verdict on; a live node knows them all, here the latest. */
const ENTRIES = 32
const NOBODY = -1

/** How a member stands for a node; the numbers are what the column holds. `proven`: with a notice kept. */
export const Standing = { alive: 0, down: 1, proven: 2 } as const
export type Standing = (typeof Standing)[keyof typeof Standing]

/** What each node of a shard holds of members it was told about: a ring of the latest. */
export class Standings {
  readonly subjects: Int32Array
  readonly incarnations: Uint32Array
  readonly states: Uint8Array
  readonly next: Uint8Array
  /** Nodes of this shard by whom a member counts as down. */
  readonly #believers = new Map<number, number>()

  constructor(nodes: number) {
    this.subjects = new Int32Array(nodes * ENTRIES).fill(NOBODY)
    this.incarnations = new Uint32Array(nodes * ENTRIES)
    this.states = new Uint8Array(nodes * ENTRIES)
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
    return at >= 0 && this.states[at] !== Standing.alive
  }

  /** The incarnation of the notice it keeps of a member, or -1. */
  provenIncarnation(local: number, subject: number): number {
    const at = this.find(local, subject)
    return at >= 0 && this.states[at] === Standing.proven ? this.incarnations[at]! : -1
  }

  /** Takes in a verdict, unless it is older news. Returns whether it became down or alive by it. */
  set(local: number, subject: number, incarnation: number, state: Standing): boolean {
    let at = this.find(local, subject)
    if (at < 0) {
      if (state === Standing.alive) return false
      at = this.#take(local, subject)
    } else if (incarnation < this.incarnations[at]!) return false
    const before = this.states[at]!
    if (incarnation === this.incarnations[at] && before >= state) return false
    this.incarnations[at] = incarnation
    this.states[at] = state
    if ((before === Standing.alive) === (state === Standing.alive)) return false
    this.#count(subject, state === Standing.alive ? -1 : 1)
    return true
  }

  #take(local: number, subject: number): number {
    const next = this.next[local]!
    const at = local * ENTRIES + next
    this.next[local] = (next + 1) % ENTRIES
    if (this.states[at] !== Standing.alive) this.#count(this.subjects[at]!, -1)
    this.subjects[at] = subject
    this.states[at] = Standing.alive
    this.incarnations[at] = 0
    return at
  }

  #count(subject: number, change: number): void {
    this.#believers.set(subject, (this.#believers.get(subject) ?? 0) + change)
  }

  clear(local: number): void {
    for (let at = local * ENTRIES; at < (local + 1) * ENTRIES; at++) {
      if (this.states[at] !== Standing.alive) this.#count(this.subjects[at]!, -1)
      this.subjects[at] = NOBODY
      this.states[at] = Standing.alive
    }
    this.next[local] = 0
  }

  /** How many nodes of this shard hold each member for down, by the member's number. */
  believers(): [subject: number, nodes: number][] {
    return [...this.#believers].filter(([, nodes]) => nodes > 0).sort(([a], [b]) => a - b)
  }

  columns(): readonly ArrayBufferView[] {
    return [this.subjects, this.incarnations, this.states, this.next]
  }

  restore(believers: readonly (readonly [number, number])[]): void {
    this.#believers.clear()
    for (const [subject, nodes] of believers) this.#believers.set(subject, nodes)
  }
}
