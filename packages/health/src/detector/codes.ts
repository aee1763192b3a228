/**
 * What reaches the detector, with its arguments `(slot, a, b)`:
 *
 * | input | arguments | when |
 * | --- | --- | --- |
 * | `tick` | | each `TICK_MS` |
 * | `watch` | slot, incarnation, watchers | a peer takes the slot; it counts as just heard |
 * | `unwatch` | slot | the slot becomes vacant |
 * | `watchers` | slot, count | live members that watch this peer, this node included |
 * | `heard` | slot, incarnation | a beat, or an answer to a probe |
 * | `unreachable` | slot | its connection closed and its host refused a redial |
 * | `stalled` | slot | its host accepted a dial, and then nothing was said |
 * | `accused` | slot, accuser 0-15, incarnation | a verified accusation of this peer by another of its watchers |
 * | `refuted` | slot, incarnation | a verified refutation by this peer |
 * | `left` | slot, incarnation | a verified leave of this peer |
 * | `accusedSelf` | slot, incarnation, {@link Accusing} | a verified accusation of this node, or a notice with a quorum of them |
 */
export const DetectorInput = {
  tick: 0,
  watch: 1,
  unwatch: 2,
  watchers: 3,
  heard: 4,
  unreachable: 5,
  stalled: 6,
  accused: 7,
  refuted: 8,
  left: 9,
  accusedSelf: 10
} as const
/** A code of {@link DetectorInput}. */
export type DetectorInput = (typeof DetectorInput)[keyof typeof DetectorInput]

/** Who accuses this node: somebody, whichever slot is given; a quorum; the peer in the slot. */
export const Accusing = { somebody: 0, quorum: 1, peer: 2 } as const
/** A code of {@link Accusing}. */
export type Accusing = (typeof Accusing)[keyof typeof Accusing]

/**
 * What the detector wants done, with its arguments `(slot, a, b)`:
 *
 * | output | arguments | what the shell does |
 * | --- | --- | --- |
 * | `beat` | -, own incarnation | sends a beat on every link |
 * | `probe` | slot | dials the peer, asks it, and asks others for it |
 * | `suspect` | slot, incarnation | shows it |
 * | `accuse` | slot, incarnation, silentMs | signs and spreads an accusation; not to be fed back |
 * | `down` | slot, incarnation | a quorum is complete: spreads the notice |
 * | `clear` | slot, incarnation | shows that a suspect, or one that was down or had left, lives |
 * | `doubt`, `sure` | | shows that this node doubts its own eyes, or no longer does |
 * | `refute` | -, own incarnation | signs and spreads a refutation |
 * | `remind` | slot, incarnation | shows the peer, which still beats, why it counts as down |
 */
export const DetectorOutput = {
  beat: 0,
  probe: 1,
  suspect: 2,
  accuse: 3,
  down: 4,
  clear: 5,
  doubt: 6,
  sure: 7,
  refute: 8,
  remind: 9
} as const
/** A code of {@link DetectorOutput}. */
export type DetectorOutput = (typeof DetectorOutput)[keyof typeof DetectorOutput]

/** Outputs leave through a callback of numbers: nothing is allocated per event. */
export type DetectorSink = (
  output: DetectorOutput,
  row: number,
  slot: number,
  a: number,
  b: number
) => void
