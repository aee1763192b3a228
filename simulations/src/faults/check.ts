import { checkWhole, refuse } from '../network/setting.ts'
import { churnSize } from './churn.ts'
import type { FaultKind } from './event.ts'
import { FAULTS_MAX, PARTITIONS_MAX, SCHEDULE_MAX } from './limits.ts'
import { selectionSize } from './selection.ts'
import type { FaultSpec, NodeSelection } from './spec.ts'

/** Bits that say who is on which side, over all partitions of a run: 256 MiB. */
const SIDE_BITS_MAX = 2 ** 31
const TIME_MAX_MS = 2 ** 40
const OFFSET_MAX_MS = 86_400_000
const DRIFT_MAX_PPM = 100_000
const FACTOR_MAX_PERMILLE = 1_000_000

const KINDS: readonly FaultSpec['kind'][] = [
  'crash',
  'pause',
  'deaf',
  'slow',
  'skew',
  'partition',
  'turn',
  'churn'
]

/** What a run can honour. */
export interface FaultsAllowed {
  readonly nodes: number
  readonly durationMs: number
  /** Events that the scenario's model handles. */
  readonly kinds: readonly FaultKind[]
  /** Adversaries that the scenario knows. */
  readonly behaviours: readonly string[]
  /** Whether the topology knows hops on a torus, which balls need. */
  readonly hasDistance: boolean
}

/**
 * Refuses faults that the run can't honour.
 *
 * @throws {SimulationError} `bad-setting`, with the field's path and what is allowed
 */
export function checkFaults(specs: readonly FaultSpec[], allowed: FaultsAllowed): void {
  if (specs.length > FAULTS_MAX) refuse('faults', specs.length, `at most ${FAULTS_MAX}`)
  let events = 0
  for (const [i, spec] of specs.entries()) {
    const path = `faults[${i}]`
    checkKind(path, spec, allowed)
    checkWhole(`${path}.atMs`, spec.atMs ?? 0, 0, allowed.durationMs - 1)
    checkFields(path, spec, allowed)
    if (spec.kind !== 'churn') checkSelection(path, spec, allowed)
    events += eventsOf(spec, allowed.nodes)
    if (events > SCHEDULE_MAX) {
      refuse(path, spec.kind, `fewer nodes or less time: at most ${SCHEDULE_MAX} events in all`)
    }
  }
  checkPartitions(specs, allowed.nodes)
}

function checkKind(path: string, spec: FaultSpec, { kinds }: FaultsAllowed): void {
  const able = KINDS.filter(kind => eventKinds(kind).every(event => kinds.includes(event)))
  const choices = able.length === 0 ? 'no faults, this scenario has none' : able.join(', ')
  if (!able.includes(spec.kind)) refuse(`${path}.kind`, spec.kind, choices)
  if (spec.kind === 'crash' && spec.restartAfterMs !== undefined && !kinds.includes('restart')) {
    refuse(`${path}.restartAfterMs`, spec.restartAfterMs, 'nothing, this scenario has no restart')
  }
}

function eventKinds(kind: FaultSpec['kind']): FaultKind[] {
  return kind === 'churn' ? ['crash', 'restart'] : [kind]
}

