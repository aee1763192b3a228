import type { FaultEvent, FaultKind } from './event.ts'
import { PARTITIONS_MAX } from './limits.ts'
import { Partition } from './partition.ts'

/** How a node is down; `closed`: its kernel closes connections and refuses dials. */
export const Down = { up: 0, silent: 1, closed: 2 } as const
export type Down = (typeof Down)[keyof typeof Down]

/** The answer where something will never be handled. */
export const NEVER = -1

const USUAL_PERMILLE = 1_000
const PPM = 1_000_000

export interface ConditionInit {
  readonly first: number
  readonly nodes: number
  /** Of all shards. */
  readonly totalNodes: number
  /** The run's schedule: columns are laid out for the kinds that occur in it. */
  readonly faults: readonly FaultEvent[]
  /** Names that `turn` can give, at most 255; {@link Conditions.behaviourOf} counts from 1. */
  readonly behaviours: readonly string[]
}

/**
 * What state the faults have put the nodes of one shard into, and who reaches whom. Nodes are local
 * numbers but in {@link reaches}. All state is in columns. Asking allocates nothing, and is a
 * comparison where the schedule has no such fault.
 */
export class Conditions {
  readonly #init: ConditionInit
  readonly #down: Uint8Array | undefined
  readonly #pausedUntilMs: Float64Array | undefined
  readonly #deafUntilMs: Float64Array | undefined
  readonly #slowPermille: Int32Array | undefined
  /** A clock shows `#clockMs` at `#clockSinceMs` and runs `#driftPpm` fast from then on. */
  readonly #clockMs: Float64Array | undefined
  readonly #clockSinceMs: Float64Array | undefined
  readonly #driftPpm: Int32Array | undefined
  readonly #behaviour: Uint8Array | undefined
  readonly #partitions: readonly Partition[]
  readonly #partitionOf: ReadonlyMap<FaultEvent, number>
  /** How many partitions were begun and not yet cleared away, then which. */
  readonly #cuts: Int32Array

  constructor(init: ConditionInit) {
    const { nodes, faults } = init
    const kinds = new Set<FaultKind>(faults.map(({ kind }) => kind))
    this.#init = init
    this.#down = kinds.has('crash') ? new Uint8Array(nodes) : undefined
    this.#pausedUntilMs = kinds.has('pause') ? new Float64Array(nodes) : undefined
    this.#deafUntilMs = kinds.has('deaf') ? new Float64Array(nodes) : undefined
    this.#slowPermille = kinds.has('slow') ? new Int32Array(nodes).fill(USUAL_PERMILLE) : undefined
    const skewed = kinds.has('skew')
    this.#clockMs = skewed ? new Float64Array(nodes) : undefined
    this.#clockSinceMs = skewed ? new Float64Array(nodes) : undefined
    this.#driftPpm = skewed ? new Int32Array(nodes) : undefined
    this.#behaviour = kinds.has('turn') ? new Uint8Array(nodes) : undefined
    const partitions = faults.filter(event => event.kind === 'partition')
    this.#partitions = partitions.map(event => Partition.of(event, init.totalNodes))
    this.#partitionOf = new Map(partitions.map((event, i) => [event, i]))
    this.#cuts = new Int32Array(1 + PARTITIONS_MAX)
  }

  isUp(local: number): boolean {
    return this.#down === undefined || this.#down[local] === Down.up
  }

  downAs(local: number): Down {
    return this.#down === undefined ? Down.up : (this.#down[local]! as Down)
  }

