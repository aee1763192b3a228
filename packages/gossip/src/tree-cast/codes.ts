/**
 * What reaches the machine, with its arguments `(slot, a, b)`:
 *
 * | input | arguments | when |
 * | --- | --- | --- |
 * | `link` | slot, one-way ms | a peer takes the slot, or its smoothed delay is measured anew |
 * | `unlink` | slot | the slot becomes vacant: the peer left, was cut off, or is called down |
 * | `ranks` | slot, word 0, word 1 | the peer says how it ranks its links, see `rankOf` |
 * | `publish` | -, id | this node has a message of its own |
 * | `payload` | slot, id, source cell | the peer sent a message that the shell found valid |
 * | `announced` | slot, id, size in bytes | the peer says that it has a message (IHAVE) |
 * | `wanted` | slot, id | the peer asks for a message (IWANT) |
 * | `timer` | -, id | the delay of a `wake` is over; its id may be 0 |
 *
 * An id is a handle, a signed 32-bit integer other than 0, that the shell keeps for the digest of a
 * message. It outlives the message's entry in the store's ring by as long as the shell takes the
 * message's statement for fresh, so that a replay is never news.
 */
export const TreeCastInput = {
  link: 0,
  unlink: 1,
  ranks: 2,
  publish: 3,
  payload: 4,
  announced: 5,
  wanted: 6,
  timer: 7
} as const
/** A code of {@link TreeCastInput}. */
export type TreeCastInput = (typeof TreeCastInput)[keyof typeof TreeCastInput]

/**
 * What the machine wants done, with its arguments `(slot, a, b)`:
 *
 * | output | arguments | what the shell does |
 * | --- | --- | --- |
 * | `deliver` | slot, id, source cell | hands a message to its subject, once |
 * | `push` | slot, id | sends the peer the message; asks `needs` again when its turn comes in a queue |
 * | `announce` | slot, id | tells the peer that this node has it, and its size |
 * | `want` | slot, id | asks the peer for it |
 * | `wake` | -, id, ms | gives back `timer` after so long |
 * | `ranks` | slot, word 0, word 1 | tells the peer how this node ranks its links |
 * | `unanswered` | slot, id | the peer announced what it doesn't send: lowers its score |
 */
export const TreeCastOutput = {
  deliver: 0,
  push: 1,
  announce: 2,
  want: 3,
  wake: 4,
  ranks: 5,
  unanswered: 6
} as const
/** A code of {@link TreeCastOutput}. */
export type TreeCastOutput = (typeof TreeCastOutput)[keyof typeof TreeCastOutput]

/** Outputs leave through a callback of numbers: nothing is allocated per event. */
export type TreeCastSink = (
  output: TreeCastOutput,
  row: number,
  slot: number,
  a: number,
  b: number
) => void
