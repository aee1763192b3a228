export const StatementKind = { accusation: 0, refutation: 1 } as const
export type StatementKind = (typeof StatementKind)[keyof typeof StatementKind]

/** A signed statement that floods the ball around its subject's cell. */
export interface Statement {
  readonly kind: StatementKind
  readonly subject: number
  readonly by: number
  readonly incarnation: number
}

interface Known extends Statement {
  readonly madeMs: number
  /** Who has seen it: a ball's worth at most. */
  readonly seenBy: Set<number>
}

/** Longer than a copy can be under way, the longest stall of its receiver included. */
const FORGET_MS = 120_000

/** The statements under way, and which node has seen which. */
export class Statements {
  readonly #known = new Map<number, Known>()
  #next = 0

  add(statement: Statement, now: number): number {
    for (const [id, { madeMs }] of this.#known) {
      if (now - madeMs < FORGET_MS) break
      this.#known.delete(id)
    }
    this.#known.set(this.#next, { ...statement, madeMs: now, seenBy: new Set([statement.by]) })
    return this.#next++
  }

  get(id: number): Statement {
    return this.#known.get(id)!
  }

  /** Whether `node` sees `id` for the first time. */
  first(node: number, id: number): boolean {
    const { seenBy } = this.#known.get(id)!
    if (seenBy.has(node)) return false
    seenBy.add(node)
    return true
  }
}