  /** When a node gets round to a timer that is due now: now, when its pause ends, or {@link NEVER}. */
  runnableAtMs(local: number, nowMs: number): number {
    if (this.#down !== undefined && this.#down[local] !== Down.up) return NEVER
    const paused = this.#pausedUntilMs
    return paused === undefined ? nowMs : Math.max(nowMs, paused[local]!)
  }

  /** Same for a message that arrives now; {@link NEVER} for the deaf too. */
  deliverableAtMs(local: number, nowMs: number): number {
    const deaf = this.#deafUntilMs
    if (deaf !== undefined && nowMs < deaf[local]!) return NEVER
    return this.runnableAtMs(local, nowMs)
  }

  /** How long a node takes for what usually takes `usualMs`; whole ms, rounded up. */
  slowedMs(local: number, usualMs: number): number {
    const slow = this.#slowPermille
    return slow === undefined ? usualMs : Math.ceil((usualMs * slow[local]!) / USUAL_PERMILLE)
  }

  /** What a node's own clock shows, whole ms; may be negative, and goes back where a fault sets it back. */
  nodeNowMs(local: number, nowMs: number): number {
    if (this.#clockMs === undefined) return nowMs
    const elapsedMs = nowMs - this.#clockSinceMs![local]!
    const gainedMs = Math.floor((elapsedMs * this.#driftPpm![local]!) / PPM)
    return this.#clockMs[local]! + elapsedMs + gainedMs
  }

  /** 0: behaves; otherwise one more than the index of the adversary's name. */
  behaviourOf(local: number): number {
    return this.#behaviour === undefined ? 0 : this.#behaviour[local]!
  }

  /** Whether no partition keeps from `to` what `from` sends now; both are global numbers. */
  reaches(from: number, to: number, nowMs: number): boolean {
    const cuts = this.#cuts
    for (let k = cuts[0]!; k > 0; k--) {
      const partition = this.#partitions[cuts[k]!]!
      if (nowMs < partition.untilMs && partition.cuts(from, to)) return false
    }
    return true
  }

  /** Whether no partition stands now. */
  isWhole(nowMs: number): boolean {
    const cuts = this.#cuts
    for (let k = cuts[0]!; k > 0; k--) {
      if (nowMs < this.#partitions[cuts[k]!]!.untilMs) return false
    }
    return true
  }

  /**
   * Takes in a fault, one of the schedule. The last one holds: restarting what is up or crashing what is
   * down changes nothing.
   *
   * @returns whether it changed anything in this shard
   */
  apply(event: FaultEvent): boolean {
    if (event.kind === 'partition') return this.#cut(event)
    const local = event.node - this.#init.first
    if (local < 0 || local >= this.#init.nodes) return false
    switch (event.kind) {
      case 'crash':
        if (!this.isUp(local)) return false
        this.#down![local] = Down[event.mode]
        return true
      case 'restart':
        return this.#restart(local)
      case 'pause':
        return later(this.#pausedUntilMs!, local, event.atMs + event.forMs)
      case 'deaf':
        return later(this.#deafUntilMs!, local, event.atMs + event.forMs)
      case 'slow':
        this.#slowPermille![local] = event.factorPermille
        return true
      case 'skew':
        this.#clockMs![local] = this.nodeNowMs(local, event.atMs) + event.offsetMs
        this.#clockSinceMs![local] = event.atMs
        this.#driftPpm![local] = event.driftPpm
        return true
      case 'turn':
        this.#behaviour![local] = 1 + this.#init.behaviours.indexOf(event.behaviour)
        return true
      default:
        return event satisfies never
    }
  }

  /** All state, in a fixed order: for checkpoints and the audit. */
  columns(): readonly ArrayBufferView[] {
    return [
      this.#down,
      this.#pausedUntilMs,
      this.#deafUntilMs,
      this.#slowPermille,
      this.#clockMs,
      this.#clockSinceMs,
      this.#driftPpm,
      this.#behaviour,
      this.#cuts
    ].filter(column => column !== undefined)
  }

  #restart(local: number): boolean {
    if (this.isUp(local)) return false
    this.#down![local] = Down.up
    // The process that stood still is gone.
    if (this.#pausedUntilMs !== undefined) this.#pausedUntilMs[local] = 0
    return true
  }

  #cut(event: Extract<FaultEvent, { kind: 'partition' }>): boolean {
    const cuts = this.#cuts
    let lasting = 0
    for (let k = 1; k <= cuts[0]!; k++) {
      if (this.#partitions[cuts[k]!]!.untilMs > event.atMs) cuts[++lasting] = cuts[k]!
    }
    if (lasting === PARTITIONS_MAX)
      throw new RangeError('more partitions at one time than checkFaults lets through')
    cuts[++lasting] = this.#partitionOf.get(event)!
    cuts[0] = lasting
    return true
  }
}

/** Faults of one kind that overlap last until the last of them is over. */
function later(untilMs: Float64Array, local: number, atMs: number): boolean {
  if (atMs <= untilMs[local]!) return false
  untilMs[local] = atMs
  return true
}
