import { scenarios as catalogue } from '../scenario/catalogue.ts'
import type { RunSummary } from '../scenario/outcome.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Attempt, attempt } from './attempt.ts'
import { drawRun } from './draw.ts'
import { type Lane, ownLane, threadLane } from './lanes.ts'
import { promiseOf } from './promise.ts'

const SLOWEST_KEPT = 3
const FAILURES_KEPT = 100
const TIMEOUT_MS = 60_000
const WORKERS_OTHERWISE = 2

export interface SwarmOptions {
  /** All of the catalogue of which a promise is known, unless told; each is run with every seed. */
  readonly scenarios?: readonly Scenario[]
  /** First seed; 1 unless told. */
  readonly from?: number
  readonly seeds: number
  /** Wall time after which no further run begins. */
  readonly budgetMs?: number
  /** Runs at a time; 1 unless told, in the caller's own thread. */
  readonly workers?: number
  /** Wall time after which a run counts as failed; a minute unless told. */
  readonly timeoutMs?: number
  /** Every so many runs one is run again with other workers, and compared; never when left out. */
  readonly checkEvery?: number
  /** Ends the swarm; what is done by then is reported. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: SwarmProgress) => void
  /** Instead of threads that know the catalogue: how scenarios of a test are run. */
  readonly lane?: () => Lane
}

export interface SwarmProgress {
  readonly runs: number
  readonly of: number
  readonly events: number
  readonly failed: number
}

/** A property that failed, by scenario. */
export interface SwarmFinding {
  readonly scenario: string
  readonly property: string
  /** Runs in which it did. */
  readonly runs: number
  /** The lowest seed in which it did. */
  readonly firstSeed: number
  readonly what: string
}

export interface SwarmReport {
  readonly runs: number
  /** Fewer runs than that: it was stopped. */
  readonly of: number
  readonly events: number
  readonly virtualMs: number
  readonly wallMs: number
  readonly findings: readonly SwarmFinding[]
  /** By scenario: how often each mark was reached in all runs. */
  readonly sometimes: Readonly<Record<string, RunSummary['sometimes']>>
  /** `scenario: mark` of those that no run reached. */
  readonly neverReached: readonly string[]
  readonly slowest: readonly { scenario: string; seed: number; wallMs: number }[]
  /** Runs compared with a second one. */
  readonly compared: number
  /** Those in which the second one had another audit hash. */
  readonly differing: readonly { scenario: string; seed: number }[]
  /** The first failed run of each finding, for `shrink`. */
  readonly failures: readonly Attempt[]
}

/**
 * Runs scenarios with many seeds; each seed draws a whole run. The report but its times is the same for
 * any number of workers, unless time or a signal ended it.
 *
 * @throws {SimulationError} `bad-setting` for a scenario of which no promise is known
 */
export async function runSwarm(options: SwarmOptions): Promise<SwarmReport> {
  const { scenarios = promised(), from = 1, seeds, workers = 1, signal } = options
  const startMs = performance.now()
  const tally = new Tally(scenarios, scenarios.length * seeds)
  const queue = drawAll(scenarios, from, seeds)
  const makeLane = options.lane ?? (workers === 1 ? ownLane : threadLane)
  const lanes = Array.from({ length: workers }, makeLane)
  const isOver = (): boolean =>
    signal?.aborted === true ||
    (options.budgetMs !== undefined && performance.now() - startMs >= options.budgetMs)
  const work = async (lane: Lane): Promise<void> => {
    for (const { index, scenario, seed } of queue) {
      const spec = drawRun(scenario, seed)
      const { timeoutMs = TIMEOUT_MS } = options
      const found = await lane.run(spec, { timeoutMs, ...(signal !== undefined && { signal }) })
      tally.add(index, found)
      if (options.checkEvery !== undefined && index % options.checkEvery === 0) {
        const again = await attempt(spec, { scenario, timeoutMs, workers: WORKERS_OTHERWISE })
        tally.compare(found, again)
      }
      options.onProgress?.(tally.progress)
      if (isOver()) return
    }
  }
  try {
    await Promise.all(lanes.map(work))
  } catch (error) {
    if (signal?.aborted !== true) throw error
  } finally {
    await Promise.all(lanes.map(lane => lane.close()))
  }
  return tally.report(performance.now() - startMs)
}

