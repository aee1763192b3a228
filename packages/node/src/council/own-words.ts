import type { SignedBallot } from './ballots.ts'
import type { ProposeInit } from './port.ts'

/** Proposals whose words are remembered: more than can be under way. */
const KEPT = 256

/** A ballot of this node's member: two of one revision that differ would void the vote. */
export type OwnBallot = Pick<SignedBallot, 'revision' | 'choice'>

/** What makes two proposals of a member the same. */
export type Wanted = Pick<ProposeInit, 'title' | 'action'>

/** A proposal that was filed, and when, in mesh time. */
export interface Proposed {
  readonly id: string
  readonly atMs: number
}

/**
 * What this node's member has said, ordered or not: nobody may contradict itself because something
 * that was said isn't counted yet, or because the node was started anew.
 */
export class OwnWords {
  readonly #ballots = new Map<string, OwnBallot>()
  readonly #approvals = new Map<string, boolean>()
  readonly #proposed = new Map<string, Proposed>()

  /** The ballot that was said last. */
  ballotOn(proposal: string): OwnBallot | undefined {
    return this.#ballots.get(proposal)
  }

  voted(proposal: string, ballot: OwnBallot): void {
    const known = this.#ballots.get(proposal)
    if (known === undefined || known.revision < ballot.revision) {
      keep(this.#ballots, proposal, ballot)
    }
  }

  /** Whether it approved or refused, if it said either. */
  approvalOf(proposal: string): boolean | undefined {
    return this.#approvals.get(proposal)
  }

  approved(proposal: string, approves: boolean): void {
    keep(this.#approvals, proposal, approves)
  }

  /** The id under which the same was proposed before. */
  proposalOf({ title, action }: Wanted): Proposed | undefined {
    return this.#proposed.get(JSON.stringify([title, action]))
  }

  proposed({ title, action }: Wanted, proposed: Proposed): void {
    keep(this.#proposed, JSON.stringify([title, action]), proposed)
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= KEPT) break
    map.delete(oldest)
  }
}
