import type { FaultEvent } from '../faults/event.ts'

/** From `fromMs` until before `toMs`. */
export interface Span {
  readonly fromMs: number
  toMs: number
}

export interface Crash extends Span {
  readonly node: number
  readonly mode: 'silent' | 'closed'
}

/** A partition: nodes of `side` and all others don't reach each other. */
export interface Split extends Span {
  readonly side: ReadonlySet<number>
}

/** A node that comes back was rightly called down until others can have heard of it. */
const SETTLE_MS = 8_000
const FOREVER = Number.POSITIVE_INFINITY

const known = new WeakMap<readonly FaultEvent[], Fates>()

/** What a schedule does to whom: what the checkers hold verdicts against. Pure, known before the run. */
export class Fates {
  readonly crashes: readonly Crash[]
  readonly partitions: readonly Split[]
  readonly #crashes = new Map<number, Crash[]>()
  readonly #afflictions = new Map<number, Span[]>()
  readonly #deaf = new Map<number, Span[]>()
  readonly #turnedMs = new Map<number, number>()

  /** Of a schedule, which is sorted by time; shards share it. */
  static of(schedule: readonly FaultEvent[]): Fates {
    let fates = known.get(schedule)
    if (fates === undefined) {
      fates = new Fates(schedule)
      known.set(schedule, fates)
    }
    return fates
  }

  private constructor(schedule: readonly FaultEvent[]) {
    const partitions: Split[] = []
    const crashes: Crash[] = []
    for (const event of schedule) {
      const { atMs } = event
      if (event.kind === 'crash') {
        const crash = { node: event.node, mode: event.mode, fromMs: atMs, toMs: FOREVER }
        crashes.push(crash)
        push(this.#crashes, event.node, crash)
      } else if (event.kind === 'restart') endLast(this.#crashes.get(event.node), atMs)
      else if (event.kind === 'turn') this.#turnedMs.set(event.node, atMs)
      else if (event.kind === 'partition') {
        partitions.push({ fromMs: atMs, toMs: event.untilMs, side: new Set(event.side) })
      } else this.#afflict(event)
    }
    this.crashes = crashes
    this.partitions = partitions
  }

  #afflict(event: FaultEvent): void {
    if (event.kind === 'pause' || event.kind === 'deaf') {
      const span = { fromMs: event.atMs, toMs: event.atMs + event.forMs }
      push(this.#afflictions, event.node, span)
      if (event.kind === 'deaf') push(this.#deaf, event.node, span)
    } else if (event.kind === 'slow') {
      endLast(this.#afflictions.get(event.node), event.atMs)
      if (event.factorPermille <= 1_000) return
      push(this.#afflictions, event.node, { fromMs: event.atMs, toMs: FOREVER })
    }
  }

  /** The crash that holds a node down at that time. */
  crashAt(node: number, atMs: number): Crash | undefined {
    return this.#crashes.get(node)?.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
  }

  /** Whether a node is down at that time, or was so shortly before. */
  downOrRecent(node: number, atMs: number): boolean {
    const crashes = this.#crashes.get(node)
    if (crashes === undefined) return false
    return crashes.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs + SETTLE_MS)
  }

  /** Whether a node runs from one time to the other. */
  runs(node: number, fromMs: number, toMs: number): boolean {
    const crashes = this.#crashes.get(node)
    return crashes?.every(crash => crash.toMs <= fromMs || crash.fromMs > toMs) ?? true
  }

  /** Whether it is paused, starved or deaf at some time of the run. */
  isAfflicted(node: number): boolean {
    return this.#afflictions.has(node)
  }

  /** Since when a node has been deaf at that time. */
  deafSinceMs(node: number, atMs: number): number | undefined {
    const span = this.#deaf.get(node)?.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
    return span?.fromMs
  }

  /** Whether it is an adversary at some time of the run. */
  isByzantine(node: number): boolean {
    return this.#turnedMs.has(node)
  }

  get byzantine(): number {
    return this.#turnedMs.size
  }

  /** Whether a partition stands between two nodes at that time, or did so shortly before. */
  parted(a: number, b: number, atMs: number): boolean {
    return this.partitions.some(
      ({ fromMs, toMs, side }) =>
        fromMs <= atMs && atMs < toMs + SETTLE_MS && side.has(a) !== side.has(b)
    )
  }

  /** Whether a partition stands between two nodes at some time between. */
  partedWithin(a: number, b: number, fromMs: number, toMs: number): boolean {
    return this.partitions.some(
      span => span.fromMs < toMs && fromMs < span.toMs && span.side.has(a) !== span.side.has(b)
    )
  }

  /** When the last fault that touches a node is over; 0 if none does. */
  quietFromMs(node: number): number {
    let quietMs = 0
    const spans = [...(this.#crashes.get(node) ?? []), ...(this.#afflictions.get(node) ?? [])]
    for (const { toMs } of spans) quietMs = Math.max(quietMs, toMs)
    for (const { toMs } of this.partitions) quietMs = Math.max(quietMs, toMs)
    return quietMs
  }
}

function endLast(spans: Span[] | undefined, atMs: number): void {
  const last = spans?.at(-1)
  if (last?.toMs === FOREVER) last.toMs = atMs
}

function push<T>(map: Map<number, T[]>, key: number, value: T): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}
