import type { Replayed, ReplayFile, Shrunk, SwarmReport } from '@torusmesh/simulations'
import type { Style } from './style.ts'
import { type Cell, pairs, table } from './table.ts'
import { count, plural, seconds, span } from './text.ts'

/** A failure that was shrunk, and where it was written. */
export interface KeptFailure {
  /** The seed that found it. */
  readonly seed: number
  readonly shrunk: Shrunk
  readonly replay: string
  readonly svg: string
}

/** What programs are told of a swarm. */
export function swarmJson(report: SwarmReport, kept: readonly KeptFailure[]): object {
  const { failures: _, ...facts } = report
  return {
    ...facts,
    kept: kept.map(({ seed, shrunk, replay, svg }) => ({
      scenario: shrunk.spec.scenario,
      property: shrunk.violation.property,
      seed,
      faults: shrunk.faults,
      nodes: shrunk.spec.nodes,
      durationMs: shrunk.spec.durationMs,
      shrinkRuns: shrunk.runs,
      replay,
      svg
    }))
  }
}

/** What people are told of a swarm. */
export function swarmLines(
  report: SwarmReport,
  kept: readonly KeptFailure[],
  style: Style
): string[] {
  const { runs, of, events, virtualMs, wallMs, findings, neverReached, slowest } = report
  const share = runs < of ? ` of ${count(of)}` : ''
  const failed = findings.reduce((sum, finding) => sum + finding.runs, 0)
  const lines: (readonly [string, Cell])[] = [
    ['runs', `${count(runs)}${share}, ${span(virtualMs)} of virtual time in ${seconds(wallMs)}`],
    ['events', count(events)],
    [
      'violations',
      failed === 0
        ? { text: 'none', paint: style.green }
        : { text: `${count(findings.length)}, see below`, paint: style.red }
    ]
  ]
  if (report.compared > 0) lines.push(['deterministic', determinism(report, style)])
  if (slowest.length > 0) {
    const text = slowest.map(one => `${one.scenario} ${one.seed} (${seconds(one.wallMs)})`)
    lines.push(['slowest', text.join(', ')])
  }
  if (neverReached.length > 0) {
    lines.push(['never reached', { text: neverReached.join(', '), paint: style.yellow }])
  }
  return [...pairs(lines, style.dim), ...findingLines(report, style), ...keptLines(kept, style)]
}

function determinism({ compared, differing }: SwarmReport, style: Style): Cell {
  if (differing.length === 0) {
    return { text: `yes, ${plural(compared, 'run')} twice with equal hashes`, paint: style.green }
  }
  const seeds = differing.map(({ scenario, seed }) => `${scenario} ${seed}`).join(', ')
  return { text: `NO: ${seeds}; please report it`, paint: style.red }
}

function findingLines({ findings }: SwarmReport, style: Style): string[] {
  if (findings.length === 0) return []
  const rows = findings.map(({ scenario, property, runs, firstSeed, what }) => [
    scenario,
    { text: property, paint: style.red },
    count(runs),
    String(firstSeed),
    what
  ])
  return ['', ...table(['scenario', 'property', '>runs', '>first seed', 'what'], rows, style.dim)]
}

function keptLines(kept: readonly KeptFailure[], style: Style): string[] {
  if (kept.length === 0) return []
  const rows = kept.map(({ seed, shrunk, replay }) => [
    String(seed),
    plural(shrunk.faults, 'fault'),
    plural(shrunk.spec.nodes, 'node'),
    span(shrunk.spec.durationMs),
    `torusmesh sim replay ${replay}`
  ])
  return ['', ...table(['>seed', 'shrunk to', '>nodes', '>time', 'again'], rows, style.dim)]
}

/** What programs are told of a replay. */
export function replayJson(file: ReplayFile, replayed: Replayed, svg: string | null): object {
  const { violated, sameHash, sameCode, auditHash, violations } = replayed
  return {
    scenario: file.spec.scenario,
    nodes: file.spec.nodes,
    seed: file.spec.seed,
    property: file.violation.property,
    violated,
    sameHash,
    sameCode,
    auditHash,
    expectedHash: file.auditHash,
    violations,
    svg
  }
}

/** What people are told of a replay. */
export function replayLines(
  file: ReplayFile,
  { violated, sameHash, sameCode, auditHash, violations }: Replayed,
  svg: string | null,
  style: Style
): string[] {
  const { spec, schedule, violation } = file
  const shown = violations.find(one => one.property === violation.property) ?? violation
  const lines: (readonly [string, Cell])[] = [
    ['run', `${spec.scenario}, ${plural(spec.nodes, 'node')}, seed ${spec.seed}`],
    ['faults', plural(schedule.length, 'event')],
    [
      violation.property,
      violated
        ? { text: `fails again after ${span(shown.atMs)}: ${shown.what}`, paint: style.red }
        : { text: 'holds now', paint: style.green }
    ],
    [
      'audit hash',
      sameHash
        ? `${auditHash}, as before`
        : `${auditHash || 'none'}, was ${file.auditHash || 'none'}`
    ]
  ]
  if (!sameCode) {
    const text = 'another than the one that found it: hashes may differ'
    lines.push(['code', { text, paint: style.yellow }])
  }
  if (svg !== null) lines.push(['diagram', svg])
  return pairs(lines, style.dim)
}
