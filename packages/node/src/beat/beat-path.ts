/** By which way a beat goes. */
export type BeatWay = 'link' | 'both' | 'datagram'

/** Beats of a trial; where none of them is confirmed, datagrams don't get through. */
const TRIAL_BEATS = 3
/** How long beats stay on the link after a trial failed or a path did; doubled each time. */
const REST_MS = 10_000
const REST_MAX_MS = 640_000
/** A path that served so long was no bad one: the next rest is a short one again. */
const SERVED_MS = 60_000

/** Who probes heard nothing for at least so long: the least `probeMs` of all presets. */
const SILENT_MS = 1_250
/** A beat that left less than this ago may have crossed the probe. */
const CROSSING_MS = 250

type Stage = 'trying' | 'serving' | 'resting'

/**
 * Whether the beats to one peer go over the link or as datagrams, as a machine without I/O; all times
 * are monotonic integer ms.
 *
 * ```text
 *            confirmed               probed, though beats were sent
 *   trying ────────────▶ serving ───────────────────────────────────▶ resting
 *     │ three beats unconfirmed                                        ▲  │ 10 s, 20 s, … 640 s
 *     ├────────────────────────────────────────────────────────────────┘  │
 *     └◀──────────────────────────────────────────────────────────────────┘
 * ```
 */
export class BeatPath {
  #stage: Stage = 'trying'
  #tried = 0
  #servesSinceMs = 0
  #restsUntilMs = 0
  #restMs = REST_MS
  /** When the last two datagrams left. */
  #sentMs = Number.NEGATIVE_INFINITY
  #sentBeforeMs = Number.NEGATIVE_INFINITY

  /** A beat is due: says which way it has to go. */
  beat(nowMs: number): BeatWay {
    if (this.#stage === 'trying' && this.#tried === TRIAL_BEATS) this.#rest(nowMs)
    else if (this.#stage === 'resting' && nowMs >= this.#restsUntilMs) {
      this.#stage = 'trying'
      this.#tried = 0
    }
    if (this.#stage === 'resting') return 'link'
    this.#sentBeforeMs = this.#sentMs
    this.#sentMs = nowMs
    if (this.#stage === 'serving') return 'datagram'
    this.#tried++
    return 'both'
  }

  /** The peer says that a datagram arrived. */
  confirmed(nowMs: number): void {
    if (this.#stage !== 'trying') return
    this.#stage = 'serving'
    this.#servesSinceMs = nowMs
  }

  /**
   * The peer probes this node over the link: it has heard nothing for {@link SILENT_MS}. That speaks
   * against the path only if something was sent in that time; else this node itself was late.
   */
  probed(nowMs: number): void {
    if (this.#stage !== 'serving') return
    if (!isLost(nowMs - this.#sentMs) && !isLost(nowMs - this.#sentBeforeMs)) return
    if (nowMs - this.#servesSinceMs >= SERVED_MS) this.#restMs = REST_MS
    this.#rest(nowMs)
  }

  #rest(nowMs: number): void {
    this.#stage = 'resting'
    this.#restsUntilMs = nowMs + this.#restMs
    this.#restMs = Math.min(2 * this.#restMs, REST_MAX_MS)
  }
}

const isLost = (ageMs: number): boolean => ageMs >= CROSSING_MS && ageMs <= SILENT_MS
