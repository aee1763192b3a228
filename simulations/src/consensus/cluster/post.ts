import type { Message } from '@torusmesh/consensus'

/** A message on its way in a cluster. */
export interface Envelope {
  /** The sender's actor. */
  readonly from: number
  readonly message: Message
}

/** What is on its way in a shard, by slot: an event carries its slot. */
export class Post {
  readonly #slots: (Envelope | undefined)[] = []
  readonly #free: number[] = []

  put(envelope: Envelope): number {
    const slot = this.#free.pop() ?? this.#slots.length
    this.#slots[slot] = envelope
    return slot
  }

  take(slot: number): Envelope {
    const envelope = this.#slots[slot]!
    this.#slots[slot] = undefined
    this.#free.push(slot)
    return envelope
  }
}
