import type { RejectCode } from './reject.ts'
import type { Subject } from './subject.ts'

/** Sequences below the highest that may still arrive late, one bit each. */
export const REPLAY_WINDOW = 64

/** What is known of one sender and subject. */
interface Track {
  highest: number
  /** Bit n of `low` stands for `highest - n`, bit n of `high` for `highest - 32 - n`. */
  low: number
  high: number
  /** When the last of its statements expires. */
  expiresMs: number
}

/** Old tracks looked at when a new one comes, and when the table is full. */
const SWEEP_STEPS = 4
const SWEEP_STEPS_WHEN_FULL = 64

/**
 * Lets each statement through once. Sequences may arrive out of order within {@link REPLAY_WINDOW}.
 *
 * Bounded: a track goes only after all its statements expired, and the guard remembers the latest
 * expiry it forgot, so a statement that could belong to a forgotten track is refused even if the
 * clock steps back. When nothing may go, a new sender is refused (`queue-full`), never an old one
 * forgotten: since tracks are made by {@link commit} alone, after the signature, only members can
 * fill the table.
 */
export class ReplayGuard {
  readonly maxTracks: number
  readonly #tracks = new Map<string, Track>()
  #hand: MapIterator<[string, Track]> = this.#tracks.entries()
  #forgottenMs = Number.NEGATIVE_INFINITY

  /** @param maxTracks - senders times subjects to remember; 65,536 take about 10 MB */
  constructor(maxTracks: number) {
    this.maxTracks = maxTracks
  }

  get size(): number {
    return this.#tracks.size
  }

  /**
   * Whether a statement may be new. Cheap, and changes nothing: ask before verifying the signature.
   *
   * @param sender - member id
   * @returns `undefined` if it may be, else why it is dropped
   */
  check(
    sender: Uint8Array,
    subject: Subject,
    sequence: number,
    expiresMs: number
  ): RejectCode | undefined {
    const track = this.#tracks.get(keyOf(sender, subject))
    if (track !== undefined) return isFresh(track, sequence) ? undefined : 'replayed'
    return expiresMs <= this.#forgottenMs ? 'replayed' : undefined
  }

  /**
   * Marks a statement as seen, after its signature held. Answers as {@link check} does: of two copies
   * verified at the same time, the second comes too late.
   *
   * @param nowMs - decides which tracks may be forgotten
   */
  commit(
    sender: Uint8Array,
    subject: Subject,
    sequence: number,
    expiresMs: number,
    nowMs: number
  ): RejectCode | undefined {
    const key = keyOf(sender, subject)
    const track = this.#tracks.get(key)
    if (track !== undefined) {
      if (!isFresh(track, sequence)) return 'replayed'
      mark(track, sequence)
      track.expiresMs = Math.max(track.expiresMs, expiresMs)
      return undefined
    }
    if (expiresMs <= this.#forgottenMs) return 'replayed'
    const isFull = this.#tracks.size >= this.maxTracks
    this.#sweep(isFull ? SWEEP_STEPS_WHEN_FULL : SWEEP_STEPS, nowMs)
    if (this.#tracks.size >= this.maxTracks) return 'queue-full'
    this.#tracks.set(key, { highest: sequence, low: 1, high: 0, expiresMs })
    return undefined
  }

  /** Moves on around the table like the hand of a clock, so that each call is short and all tracks get their turn. */
  #sweep(steps: number, nowMs: number): void {
    for (let step = 0; step < steps; step++) {
      const next = this.#hand.next()
      if (next.done) {
        this.#hand = this.#tracks.entries()
        continue
      }
      const [key, { expiresMs }] = next.value
      if (expiresMs > nowMs) continue
      this.#tracks.delete(key)
      this.#forgottenMs = Math.max(this.#forgottenMs, expiresMs)
    }
  }
}

function isFresh(track: Track, sequence: number): boolean {
  const behind = track.highest - sequence
  if (behind < 0) return true
  if (behind >= REPLAY_WINDOW) return false
  return behind < 32
    ? ((track.low >>> behind) & 1) === 0
    : ((track.high >>> (behind - 32)) & 1) === 0
}

function mark(track: Track, sequence: number): void {
  const ahead = sequence - track.highest
  if (ahead > 0) {
    shift(track, ahead)
    track.highest = sequence
    track.low |= 1
  } else if (ahead > -32) track.low |= 1 << -ahead
  else track.high |= 1 << (-ahead - 32)
}

function shift(track: Track, by: number): void {
  if (by >= REPLAY_WINDOW) {
    track.low = 0
    track.high = 0
  } else if (by >= 32) {
    track.high = track.low << (by - 32)
    track.low = 0
  } else {
    track.high = (track.high << by) | (track.low >>> (32 - by))
    track.low <<= by
  }
}

/** The first 16 bytes of the id, two a character, and the subject: no second id shares them. */
function keyOf(id: Uint8Array, subject: Subject): string {
  return String.fromCharCode(
    subject,
    (id[0]! << 8) | id[1]!,
    (id[2]! << 8) | id[3]!,
    (id[4]! << 8) | id[5]!,
    (id[6]! << 8) | id[7]!,
    (id[8]! << 8) | id[9]!,
    (id[10]! << 8) | id[11]!,
    (id[12]! << 8) | id[13]!,
    (id[14]! << 8) | id[15]!
  )
}
