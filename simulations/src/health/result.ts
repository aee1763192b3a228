import { type DetectorStore, PeerState, rowAt } from '@torusmesh/health'
import type { Links } from './links.ts'
import type { LogRows } from './verdict-log.ts'

/** What a shard saw; structured-cloneable. */
export interface HealthResult {
  readonly log: LogRows
  readonly marks: Float64Array
  /** Messages sent over links. */
  readonly sent: number
  /** Honest nodes that run, by whom each member counts as down at the end. */
  readonly believers: readonly (readonly [subject: number, nodes: number])[]
  /** How long after a crash nodes heard of it, see {@link SpreadTimes}. */
  readonly spread: Int32Array
  /** Live watchers' states at the end of peers that aren't alive to them: node, peer, state. */
  readonly unsettled: Int32Array
}

/** Rows of {@link HealthResult.unsettled}. */
export function unsettledOf(
  store: DetectorStore,
  links: Links,
  first: number,
  isUp: (local: number) => boolean
): Int32Array {
  const rows: number[] = []
  for (let local = 0; local < store.rows; local++) {
    if (!isUp(local)) continue
    for (let link = 0; link < links.degree; link++) {
      const state = store.state[rowAt(store, local) + link]!
      if (state > PeerState.alive) rows.push(first + local, links.peer(local, link), state)
    }
  }
  return Int32Array.from(rows)
}
