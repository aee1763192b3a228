import type { Violation } from '../../scenario/outcome.ts'
import type { Merged, RunSetup } from '../../scenario/scenario.ts'
import { quantileOf } from '../quantile.ts'
import { type LatencyResult, MARKS } from './findings.ts'
import { type Settings, settingsOf } from './settings.ts'

const US_PER_MS = 1_000
/** Violations are listed up to this. */
const VIOLATIONS_MAX = 1_000

/** One result of all shards', in their order. */
export function mergeLatency(setup: RunSetup, shards: readonly LatencyResult[]): Merged {
  const { topology, spec } = setup
  const settings = settingsOf(spec)
  const proposedUs = firstOf(shards, settings.decisions)
  const rows = decisionRows(setup, shards, settings, proposedUs)
  const { nodes } = topology
  const nodeDecisions = nodes * settings.decisions
  const cpuUs = shards.flatMap(({ cpuUs }) => [...cpuUs])
  const sentBytes = shards.flatMap(({ sentBytes }) => [...sentBytes])
  const bytes = sumOf(sentBytes)
  const quietBytes = sumOf(shards.map(({ quietBytes }) => quietBytes))
  const decided = rows.decided.length
  return {
    sometimes: {
      decided,
      ...Object.fromEntries(
        MARKS.map((mark, i) => [mark, sumOf(shards.map(({ marks }) => marks[i]!))])
      )
    },
    measures: {
      decisions: settings.decisions,
      finalityP50Ms: quantileOf(rows.fromProposalMs, 500),
      finalityP95Ms: quantileOf(rows.fromProposalMs, 950),
      finalityMaxMs: quantileOf(rows.fromProposalMs, 1_000),
      submitToFinalityP50Ms: quantileOf(rows.fromSubmitMs, 500),
      submitToFinalityP95Ms: quantileOf(rows.fromSubmitMs, 950),
      bytesPerNodeDecision: decided > 0 ? Math.round(bytes / nodeDecisions) : null,
      bytesMostPerNodeDecision: Math.round(mostOf(sentBytes) / settings.decisions),
      cpuPerNodeDecisionMs: decided > 0 ? sumOf(cpuUs) / US_PER_MS / nodeDecisions : null,
      cpuMostPerNodeDecisionMs: mostOf(cpuUs) / US_PER_MS / settings.decisions,
      quietBytes
    },
    violations: [
      ...dissent(setup, shards),
      ...missing(setup, shards, settings),
      ...(quietBytes > 0
        ? [
            {
              property: 'quiet',
              atMs: spec.durationMs,
              node: 0,
              what: `${quietBytes} bytes were sent while nothing was to be decided`
            }
          ]
        : [])
    ],
    tables: {
      decisions: {
        item: Int32Array.from(rows.item),
        node: Int32Array.from(rows.decided),
        fromSubmitMs: Float64Array.from(rows.fromSubmitMs),
        fromProposalMs: Float64Array.from(rows.fromProposalMs)
      }
    }
  }
}

interface Rows {
  readonly item: number[]
  /** The node that decided. */
  readonly decided: number[]
  readonly fromSubmitMs: number[]
  readonly fromProposalMs: number[]
}

function decisionRows(
  { topology }: RunSetup,
  shards: readonly LatencyResult[],
  { decisions, warmupMs, everyMs }: Settings,
  proposedUs: readonly number[]
): Rows {
  const rows: Rows = { item: [], decided: [], fromSubmitMs: [], fromProposalMs: [] }
  for (const [shard, { decidedUs }] of shards.entries()) {
    for (const [at, us] of decidedUs.entries()) {
      if (us < 0) continue
      const item = at % decisions
      rows.item.push(item)
      rows.decided.push(topology.firstOf(shard) + Math.floor(at / decisions))
      rows.fromSubmitMs.push(us / US_PER_MS - warmupMs - item * everyMs)
      rows.fromProposalMs.push((us - proposedUs[item]!) / US_PER_MS)
    }
  }
  return rows
}

/** When each item was proposed first. */
function firstOf(shards: readonly LatencyResult[], items: number): number[] {
  return Array.from({ length: items }, (_, item) =>
    shards.reduce((first, { proposedUs }) => {
      const us = proposedUs[item]!
      return us >= 0 && (first < 0 || us < first) ? us : first
    }, -1)
  )
}

/** Nodes with another block at a position of the log than the first that has one there. */
function dissent({ topology, spec }: RunSetup, shards: readonly LatencyResult[]): Violation[] {
  const violations: Violation[] = []
  const log: string[] = []
  for (const [shard, result] of shards.entries()) {
    for (const [height, { digest, dissenter }] of result.log.entries()) {
      log[height] ??= digest
      const node = log[height] === digest ? dissenter : topology.firstOf(shard)
      if (node < 0 || violations.length >= VIOLATIONS_MAX) continue
      const what = `decided another block than others at position ${height} of the log`
      violations.push({ property: 'agreement', atMs: spec.durationMs, node, what })
    }
  }
  return violations
}

function missing(
  { topology, spec }: RunSetup,
  shards: readonly LatencyResult[],
  { decisions }: Settings
): Violation[] {
  const violations: Violation[] = []
  for (const [shard, { decidedUs }] of shards.entries()) {
    for (const [at, us] of decidedUs.entries()) {
      if (us >= 0 || violations.length >= VIOLATIONS_MAX) continue
      const node = topology.firstOf(shard) + Math.floor(at / decisions)
      const what = `item ${at % decisions} is not decided; give a longer everyMs if it was on its way`
      violations.push({ property: 'decided', atMs: spec.durationMs, node, what })
    }
  }
  return violations
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function mostOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
