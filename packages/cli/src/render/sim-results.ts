import type { Style } from './style.ts'
import { type Cell, pairs } from './table.ts'
import { count, plural } from './text.ts'

const SHOWN_FAILURES = 10

/** What a sweep came to. */
export interface SweepFacts {
  readonly runs: number
  readonly done: number
  readonly found: number
  readonly failed: number
  readonly failures: readonly {
    readonly message: string
    readonly spec: { readonly seed: number }
  }[]
  readonly folder: string
  readonly report: string | null
}

/** Where one run was kept. */
export interface KeptRun {
  readonly folder: string
  readonly report: string
}

export function keptLines({ folder, report }: KeptRun, style: Style): string[] {
  return pairs(
    [
      ['results', folder],
      ['report', report]
    ],
    style.dim
  )
}

export function sweepLines(facts: SweepFacts, style: Style): string[] {
  const { runs, done, found, failed, failures, folder, report } = facts
  const before = found > 0 ? `, ${count(found)} of them from before` : ''
  const lines: (readonly [string, Cell])[] = [
    ['runs', `${count(done)} of ${plural(runs, 'run')} done${before}`],
    ['results', folder]
  ]
  if (report !== null) lines.push(['report', report])
  if (failed > 0) lines.push(['failed', { text: plural(failed, 'run'), paint: style.red }])
  for (const { message, spec } of failures.slice(0, SHOWN_FAILURES)) {
    lines.push([`seed ${spec.seed}`, message])
  }
  return pairs(lines, style.dim)
}