function checkFields(
  path: string,
  spec: FaultSpec,
  { durationMs, behaviours }: FaultsAllowed
): void {
  const lasting = (field: string, ms: number): void =>
    checkWhole(`${path}.${field}`, ms, 1, TIME_MAX_MS)
  if ('overMs' in spec) {
    checkWhole(`${path}.overMs`, spec.overMs ?? 0, 0, durationMs - (spec.atMs ?? 0))
  }
  if (spec.kind !== 'crash' && spec.kind !== 'skew' && spec.kind !== 'turn') {
    lasting('forMs', spec.forMs)
  }
  switch (spec.kind) {
    case 'crash':
      checkDown(path, spec)
      return lasting('restartAfterMs', spec.restartAfterMs ?? 1)
    case 'churn':
      checkDown(path, spec)
      checkWhole(`${path}.permillePerMinute`, spec.permillePerMinute, 1, 1_000_000)
      lasting('downMs', spec.downMs)
      // Half of the nodes away at one time: beyond, there may be nobody left to leave.
      if (spec.permillePerMinute * spec.downMs > 500 * 60_000) {
        const mostMs = Math.floor((500 * 60_000) / spec.permillePerMinute)
        refuse(`${path}.downMs`, spec.downMs, `at most ${mostMs} at this rate: half are away then`)
      }
      return
    case 'slow':
      return checkWhole(`${path}.factorPermille`, spec.factorPermille, 1, FACTOR_MAX_PERMILLE)
    case 'skew':
      checkWhole(`${path}.offsetMs`, spec.offsetMs ?? 0, -OFFSET_MAX_MS, OFFSET_MAX_MS)
      return checkWhole(`${path}.driftPpm`, spec.driftPpm ?? 0, -DRIFT_MAX_PPM, DRIFT_MAX_PPM)
    case 'turn':
      if (!behaviours.includes(spec.behaviour)) {
        refuse(`${path}.behaviour`, spec.behaviour, behaviours.join(', ') || 'no turn')
      }
      return
    case 'pause':
    case 'deaf':
    case 'partition':
      return
    default:
      spec satisfies never
  }
}

function checkDown(path: string, { mode, disk }: { mode?: string; disk?: string }): void {
  if (mode !== undefined && mode !== 'silent' && mode !== 'closed') {
    refuse(`${path}.mode`, mode, 'silent or closed')
  }
  if (disk !== undefined && disk !== 'kept' && disk !== 'lost') {
    refuse(`${path}.disk`, disk, 'kept or lost')
  }
}

function checkSelection(
  path: string,
  selection: NodeSelection,
  { nodes, hasDistance }: FaultsAllowed
): void {
  const ways = ['nodes', 'count', 'sharePermille', 'radius'].filter(way => way in selection)
  if (ways.length !== 1) refuse(path, ways, 'one of nodes, count, sharePermille, radius')
  if ('nodes' in selection) {
    for (const [i, node] of selection.nodes.entries()) {
      checkWhole(`${path}.nodes[${i}]`, node, 0, nodes - 1)
    }
    if (selection.nodes.length === 0 || new Set(selection.nodes).size < selection.nodes.length) {
      refuse(`${path}.nodes`, selection.nodes, 'one or more nodes, each once')
    }
  } else if ('count' in selection) {
    checkWhole(`${path}.count`, selection.count, 1, nodes)
  } else if ('sharePermille' in selection) {
    checkWhole(`${path}.sharePermille`, selection.sharePermille, 1, 1_000)
  } else {
    checkWhole(`${path}.radius`, selection.radius, 0, nodes)
    checkWhole(`${path}.of`, selection.of ?? 0, 0, nodes - 1)
    if (!hasDistance)
      refuse(`${path}.radius`, selection.radius, 'count, for there is no torus here')
  }
}

/** At least so many; a ball's are counted when it is known. */
function eventsOf(spec: FaultSpec, nodes: number): number {
  if (spec.kind === 'churn') return 2 * churnSize(spec, nodes)
  if (spec.kind === 'partition') return 1
  return 'radius' in spec ? 1 : selectionSize(spec, nodes)
}

function checkPartitions(specs: readonly FaultSpec[], nodes: number): void {
  const turns = specs.flatMap((spec, i) =>
    spec.kind === 'partition'
      ? [
          { i, atMs: spec.atMs, by: 1 },
          { i, atMs: spec.atMs + spec.forMs, by: -1 }
        ]
      : []
  )
  const most = Math.floor(SIDE_BITS_MAX / nodes)
  if (turns.length / 2 > most) refuse('faults', turns.length / 2, `at most ${most} partitions here`)
  let lasting = 0
  for (const { i, by } of turns.sort((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    lasting += by
    if (lasting > PARTITIONS_MAX) {
      refuse(`faults[${i}].atMs`, 'partition', `at most ${PARTITIONS_MAX} partitions at one time`)
    }
  }
}
