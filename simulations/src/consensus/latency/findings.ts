import { PARTY_MARKS, type PartyMark } from '../party.ts'

export type Mark = PartyMark | 'pulled' | 'certificate-asked-for'
export const MARKS: readonly Mark[] = [...PARTY_MARKS, 'pulled', 'certificate-asked-for']

/** What one shard saw; columns by item, or by node and item. Times are µs of virtual time, -1 for never. */
export interface LatencyResult {
  readonly decidedUs: Float64Array
  readonly proposedUs: Float64Array
  /** By node: CPU time since the first item, µs. */
  readonly cpuUs: Float64Array
  /** By node: bytes sent since the first item. */
  readonly sentBytes: Float64Array
  /** Sent while nothing was to be decided. */
  readonly quietBytes: number
  readonly marks: Float64Array
  /** By position in the log: the block there, and a node that says otherwise, or -1. */
  readonly log: readonly { readonly digest: string; readonly dissenter: number }[]
  /** By node: blocks with items it decided. */
  readonly heights: Int32Array
}

/** Collects what one shard sees. */
export class Findings {
  readonly #first: number
  readonly #items: number
  readonly #result: {
    -readonly [K in keyof LatencyResult]: LatencyResult[K]
  } & { log: { digest: string; dissenter: number }[] }

  constructor(first: number, nodes: number, items: number) {
    this.#first = first
    this.#items = items
    this.#result = {
      decidedUs: new Float64Array(nodes * items).fill(-1),
      proposedUs: new Float64Array(items).fill(-1),
      cpuUs: new Float64Array(nodes),
      sentBytes: new Float64Array(nodes),
      quietBytes: 0,
      marks: new Float64Array(MARKS.length),
      log: [],
      heights: new Int32Array(nodes)
    }
  }

  get result(): LatencyResult {
    return this.#result
  }

  mark(mark: Mark): void {
    this.#result.marks[MARKS.indexOf(mark)]!++
  }

  spent(local: number, us: number): void {
    this.#result.cpuUs[local]! += us
  }

  sent(local: number, bytes: number, isQuiet: boolean): void {
    this.#result.sentBytes[local]! += bytes
    if (isQuiet) this.#result.quietBytes += bytes
  }

  /** The first time counts: a later leader may have to propose it again. */
  proposed(items: readonly number[], us: number): void {
    const { proposedUs } = this.#result
    for (const item of items) if (proposedUs[item] === -1) proposedUs[item] = us
  }

  decided(local: number, digest: string, items: readonly number[], us: number): void {
    const { decidedUs, heights, log } = this.#result
    const height = heights[local]!++
    const entry = log[height]
    if (entry === undefined) log.push({ digest, dissenter: -1 })
    else if (entry.digest !== digest && entry.dissenter < 0) entry.dissenter = this.#first + local
    for (const item of items) {
      const at = local * this.#items + item
      if (decidedUs[at] === -1) decidedUs[at] = us
    }
  }

  columns(): readonly ArrayBufferView[] {
    const { decidedUs, proposedUs, cpuUs, sentBytes, marks, heights } = this.#result
    return [decidedUs, proposedUs, cpuUs, sentBytes, marks, heights]
  }
}
