/** What the log holds of a node's verdicts; its numbers are what the column `what` holds. */
export const Said = { accuse: 0, down: 1, clear: 2, refute: 3, doubt: 4, notice: 5 } as const
export type Said = (typeof Said)[keyof typeof Said]

/** Rows a shard keeps; later ones are counted only. */
const ROWS_MAX = 1 << 22
const FIELDS = 5

/** Rows of a log, in the order of their events: `atMs, node, subject, what, incarnation` each. */
export interface LogRows {
  readonly words: Int32Array
  readonly rows: number
  readonly dropped: number
}

/** What the nodes of a shard decided: the checkers read this, and nothing of the machines. */
export class VerdictLog {
  #words = new Int32Array(FIELDS * 256)
  #rows = 0
  #dropped = 0

  add(atMs: number, node: number, subject: number, what: Said, incarnation: number): void {
    if (this.#rows === ROWS_MAX) {
      this.#dropped++
      return
    }
    const at = this.#rows++ * FIELDS
    if (at === this.#words.length) {
      const grown = new Int32Array(this.#words.length * 2)
      grown.set(this.#words)
      this.#words = grown
    }
    this.#words[at] = atMs
    this.#words[at + 1] = node
    this.#words[at + 2] = subject
    this.#words[at + 3] = what
    this.#words[at + 4] = incarnation
  }

  result(): LogRows {
    const words = this.#words.slice(0, this.#rows * FIELDS)
    return { words, rows: this.#rows, dropped: this.#dropped }
  }

  save(): unknown {
    return { words: [...this.result().words], dropped: this.#dropped }
  }

  restore(saved: unknown): void {
    const { words, dropped } = saved as { words: number[]; dropped: number }
    this.#words = Int32Array.from(words.length > 0 ? words : { length: FIELDS })
    this.#rows = words.length / FIELDS
    this.#dropped = dropped
  }
}

/** Calls `row` for each row of a log. */
export function eachRow(
  log: LogRows,
  row: (atMs: number, node: number, subject: number, what: Said, incarnation: number) => void
): void {
  const { words } = log
  for (let at = 0; at < log.rows * FIELDS; at += FIELDS) {
    const what = words[at + 3] as Said
    row(words[at]!, words[at + 1]!, words[at + 2]!, what, words[at + 4]! >>> 0)
  }
}
