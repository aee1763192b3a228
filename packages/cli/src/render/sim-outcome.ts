import type { Determinism, RunOutcome, RunSpec } from '@torusmesh/simulations'
import type { Style } from './style.ts'
import { type Cell, pairs } from './table.ts'
import { count, plural, seconds, span } from './text.ts'

const SHOWN_VIOLATIONS = 10

/** What programs are told of a run: `workers` asked for, `threads` that had a shard to work on. */
export function outcomeJson(
  spec: RunSpec,
  workers: number,
  { summary, timing, violations }: RunOutcome
): object {
  return {
    scenario: summary.scenario,
    nodes: summary.nodes,
    seed: summary.seed,
    workers,
    auditHash: summary.auditHash,
    events: summary.events,
    eventsPerSecond: timing.eventsPerSecond,
    realTimeFactor: timing.realTimeFactor,
    bytesPerNode: summary.bytesPerNode,
    violations: summary.violations,
    sometimes: summary.sometimes,
    durationMs: spec.durationMs,
    wallMs: timing.wallMs,
    threads: timing.workers,
    measures: summary.measures,
    firstViolations: violations.slice(0, SHOWN_VIOLATIONS)
  }
}

/** What people are told of a run. */
export function outcomeLines(spec: RunSpec, outcome: RunOutcome, style: Style): string[] {
  const { summary, timing } = outcome
  const speed = `${seconds(timing.wallMs)}, ${factor(timing.realTimeFactor)} real time`
  const marks = Object.entries(summary.sometimes)
  const reached = marks.filter(([, times]) => times > 0)
  const never = marks.filter(([, times]) => times === 0).map(([mark]) => mark)
  const measures = Object.entries(summary.measures)
  const lines: (readonly [string, Cell])[] = [
    ['run', `${summary.scenario}, ${count(summary.nodes)} nodes, seed ${summary.seed}`],
    ['time', `${span(spec.durationMs)} in ${speed}, ${plural(timing.workers, 'worker')}`],
    [
      'events',
      `${count(summary.events)}, ${count(Math.round(timing.eventsPerSecond))} a second, ${count(Math.round(summary.bytesPerNode))} bytes a node`
    ],
    ['audit hash', summary.auditHash],
    ['violations', violationsCell(summary.violations, style)]
  ]
  if (reached.length > 0) {
    const text = reached.map(([mark, times]) => `${mark} ${count(times)}`).join(', ')
    lines.push(['reached', text])
  }
  if (never.length > 0) {
    const text = `${never.join(', ')}; the run says nothing about these`
    lines.push(['never reached', { text, paint: style.yellow }])
  }
  return [
    ...pairs(lines, style.dim),
    ...(measures.length > 0 ? ['', ...pairs(measures.map(measurePair), style.dim)] : []),
    ...violationLines(outcome, style)
  ]
}

/** Whether the same run was the same each time. */
export function determinismLines({ deterministic, runs }: Determinism, style: Style): string[] {
  const hashes = runs.map(
    ({ workers, auditHash }) => `${auditHash} with ${plural(workers, 'worker')}`
  )
  const verdict = deterministic
    ? { text: `yes, ${runs.length} runs are equal`, paint: style.green }
    : { text: `NO: ${hashes.join(', ')}; please report it with the seed`, paint: style.red }
  return ['', ...pairs([['deterministic', verdict]], style.dim)]
}

function violationsCell(violations: number, style: Style): Cell {
  return violations === 0
    ? { text: 'none', paint: style.green }
    : { text: count(violations), paint: style.red }
}

function violationLines({ violations }: RunOutcome, style: Style): string[] {
  if (violations.length === 0) return []
  const shown = violations
    .slice(0, SHOWN_VIOLATIONS)
    .map(({ property, atMs, node, what }): readonly [string, Cell] => [
      property,
      `after ${span(atMs)}, node ${node}: ${what}`
    ])
  return ['', ...pairs(shown, style.red)]
}

function measurePair([name, value]: readonly [string, number | null]): readonly [string, Cell] {
  const text = value === null ? 'not measured' : numberText(value)
  return [name, text]
}

const measured = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })

function numberText(value: number): string {
  return measured.format(value)
}

/** `25×`, `0.52×` */
function factor(value: number): string {
  return `${value >= 10 ? count(Math.round(value)) : value.toFixed(2)}×`
}
