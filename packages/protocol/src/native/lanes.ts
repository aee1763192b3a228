import type { Urgency } from '../suites/attestation.ts'

/** Of so many items taken while both lanes wait, one is routine: urgent work can't starve the rest. */
const ROUTINE_EVERY = 4

/** A queue with an urgent and a routine lane, each first in, first out. */
export class Lanes<Item> {
  readonly #lanes: Readonly<Record<Urgency, Lane<Item>>> = {
    urgent: new Lane(),
    routine: new Lane()
  }
  #taken = 0

  get length(): number {
    return this.#lanes.urgent.length + this.#lanes.routine.length
  }

  /** Items that wait in the urgent lane. */
  get urgent(): number {
    return this.#lanes.urgent.length
  }

  push(item: Item, urgency: Urgency): void {
    this.#lanes[urgency].push(item)
  }

  /** The next item, or `undefined` when nothing waits. */
  shift(): Item | undefined {
    const { urgent, routine } = this.#lanes
    if (urgent.length === 0) return routine.shift()
    if (routine.length === 0) return urgent.shift()
    this.#taken = (this.#taken + 1) % ROUTINE_EVERY
    return this.#taken === 0 ? routine.shift() : urgent.shift()
  }

  /** Takes everything out, in order. */
  drain(): Item[] {
    const items: Item[] = []
    while (this.length > 0) items.push(this.shift()!)
    return items
  }
}

/** An array with a moving front: `Array.shift` of thousands of items would move them all. */
class Lane<Item> {
  #items: (Item | undefined)[] = []
  #front = 0

  get length(): number {
    return this.#items.length - this.#front
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#front]
    this.#items[this.#front++] = undefined
    if (this.#front * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#front)
      this.#front = 0
    }
    return item
  }
}
