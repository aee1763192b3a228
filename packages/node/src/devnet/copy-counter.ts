/** Counts how often one gossip message arrives in a process, duplicates included. */
export class CopyCounter {
  #id: string | undefined
  #copies = 0

  /** The tap for `gossipOptions`: called with the id of each message received. */
  readonly count = (id: string): void => {
    if (id === this.#id) this.#copies++
  }

  watch(id: string): void {
    this.#id = id
    this.#copies = 0
  }

  get copies(): number {
    return this.#copies
  }
}
