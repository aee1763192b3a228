import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunSetup, Scenario } from '../scenario/scenario.ts'
import { TableTopology } from '../topology/table.ts'
import { AuditHash } from './audit.ts'
import { type Checkpoint, checkpointOf } from './checkpoint.ts'
import { ownWords } from './chunk-queues.ts'
import { EngineError } from './errors.ts'
import { TICKS_PER_MS } from './model.ts'
import { checkpointTickOf, type EngineOptions } from './options.ts'
import { localPostOffice } from './post-office.ts'
import { ShardGroup, type ShardResult } from './shard-group.ts'
import { runThreads } from './threads.ts'

/** A run in the caller's own thread lets others go on so often. */
const TURN_MS = 50

/** What a run of all shards came to. All but `workers` and `wallMs` are equal in equal runs. */
export interface ShardsOutcome {
  /** Of each shard's model, in order. */
  readonly results: readonly unknown[]
  /** 16 hexadecimal digits. */
  readonly auditHash: string
  readonly events: number
  /** Of those, handled by the models without an event of the engine's. */
  readonly putOff: number
  /** Columns, wheels, payloads, mailboxes and the topology's table. */
  readonly bytes: number
  /** Threads that worked: at most as many as shards. */
  readonly workers: number
  /** From the first event to the last, without building the models. */
  readonly wallMs: number
}

/**
 * Runs a scenario's shards to the end of its duration, or until no event is left.
 *
 * @throws {EngineError} `bad-checkpoint`, `worker-failed`, or what a model did wrong
 * @throws the reason of `options.signal`, once it aborts
 */
export async function runShards(
  setup: RunSetup,
  scenario: Scenario,
  options: EngineOptions = {}
): Promise<ShardsOutcome> {
  const { topology } = setup
  options.signal?.throwIfAborted()
  if (options.resume !== undefined) checkResumes(options.resume, setup)
  const workers = Math.max(1, Math.min(options.workers ?? 1, topology.shards))
  const { groups, wallMs } =
    workers === 1
      ? await runHere(setup, scenario, options)
      : await runThreads(setup, scenario, options, workers)
  const shards = groups.flat().toSorted((a, b) => a.shard - b.shard)
  const tableBytes = topology instanceof TableTopology ? topology.byteLength : 0
  return {
    results: shards.map(({ result }) => result),
    auditHash: hashOf(shards),
    events: shards.reduce((sum, { events }) => sum + events, 0),
    putOff: shards.reduce((sum, { putOff }) => sum + putOff, 0),
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, tableBytes),
    workers,
    wallMs
  }
}

async function runHere(
  setup: RunSetup,
  scenario: Scenario,
  options: EngineOptions
): Promise<{ groups: readonly (readonly ShardResult[])[]; wallMs: number }> {
  const { spec } = setup
  const { signal, onProgress, resume } = options
  const group = new ShardGroup(setup, scenario, { thread: 0, threads: 1 }, ownWords)
  const post = localPostOffice(group.shards)
  const ticks = group.lookahead
  const checkpointTick = checkpointTickOf(options)
  const startMs = performance.now()
  let turnMs = startMs
  let saved = false
  if (resume === undefined) {
    group.start()
    group.collect(post)
  } else group.restore(resume.shards)
  for (;;) {
    const start = group.earliest
    if (!saved && start >= checkpointTick) {
      saved = true
      options.onCheckpoint?.(checkpointOf(setup, start, group.save()))
    }
    if (start === Number.POSITIVE_INFINITY) break
    group.run(start, ticks)
    group.collect(post)
    const nowMs = performance.now()
    if (nowMs - turnMs < TURN_MS) continue
    onProgress?.({
      virtualMs: Math.floor(start / TICKS_PER_MS),
      ofMs: spec.durationMs,
      events: group.events,
      wallMs: nowMs - startMs
    })
    await nextTurn()
    signal?.throwIfAborted()
    turnMs = performance.now()
  }
  const wallMs = performance.now() - startMs
  return { groups: [group.results()], wallMs }
}

function checkResumes(checkpoint: Checkpoint, { spec, topology }: RunSetup): void {
  const isSame =
    checkpoint.scenario === spec.scenario &&
    checkpoint.nodes === spec.nodes &&
    checkpoint.seed === spec.seed &&
    checkpoint.shards.length === topology.shards
  if (isSame) return
  throw new EngineError('bad-checkpoint', 'it is of another run: resume it with its own spec')
}

function hashOf(shards: readonly ShardResult[]): string {
  const audit = new AuditHash()
  for (const {
    audit: [low, high]
  } of shards) {
    audit.add(low)
    audit.add(high)
  }
  return audit.digest()
}
