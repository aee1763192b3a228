/** What was seen at each node: a ring of messages with who has them, in columns. */
export class SeenRing {
  readonly kept: number
  readonly id: Int32Array
  /** Who has it, one bit a link. */
  readonly holders: Uint16Array
  /** Whom it was sent on demand. */
  readonly served: Uint16Array
  /** A number of the carrier's own. */
  readonly since: Int32Array
  readonly #cursor: Uint16Array

  constructor(nodes: number, kept: number) {
    this.kept = kept
    this.id = new Int32Array(nodes * kept)
    this.holders = new Uint16Array(nodes * kept)
    this.served = new Uint16Array(nodes * kept)
    this.since = new Int32Array(nodes * kept)
    this.#cursor = new Uint16Array(nodes)
  }

  /** Where a message is, or -1. Newest first: what arrives is mostly about what came last. */
  find(local: number, id: number): number {
    const first = local * this.kept
    const newest = first + this.#cursor[local]!
    for (let at = newest - 1; at >= first; at--) if (this.id[at] === id) return at
    for (let at = first + this.kept - 1; at >= newest; at--) if (this.id[at] === id) return at
    return -1
  }

  /** Takes the oldest place for a message. */
  add(local: number, id: number, since: number): number {
    const place = this.#cursor[local]!
    const at = local * this.kept + place
    this.#cursor[local] = place + 1 === this.kept ? 0 : place + 1
    this.id[at] = id
    this.holders[at] = 0
    this.served[at] = 0
    this.since[at] = since
    return at
  }

  clear(local: number): void {
    const first = local * this.kept
    this.id.fill(0, first, first + this.kept)
  }

  columns(): readonly ArrayBufferView[] {
    return [this.id, this.holders, this.served, this.since, this.#cursor]
  }
}

/** The lowest link of a mask. */
export function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask)
}

export function countOf(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}
