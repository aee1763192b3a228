import { sharedNowMs } from './shard.ts'

/** Sees how often, and from when on, one gossip message comes to the hosts of a thread. */
export class CopyCounter {
  #id: string | undefined
  #copies = 0
  #firstMs = new Map<number, number>()

  /** The tap for `gossipOptions` of a host: called with the id of each message received. */
  tapOf(host: number): (id: string) => void {
    return id => {
      if (id !== this.#id) return
      this.#copies++
      if (!this.#firstMs.has(host)) this.#firstMs.set(host, sharedNowMs())
    }
  }

  watch(id: string): void {
    this.#id = id
    this.#copies = 0
    this.#firstMs = new Map()
  }

  /** All copies, duplicates included. */
  get copies(): number {
    return this.#copies
  }

  /** When the first copy came to each host, before it was checked; by {@link sharedNowMs}. */
  get firstMs(): ReadonlyMap<number, number> {
    return this.#firstMs
  }
}