function promised(): readonly Scenario[] {
  return catalogue.filter(scenario => promiseOf(scenario) !== undefined)
}

interface Turn {
  readonly index: number
  readonly scenario: Scenario
  readonly seed: number
}

/** One queue for all lanes: each seed with all scenarios, then the next. Leaving a loop doesn't end it. */
function drawAll(scenarios: readonly Scenario[], from: number, seeds: number): Iterable<Turn> {
  let index = 0
  const next = (): IteratorResult<Turn> => {
    if (index >= seeds * scenarios.length) return { done: true, value: undefined }
    const scenario = scenarios[index % scenarios.length]!
    const seed = (from + Math.floor(index / scenarios.length)) >>> 0
    return { done: false, value: { index: index++, scenario, seed } }
  }
  return { [Symbol.iterator]: () => ({ next }) }
}

class Tally {
  readonly #of: number
  readonly #sometimes: Map<string, Map<string, number>>
  readonly #findings = new Map<string, { finding: SwarmFinding; index: number; failure: Attempt }>()
  readonly #slowest: { scenario: string; seed: number; wallMs: number }[] = []
  readonly #differing: { scenario: string; seed: number }[] = []
  #compared = 0
  #runs = 0
  #failed = 0
  #events = 0
  #virtualMs = 0

  constructor(scenarios: readonly Scenario[], of: number) {
    this.#of = of
    this.#sometimes = new Map(scenarios.map(({ name }) => [name, new Map()]))
  }

  get progress(): SwarmProgress {
    return { runs: this.#runs, of: this.#of, events: this.#events, failed: this.#failed }
  }

  add(index: number, found: Attempt): void {
    const { spec, violations, events, wallMs, sometimes } = found
    const { scenario, seed } = spec
    this.#runs++
    this.#events += events
    this.#virtualMs += spec.durationMs
    if (violations.length > 0) this.#failed++
    const marks = this.#sometimes.get(scenario)!
    for (const [mark, times] of Object.entries(sometimes)) {
      marks.set(mark, (marks.get(mark) ?? 0) + times)
    }
    this.#slowest.push({ scenario, seed, wallMs })
    this.#slowest.sort((a, b) => b.wallMs - a.wallMs).splice(SLOWEST_KEPT)
    for (const property of new Set(violations.map(violation => violation.property))) {
      this.#find(index, property, found)
    }
  }

  #find(index: number, property: string, failure: Attempt): void {
    const { scenario, seed } = failure.spec
    const key = `${scenario} ${property}`
    const before = this.#findings.get(key)
    if (before === undefined && this.#findings.size >= FAILURES_KEPT) return
    const runs = (before?.finding.runs ?? 0) + 1
    if (before !== undefined && before.index < index) {
      this.#findings.set(key, { ...before, finding: { ...before.finding, runs } })
      return
    }
    const { what } = failure.violations.find(violation => violation.property === property)!
    const finding = { scenario, property, runs, firstSeed: seed, what }
    this.#findings.set(key, { finding, index, failure })
  }

  compare(first: Attempt, second: Attempt): void {
    this.#compared++
    if (first.auditHash === second.auditHash) return
    this.#differing.push({ scenario: first.spec.scenario, seed: first.spec.seed })
  }

  report(wallMs: number): SwarmReport {
    const found = [...this.#findings.values()].sort((a, b) => a.index - b.index)
    const sometimes = Object.fromEntries(
      [...this.#sometimes].map(([scenario, marks]) => [scenario, Object.fromEntries(marks)])
    )
    return {
      runs: this.#runs,
      of: this.#of,
      events: this.#events,
      virtualMs: this.#virtualMs,
      wallMs,
      findings: found.map(({ finding }) => finding),
      sometimes,
      neverReached: Object.entries(sometimes).flatMap(([scenario, marks]) =>
        Object.entries(marks).flatMap(([mark, times]) => (times > 0 ? [] : `${scenario}: ${mark}`))
      ),
      slowest: this.#slowest,
      compared: this.#compared,
      differing: this.#differing,
      failures: found.map(({ failure, finding }) => withFirst(failure, finding.property))
    }
  }
}

/** The violation that it stands for comes first. */
function withFirst(failure: Attempt, property: string): Attempt {
  const violations = failure.violations.toSorted(
    (a, b) => Number(b.property === property) - Number(a.property === property)
  )
  return { ...failure, violations }
}
