import type { FaultEvent } from './event.ts'
import { below, Draw, type FaultDraws } from './selection.ts'
import type { FaultSpec } from './spec.ts'

export type ChurnSpec = Extract<FaultSpec, { kind: 'churn' }>

/** So often another node is drawn in the place of one that is away already. */
const REDRAWS_MAX = 32
const PERMILLE_MINUTES = 1_000 * 60_000

/** How many nodes leave by a churn. */
export function churnSize(spec: ChurnSpec, nodes: number): number {
  return Math.floor((nodes * spec.permillePerMinute * spec.forMs) / PERMILLE_MINUTES)
}

/**
 * Each leave falls at random into its own share of the time, so their rate is even; the node is drawn
 * from those that this churn hasn't taken away at that time.
 */
export function* churn(
  spec: ChurnSpec,
  nodes: number,
  durationMs: number,
  draws: FaultDraws
): Iterable<FaultEvent> {
  const { atMs: beginMs, forMs, downMs, mode = 'silent', disk = 'kept' } = spec
  const leaves = churnSize(spec, nodes)
  const backMs = new Map<number, number>()
  const startMs = (i: number): number => beginMs + Math.floor((i * forMs) / leaves)
  for (let i = 0; i < leaves; i++) {
    const firstMs = startMs(i)
    if (firstMs >= durationMs) return
    const spanMs = Math.max(1, startMs(i + 1) - firstMs)
    const n = i * (REDRAWS_MAX + 1)
    const atMs = firstMs + below(spanMs, draws, Draw.leave, n)
    for (let attempt = 1; attempt <= REDRAWS_MAX; attempt++) {
      const node = below(nodes, draws, Draw.leave, n + attempt)
      if (atMs <= (backMs.get(node) ?? -1)) continue
      backMs.set(node, atMs + downMs)
      yield { kind: 'crash', atMs, node, mode }
      yield { kind: 'restart', atMs: atMs + downMs, node, disk }
      break
    }
  }
}
