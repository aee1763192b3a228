import type { FaultEvent } from '../faults/event.ts'
import type { Violation } from '../scenario/outcome.ts'
import { setUp } from '../scenario/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { type Attempt, attempt } from './attempt.ts'
import { type Fault, faultsOf, quietFromMs, scheduleOf } from './faults.ts'
import { simplerNetworks } from './simpler-networks.ts'
import { isTolerated } from './soundness.ts'

const RUNS_MAX = 400
const ROUNDS_MAX = 3
/** Seeds tried for each smaller shape: the schedule that fails on many nodes may spare few. */
const SEEDS_TRIED = 6
const SHAPES: readonly number[] = [8, 12, 16, 18, 20, 27, 36, 48, 64, 80, 125, 216, 512]
/** The least time a shrunk run goes on after its violation. */
const AFTER_MS = 1_000

export interface ShrinkOptions {
  /** Instead of the catalogue's. */
  readonly scenario: Scenario
  /** Runs at most; 400 unless told. */
  readonly runs?: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ShrinkProgress) => void
}

export interface ShrinkProgress {
  readonly runs: number
  readonly ofRuns: number
  readonly faults: number
  readonly nodes: number
  readonly durationMs: number
}

/** A failing run with its faults as an explicit list; its spec has none. */
export interface Failure {
  readonly spec: RunSpec
  readonly schedule: readonly FaultEvent[]
  readonly violation: Violation
  /** Empty when the run doesn't end. */
  readonly auditHash: string
}

export interface Shrunk extends Failure {
  /** Runs it took. */
  readonly runs: number
  /** Faults from begin to end that are left. */
  readonly faults: number
}

/** The failure of a run that failed: its spec's faults expanded. */
export function failureOf({ spec, violations, auditHash }: Attempt, scenario: Scenario): Failure {
  const { faults } = setUp(spec, scenario)
  return { spec: { ...spec, faults: [] }, schedule: faults, violation: violations[0]!, auditHash }
}

/**
 * Makes a failing run as small as it goes while the same property still fails: fewer faults, then fewer
 * nodes, a shorter time, a simpler network, and again until nothing gets smaller. What quorums tolerate
 * stays so: a smaller run that no machine could survive explains nothing.
 *
 * @throws the reason of `options.signal`, once it aborts
 */
export async function shrink(failure: Failure, options: ShrinkOptions): Promise<Shrunk> {
  const shrinker = new Shrinker(failure, options)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = shrinker.best
    await shrinker.faults()
    await shrinker.nodes()
    await shrinker.duration()
    await shrinker.network()
    if (shrinker.best === before || shrinker.isSpent) break
  }
  const { best, runs } = shrinker
  return { ...best, runs, faults: faultsOf(best.schedule).length }
}

class Shrinker {
  best: Failure
  runs = 0
  readonly #options: ShrinkOptions
  readonly #most: number

  constructor(failure: Failure, options: ShrinkOptions) {
    this.best = failure
    this.#options = options
    this.#most = options.runs ?? RUNS_MAX
  }

  get isSpent(): boolean {
    return this.runs >= this.#most
  }

  /** Delta debugging (Zeller's ddmin): without large parts first, without single faults in the end. */
  async faults(): Promise<void> {
    let faults = faultsOf(this.best.schedule)
    for (let size = Math.ceil(faults.length / 2); size >= 1; ) {
      let left = false
      for (let at = 0; at < faults.length && !this.isSpent; ) {
        const fewer = faults.toSpliced(at, size)
        if (await this.#fails(this.best.spec, scheduleOf(fewer))) {
          faults = fewer
          left = true
        } else at += size
      }
      if (this.isSpent || (size === 1 && !left)) return
      if (size > 1) size = Math.ceil(size / 2)
    }
  }

  /** The smallest shape first, for small runs are quick. */
  async nodes(): Promise<void> {
    for (const nodes of SHAPES) {
      if (nodes >= this.best.spec.nodes) return
      const { schedule, spec } = this.best
      const moved = onFewer(schedule, nodes)
      for (let n = 0; n < SEEDS_TRIED && !this.isSpent; n++) {
        const seed = (spec.seed + n) >>> 0
        if (await this.#fails({ ...spec, nodes, seed }, moved)) return
      }
    }
  }

  /** Cuts the end off, then what comes before the first fault. */
  async duration(): Promise<void> {
    for (let least = 0; !this.isSpent; ) {
      const { spec, violation, schedule } = this.best
      const endMs = Math.min(spec.durationMs, violation.atMs + AFTER_MS)
      least = Math.max(least, Math.min(quietFromMs(schedule), endMs))
      const durationMs = Math.floor((least + endMs) / 2)
      if (durationMs >= spec.durationMs || spec.durationMs - durationMs < AFTER_MS) return
      if (!(await this.#fails({ ...spec, durationMs }, schedule))) least = durationMs + 1
    }
  }

  async network(): Promise<void> {
    for (let found = true; found && !this.isSpent; ) {
      found = false
      for (const network of simplerNetworks(this.best.spec.network)) {
        found = await this.#fails({ ...this.best.spec, network }, this.best.schedule)
        if (found) break
      }
    }
  }

  /** Keeps a smaller run in which the same property fails. */
  async #fails(spec: RunSpec, schedule: readonly FaultEvent[]): Promise<boolean> {
    const { scenario, signal, timeoutMs } = this.#options
    signal?.throwIfAborted()
    const { property } = this.best.violation
    let found: Attempt
    try {
      if (!isTolerated(schedule, scenario.topology(spec))) return false
      this.#count()
      found = await attempt(spec, {
        scenario,
        schedule,
        ...(signal !== undefined && { signal }),
        ...(timeoutMs !== undefined && { timeoutMs })
      })
    } catch (error) {
      // A shape or a time that the scenario can't honour is no smaller run.
      if (signal?.aborted) throw error
      return false
    }
    const violation = found.violations.find(one => one.property === property)
    if (violation === undefined) return false
    this.best = { spec, schedule, violation, auditHash: found.auditHash }
    return true
  }

  #count(): void {
    this.runs++
    const { spec, schedule } = this.best
    this.#options.onProgress?.({
      runs: this.runs,
      ofRuns: this.#most,
      faults: faultsOf(schedule).length,
      nodes: spec.nodes,
      durationMs: spec.durationMs
    })
  }
}

/** The same faults on fewer nodes; those that fall on one node twice befall it once. */
function onFewer(schedule: readonly FaultEvent[], nodes: number): FaultEvent[] {
  const seen = new Set<string>()
  const moved: Fault[] = []
  for (const fault of faultsOf(schedule)) {
    const [first] = fault
    if (first!.kind === 'partition') {
      const side = first!.side.filter(node => node < nodes)
      if (side.length > 0 && side.length < nodes) moved.push([{ ...first!, side }])
      continue
    }
    const node = first!.node % nodes
    const key = `${first!.kind} ${node}`
    if (seen.has(key)) continue
    seen.add(key)
    moved.push(fault.map(event => ({ ...event, node }) as FaultEvent))
  }
  return scheduleOf(moved)
}
