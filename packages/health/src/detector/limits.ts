import { HealthError } from '../errors.ts'

/** The shell's tick. Every threshold is looked at once a tick, so it acts up to one tick late. */
export const TICK_MS = 250
/** A beat leaves on every link this often. */
export const BEAT_MS = 1_000
/**
 * Who still hears nothing says so again this often; an accusation not renewed is forgotten within
 * twice this time. One whose author has long heard the peer again must not count towards a later quorum.
 */
export const RENEW_MS = 5_000
/** Least time between two refutations of one node: a storm of accusations gets one answer. */
export const REFUTE_MS = 1_000
/** Fewest silent peers that make a node doubt itself: of one or two watched, one may simply have died. */
export const DOUBT_LEAST = 2
/** Longest self-doubt. After it the doubter accuses like anybody, so two doubters can't wait forever. */
export const DOUBT_LIMIT_MS = 30_000
/**
 * Furthest an accusation's incarnation may lie ahead of its victim's own. An honest one never does,
 * except towards a member that lost its memory, which hears of it in a notice; a lying one must not use
 * up the 32 bits.
 */
export const INCARNATION_LEAP = 256

/** So many recoveries within {@link FLAP_WINDOW_MS} are believed at once; the next are on probation. */
export const FLAP_LIMIT = 3
/** Recoveries are forgotten after so long without another. */
export const FLAP_WINDOW_MS = 60_000
/** First probation; it doubles with each further recovery, three times at most (16 s). */
export const PROBATION_MS = 2_000
export const PROBATION_DOUBLINGS_MAX = 3

/**
 * Thresholds of silence, ms since a peer was last heard. They are counted by the watcher, so a beat's
 * own delay comes on top, and looked at once a tick.
 */
export interface DetectorLimits {
  /** Ask for it: directly and through other neighbours. */
  readonly probeMs: number
  readonly suspectMs: number
  /** Tell the others. Shrinks towards `suspectMs` as their accusations arrive. */
  readonly accuseMs: number
  /**
   * How long a quorum of accusations must stand to be final: what a stalled peer has to wake and refute.
   * A closed connection whose redial is refused needs no such patience. A length, not a silence.
   */
  readonly refuteMs: number
  /** Patience with a peer whose host still answers a dial for it: a process without CPU, not a dead one. */
  readonly stalledMs: number
}

/** Named settings of a mesh. */
export type DetectorPreset = 'local' | 'rack' | 'wan'

/**
 * `local`: many nodes on few cores. What dies closes its connections; silence is mostly starvation, so
 * a process may stand still for 2.5 s when its beat was just due. `rack`: a host of its own each; lost
 * power is silent, and only dials tell a stall from it in time. `wan`: beats late by two
 * retransmissions, and hosts that can't be dialled.
 */
export const detectorPresets: Readonly<Record<DetectorPreset, DetectorLimits>> = {
  local: { probeMs: 1_250, suspectMs: 1_500, accuseMs: 1_750, refuteMs: 1_900, stalledMs: 30_000 },
  rack: { probeMs: 1_250, suspectMs: 1_500, accuseMs: 1_750, refuteMs: 500, stalledMs: 30_000 },
  wan: { probeMs: 1_500, suspectMs: 2_000, accuseMs: 2_250, refuteMs: 1_900, stalledMs: 30_000 }
}

const STALLED_MAX_MS = 86_400_000

/** Accusers needed of `watchers`: two thirds, rounded up (4 of 6, 2 of 3, 1 of 1). */
export function quorumOf(watchers: number): number {
  return ((2 * watchers + 2) / 3) | 0
}

/**
 * Checks thresholds before a store takes them.
 *
 * @throws {HealthError} `bad-limits`
 */
export function checkLimits(limits: DetectorLimits): void {
  const { probeMs, suspectMs, accuseMs, refuteMs, stalledMs } = limits
  const integers = [probeMs, suspectMs, accuseMs, refuteMs, stalledMs].every(Number.isSafeInteger)
  const ordered =
    BEAT_MS < probeMs && probeMs <= suspectMs && suspectMs <= accuseMs && accuseMs <= stalledMs
  // A quorum mustn't lapse, unrenewed, before it is final.
  const finite = refuteMs >= 0 && refuteMs <= RENEW_MS && stalledMs <= STALLED_MAX_MS
  if (integers && ordered && finite) return
  throw new HealthError(
    'bad-limits',
    `give integer ms: ${BEAT_MS} < probe <= suspect <= accuse <= stalled, refute <= ${RENEW_MS}, a day at most`
  )
}
