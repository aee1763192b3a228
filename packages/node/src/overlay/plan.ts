import type { WantedLink } from './positions.ts'

/** What the overlay looks like at one moment; everything a decision needs. */
export interface OverlaySnapshot {
  readonly nowMs: number
  readonly selfKey: string
  readonly wanted: readonly WantedLink[]
  /** Open links, by member. */
  readonly open: ReadonlyMap<string, { openedMs: number }>
  readonly dialling: ReadonlySet<string>
  /** Members not to be dialled before a time. */
  readonly notBeforeMs: ReadonlyMap<string, number>
  /** Since when a member is wanted and not linked. */
  readonly wantedSinceMs: ReadonlyMap<string, number>
  readonly maxLinks: number
  readonly maxDials: number
}

export interface OverlayPlan {
  readonly dial: readonly WantedLink[]
  /** Links to give up because there are too many. */
  readonly drop: readonly string[]
}

/** The member with the lower id dials; the other steps in when nothing came within this time. */
export const SECOND_DIALLER_GRACE_MS = 3_000

/** Whom to dial and whom to let go: a pure function, so every case is a row of a table in its test. */
export function planOverlay(snapshot: OverlaySnapshot): OverlayPlan {
  const { open, dialling, wanted, nowMs } = snapshot
  const dial: WantedLink[] = []
  // Links that only the other end asked for must not keep this node from its own.
  const own = wanted.filter(({ member }) => open.has(member.key)).length
  let free = Math.min(snapshot.maxDials - dialling.size, snapshot.maxLinks - own - dialling.size)
  for (const link of wanted) {
    if (free <= 0) break
    const { key } = link.member
    if (open.has(key) || dialling.has(key)) continue
    if ((snapshot.notBeforeMs.get(key) ?? 0) > nowMs) continue
    const waitedMs = nowMs - (snapshot.wantedSinceMs.get(key) ?? nowMs)
    if (snapshot.selfKey > key && waitedMs < SECOND_DIALLER_GRACE_MS) continue
    dial.push(link)
    free--
  }
  return { dial, drop: surplus(snapshot) }
}

/**
 * Where the torus is sparse, some cells border on two dozen others, who all want a link; cutting them
 * off would cut off whoever has no other way.
 */
const ACCEPTED_FACTOR = 2

/** The newest links that nobody here asked for, as many as there are over the limit. */
function surplus({ open, wanted, maxLinks }: OverlaySnapshot): string[] {
  const excess = open.size - ACCEPTED_FACTOR * maxLinks
  if (excess <= 0) return []
  const needed = new Set(wanted.map(link => link.member.key))
  return [...open]
    .filter(([key]) => !needed.has(key))
    .sort(([, a], [, b]) => b.openedMs - a.openedMs)
    .slice(0, excess)
    .map(([key]) => key)
}

const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 60_000

/** Exponential back-off with the jitter given (per mille, 0 to 999) over its upper half. */
export function backoffMs(failures: number, jitterPermille: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 16))
  return Math.floor(full / 2 + (full * jitterPermille) / 2_000)
}
