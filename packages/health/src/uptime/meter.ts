import { TICK_MS } from '../detector/limits.ts'
import { PeerState, SLOTS } from '../detector/store.ts'

/** What this node saw of the peer in `slot` during an epoch, whole seconds. */
export interface Witnessed {
  readonly slot: number
  readonly heardS: number
  readonly watchedS: number
}

/**
 * Counts how long each watched peer was heard. Time is counted in ticks, so what a node slept through it
 * doesn't claim to have seen.
 */
export class UptimeMeter {
  readonly #heard = new Uint32Array(SLOTS)
  readonly #watched = new Uint32Array(SLOTS)

  /**
   * Call it once a tick.
   *
   * @param states - the detector's states, one a slot
   * @param doubting - whether the detector doubts itself: then it is no witness
   */
  sample(states: Readonly<ArrayLike<number>>, doubting: boolean): void {
    if (doubting) return
    for (let slot = 0; slot < Math.min(SLOTS, states.length); slot++) {
      const state = states[slot]
      if (state === PeerState.vacant || state === PeerState.left) continue
      this.#watched[slot]!++
      if (state === PeerState.alive || state === PeerState.probation) this.#heard[slot]!++
    }
  }

  /** Another peer takes the slot. */
  reset(slot: number): void {
    this.#heard[slot] = 0
    this.#watched[slot] = 0
  }

  /** Ends the epoch: what was seen of each peer watched for a second or more. */
  close(): Witnessed[] {
    const seen: Witnessed[] = []
    for (let slot = 0; slot < SLOTS; slot++) {
      const watchedS = toSeconds(this.#watched[slot]!)
      if (watchedS > 0) seen.push({ slot, heardS: toSeconds(this.#heard[slot]!), watchedS })
      this.reset(slot)
    }
    return seen
  }
}

function toSeconds(ticks: number): number {
  return Math.floor((ticks * TICK_MS) / 1_000)
}
