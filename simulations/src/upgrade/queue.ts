/** Something that happens at a time. */
export interface Due {
  readonly atMs: number
  readonly run: () => void
}

/** What happens in one rollout, in order of time, then of being asked for: a binary heap. */
export class Agenda {
  nowMs = 0
  #count = 0
  readonly #heap: (Due & { readonly order: number })[] = []

  /** @param delayMs - 0 or more */
  after(delayMs: number, run: () => void): void {
    const due = { atMs: this.nowMs + delayMs, order: this.#count++, run }
    const heap = this.#heap
    let at = heap.length
    heap.push(due)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent]!, due)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = due
  }

  /** Lets the next thing happen; `false` when there is none before the end. */
  next(endMs: number): boolean {
    const heap = this.#heap
    const [first] = heap
    if (first === undefined || first.atMs > endMs) return false
    const last = heap.pop()!
    if (heap.length > 0) sink(heap, last)
    this.nowMs = first.atMs
    first.run()
    return true
  }
}

interface Ordered {
  readonly atMs: number
  readonly order: number
}

function isBefore(a: Ordered, b: Ordered): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function sink<T extends Ordered>(heap: T[], last: T): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (isBefore(last, heap[child]!)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
}
