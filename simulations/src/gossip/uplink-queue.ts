import { mix } from '../engine/random.ts'

/** Messages that wait at one uplink at a time; more are dropped, and counted. */
const WAITING = 16

/** Payloads that wait for the uplinks of a shard's nodes: oldest message first, its links in any order. */
export class UplinkQueue {
  readonly #id: Int32Array
  /** Links it goes to, one bit each; and those of them that asked for it. */
  readonly #links: Uint16Array
  readonly #asked: Uint16Array
  readonly #length: Uint8Array

  constructor(nodes: number) {
    this.#id = new Int32Array(nodes * WAITING)
    this.#links = new Uint16Array(nodes * WAITING)
    this.#asked = new Uint16Array(nodes * WAITING)
    this.#length = new Uint8Array(nodes)
  }

  /** Whether there was room. */
  add(local: number, link: number, id: number, asked: boolean): boolean {
    const first = local * WAITING
    const length = this.#length[local]!
    let at = first
    while (at < first + length && this.#id[at] !== id) at++
    if (at === first + length) {
      if (length === WAITING) return false
      this.#length[local]!++
      this.#id[at] = id
      this.#links[at] = 0
      this.#asked[at] = 0
    }
    this.#links[at]! |= 1 << link
    if (asked) this.#asked[at]! |= 1 << link
    return true
  }

  /** Hands out what is next, and whether it was asked for, until `send` takes one or nothing waits. */
  next(local: number, send: (link: number, id: number, asked: boolean) => boolean): boolean {
    const first = local * WAITING
    while (this.#length[local]! > 0) {
      const links = this.#links[first]!
      const id = this.#id[first]!
      // Not always the same neighbour last: a different start for each message and node.
      const turn = mix(id ^ Math.imul(local, 0x9e37_79b1)) & 15
      const turned = ((links >>> turn) | (links << (16 - turn))) & 0xffff
      const link = (31 - Math.clz32(turned & -turned) + turn) & 15
      const asked = ((this.#asked[first]! >> link) & 1) === 1
      this.#links[first]! &= ~(1 << link)
      if (this.#links[first] === 0) this.#shift(local)
      if (send(link, id, asked)) return true
    }
    return false
  }

  isEmpty(local: number): boolean {
    return this.#length[local] === 0
  }

  clear(local: number): void {
    this.#length[local] = 0
  }

  columns(): readonly ArrayBufferView[] {
    return [this.#id, this.#links, this.#asked, this.#length]
  }

  #shift(local: number): void {
    const first = local * WAITING
    const end = first + this.#length[local]!
    for (const column of [this.#id, this.#links, this.#asked]) {
      column.copyWithin(first, first + 1, end)
    }
    this.#length[local]!--
  }
}
