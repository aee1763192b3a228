import type { Member } from './directory.ts'

/** Fetches under way at once, whoever asks for them. */
const MAX_FETCHES = 16
/** A sender that nobody could name is not asked for again so soon. */
const FORGET_MS = 30_000
const MAX_REMEMBERED = 1_024

export interface RecordFetcherInit {
  readonly monotonicMs: () => number
  /** Asks a peer for a member's record and takes in what it answers. */
  readonly fetch: (member: Uint8Array, from: Member) => Promise<void>
}

/**
 * Asks whoever passed on a statement of an unknown member who that is. Bounded: a flood of made-up
 * senders costs one question each to the peer that sent them, a few at a time.
 */
export class RecordFetcher {
  readonly #init: RecordFetcherInit
  readonly #askedMs = new Map<string, number>()
  #underWay = 0

  constructor(init: RecordFetcherInit) {
    this.#init = init
  }

  async want(key: string, member: Uint8Array, from: Member): Promise<void> {
    const nowMs = this.#init.monotonicMs()
    const askedMs = this.#askedMs.get(key)
    if (askedMs !== undefined && nowMs - askedMs < FORGET_MS) return
    if (this.#underWay >= MAX_FETCHES) return
    if (this.#askedMs.size >= MAX_REMEMBERED) {
      this.#askedMs.delete(this.#askedMs.keys().next().value!)
    }
    this.#askedMs.set(key, nowMs)
    this.#underWay++
    try {
      await this.#init.fetch(member, from)
    } finally {
      this.#underWay--
    }
  }
}
