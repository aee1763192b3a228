import { TRIES_MAX, WAITING_MAX, WAITING_PER_MEMBER_MAX } from './limits.ts'

interface Waiting {
  readonly item: Uint8Array
  readonly speaker: string
  tries: number
}

/** What waits to be ordered, and may have to wait for something else to be ordered before it. */
export class WaitingRoom {
  readonly #items = new Map<string, Waiting>()
  readonly #bySpeaker = new Map<string, number>()

  has(key: string): boolean {
    return this.#items.has(key)
  }

  /** @returns whether there was room */
  add(key: string, item: Uint8Array, speaker: string): boolean {
    const own = this.#bySpeaker.get(speaker) ?? 0
    if (this.#items.size >= WAITING_MAX || own >= WAITING_PER_MEMBER_MAX) return false
    this.#items.set(key, { item, speaker, tries: 0 })
    this.#bySpeaker.set(speaker, own + 1)
    return true
  }

  remove(key: string): void {
    const found = this.#items.get(key)
    if (found === undefined) return
    this.#items.delete(key)
    const own = this.#bySpeaker.get(found.speaker)! - 1
    if (own > 0) this.#bySpeaker.set(found.speaker, own)
    else this.#bySpeaker.delete(found.speaker)
  }

  /** Everything, to be tried once more; what was tried too often goes. */
  retry(): Uint8Array[] {
    const items: Uint8Array[] = []
    for (const [key, waiting] of this.#items) {
      waiting.tries++
      if (waiting.tries > TRIES_MAX) this.remove(key)
      else items.push(waiting.item)
    }
    return items
  }
}
