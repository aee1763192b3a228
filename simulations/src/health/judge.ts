import { PeerState, quorumOf } from '@torusmesh/health'
import type { Table, Violation } from '../scenario/outcome.ts'
import type { Merged, RunSetup } from '../scenario/scenario.ts'
import { type Crash, Fates, type Span } from './fates.ts'
import { marksOf } from './marks.ts'
import { Reach } from './reach.ts'
import type { HealthResult } from './result.ts'
import { spreadQuantileMs } from './spread-times.ts'
import { eachRow, Said } from './verdict-log.ts'

/** What a scenario holds a run to, beyond that nobody is removed wrongly. */
export interface Expectations {
  /** A crash that lasts so long must be found by then by each healthy watcher that reaches a quorum. */
  readonly detectWithinMs: number
  /** Who lives, and whom no fault has touched for so long, must be alive for everybody. */
  readonly reviveWithinMs: number
  /** Whether paused, starved and deaf nodes mustn't be removed either; the healthy never may. */
  readonly spareAfflicted?: boolean
  /** Subjects against whom a false notice can hold: a quorum of their watchers lies. */
  readonly mayBeNoticed?: ReadonlySet<number>
  /** Subjects of whom nothing is promised: they reach nobody honest besides. */
  readonly forfeit?: ReadonlySet<number>
}

const MAX_VIOLATIONS = 10_000
/** The longest self-doubt. */
const DOUBT_MS = 30_000

/** Holds what all nodes decided against the schedule of faults. It knows nothing of the machines. */
export function judge(
  setup: RunSetup,
  results: readonly HealthResult[],
  expectations: Expectations
): Merged {
  const judgement = new Judgement(setup, results, expectations)
  judgement.read()
  const detections = judgement.detections()
  judgement.settled()
  const { nodes, durationMs } = setup.spec
  const sent = results.reduce((sum, result) => sum + result.sent, 0)
  const spread = results.map(result => result.spread)
  return {
    sometimes: {
      ...marksOf(results.map(({ marks }) => marks)),
      calledDownFalsely: judgement.falseRemovals + judgement.falseRemovalsAfflicted,
      falselyNoticed: judgement.falselyNoticed.size,
      revived: judgement.revived
    },
    measures: {
      detectionP50Ms: quantile(detections.downMs, 50),
      detectionP99Ms: quantile(detections.downMs, 99),
      detectionMaxMs: quantile(detections.downMs, 100),
      accusationP50Ms: quantile(detections.accusedMs, 50),
      accusationMaxMs: quantile(detections.accusedMs, 100),
      knownP50Ms: spreadQuantileMs(spread, 50),
      knownP99Ms: spreadQuantileMs(spread, 99),
      reviveMaxMs: judgement.reviveMaxMs,
      detections: detections.downMs.length,
      missed: detections.missed,
      falseRemovals: judgement.falseRemovals,
      falseRemovalsAfflicted: judgement.falseRemovalsAfflicted,
      falseAccusations: judgement.falseAccusations,
      notRevived: judgement.notRevived,
      messagesPerNodePerSecond: Math.round((sent * 100_000) / (nodes * durationMs)) / 100,
      verdictsDropped: results.reduce((sum, { log }) => sum + log.dropped, 0)
    },
    violations: judgement.violations.sort((a, b) => a.atMs - b.atMs || a.node - b.node),
    tables: { detections: detections.table }
  }
}

/** What one watcher said of one peer. */
interface Pair {
  readonly accusedMs: number[]
  /** From calling it down to taking it for alive again, or to the watcher's own end. */
  readonly down: Span[]
  downIncarnation: number
}

class Judgement {
  readonly violations: Violation[] = []
  readonly falselyNoticed = new Set<number>()
  readonly #removed = new Set<number>()
  readonly #removedAfflicted = new Set<number>()
  falseAccusations = 0
  notRevived = 0
  revived = 0
  reviveMaxMs: number | null = null
  readonly #setup: RunSetup
  readonly #results: readonly HealthResult[]
  readonly #expect: Expectations
  readonly #fates: Fates
  readonly #endMs: number
  readonly #pairs = new Map<number, Pair>()
  readonly #accusedByDeafNodes = new Map<string, Set<number>>()

  constructor(setup: RunSetup, results: readonly HealthResult[], expectations: Expectations) {
    this.#setup = setup
    this.#results = results
    this.#expect = expectations
    this.#fates = Fates.of(setup.faults)
    this.#endMs = setup.spec.durationMs
  }

  get falseRemovals(): number {
    return this.#removed.size
  }

  get falseRemovalsAfflicted(): number {
    return this.#removedAfflicted.size
  }

  /** Goes through every verdict of every honest node. */
  read(): void {
    for (const { log } of this.#results) {
      eachRow(log, (atMs, node, subject, what, incarnation) => {
        if (this.#fates.isByzantine(node) || this.#fates.isByzantine(subject)) return
        const live = !this.#fates.downOrRecent(subject, atMs)
        if (what === Said.accuse) this.#accused(atMs, node, subject, live)
        else if (what === Said.down) this.#down(atMs, node, subject, live, incarnation)
        else if (what === Said.clear) this.#cleared(atMs, node, subject, incarnation)
        else if (what === Said.notice && live) this.#noticed(atMs, node, subject)
      })
    }
  }

  #accused(atMs: number, node: number, subject: number, live: boolean): void {
    this.#pair(node, subject).accusedMs.push(atMs)
    if (!live || this.#fates.parted(node, subject, atMs)) return
    this.falseAccusations++
    this.#accusedByDeaf(atMs, node, subject)
  }

  /** Who hears nobody any more may accuse a few, whom it missed first, and then doubts itself. */
  #accusedByDeaf(atMs: number, node: number, subject: number): void {
    const sinceMs = this.#fates.deafSinceMs(node, atMs)
    if (sinceMs === undefined || atMs - sinceMs >= DOUBT_MS || this.#fates.isAfflicted(subject))
      return
    const key = `${node} ${sinceMs}`
    const accused = this.#accusedByDeafNodes.get(key) ?? new Set()
    this.#accusedByDeafNodes.set(key, accused.add(subject))
    const most = Math.max(1, watchersIn(this.#setup.topology, node) >> 1)
    if (accused.size !== most + 1) return
    const what = `${node} accuses ${accused.size} live peers, though it hears nobody`
    this.#violate('doubts-first', atMs, node, what)
  }

  #down(atMs: number, node: number, subject: number, live: boolean, incarnation: number): void {
    const pair = this.#pair(node, subject)
    pair.down.push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY })
    pair.downIncarnation = incarnation
    if (!live || this.#fates.parted(node, subject, atMs)) return
    if (this.#fates.isAfflicted(subject)) {
      this.#removedAfflicted.add(subject)
      if (!this.#expect.spareAfflicted) return
    }
    if (this.#expect.forfeit?.has(subject)) return
    if (!this.#fates.isAfflicted(subject)) this.#removed.add(subject)
    const what = `${node} calls ${subject} down, which runs as incarnation ${incarnation} or later`
    this.#violate('no-false-removal', atMs, node, what)
  }

  #noticed(atMs: number, node: number, subject: number): void {
    // What waited for one that stood still was true when it was said.
    if (this.falselyNoticed.has(subject) || this.#fates.isAfflicted(node)) return
    this.falselyNoticed.add(subject)
    const { partitions } = this.#fates
    const excused = partitions.length > 0 || this.#fates.isAfflicted(subject)
    if (excused || this.#expect.mayBeNoticed?.has(subject)) return
    this.#violate('no-false-notice', atMs, node, `a notice proves ${subject} down, which runs`)
  }

  #cleared(atMs: number, node: number, subject: number, incarnation: number): void {
    const pair = this.#pair(node, subject)
    const down = pair.down.at(-1)
    if (down === undefined || down.toMs <= atMs) return
    down.toMs = atMs
    // A watcher that started anew has forgotten whom it called down.
    if (!this.#fates.runs(node, down.fromMs, atMs)) return
    this.revived++
    if (incarnation <= pair.downIncarnation) {
      const what = `${node} takes ${subject} for alive, which was down under ${incarnation}`
      this.#violate('revived-by-claim', atMs, node, what)
    }
    const quietMs = this.#fates.quietFromMs(subject)
    if (quietMs > atMs || this.#fates.isAfflicted(node)) return
    this.reviveMaxMs = Math.max(this.reviveMaxMs ?? 0, atMs - quietMs)
    if (quietMs === 0 || atMs - quietMs <= this.#expect.reviveWithinMs) return
    const what = `${node} takes ${subject} for alive ${atMs - quietMs} ms after its last fault`
    this.#violate('alive-again-in-time', atMs, node, what)
  }

  /** Who lives at the end, and has had its time, is down for nobody. */
  settled(): void {
    const down = new Set<number>()
    for (const { unsettled, believers } of this.#results) {
      for (let at = 0; at < unsettled.length; at += 3) {
        const node = unsettled[at]!
        if (unsettled[at + 2] === PeerState.down && !this.#fates.isByzantine(node)) {
          down.add(unsettled[at + 1]!)
        }
      }
      for (const [subject] of believers) down.add(subject)
    }
    for (const subject of [...down].sort((a, b) => a - b)) {
      const quietMs = this.#fates.quietFromMs(subject)
      if (this.#fates.crashAt(subject, this.#endMs) !== undefined) continue
      if (this.#fates.isByzantine(subject) || this.#expect.forfeit?.has(subject)) continue
      if (quietMs + this.#expect.reviveWithinMs > this.#endMs) continue
      this.notRevived++
      this.#violate('alive-again', this.#endMs, subject, `${subject} runs and is down for others`)
    }
  }

  /** From each crash to each watcher's first accusation and verdict. */
  detections(): { table: Table; accusedMs: number[]; downMs: number[]; missed: number } {
    const rows: number[][] = []
    const reach = new Reach(this.#setup, this.#fates)
    let missed = 0
    for (const crash of this.#fates.crashes) {
      if (this.#fates.isByzantine(crash.node)) continue
      const endMs = Math.min(crash.toMs, this.#endMs)
      const byMs = crash.fromMs + this.#expect.detectWithinMs
      const watchers = this.#watchersOf(crash, Math.min(endMs, byMs))
      const { topology } = this.#setup
      const due = byMs <= endMs && watchers.length >= quorumOf(watchersIn(topology, crash.node))
      for (const watcher of watchers) {
        if (this.#fates.isAfflicted(watcher)) continue
        const pair = this.#pairs.get(this.#key(watcher, crash.node))
        const within = (atMs: number): boolean => atMs >= crash.fromMs && atMs < endMs
        const accusedMs = pair?.accusedMs.find(within) ?? -1
        // Who stood still, and counts as down already, is down at once when it dies.
        const downMs =
          pair?.down
            .filter(({ toMs }) => toMs > crash.fromMs)
            .map(({ fromMs }) => Math.max(fromMs, crash.fromMs))
            .find(within) ?? -1
        rows.push([crash.node, watcher, crash.fromMs, accusedMs, downMs])
        if (!due || (downMs >= 0 && downMs <= byMs)) continue
        if (!reach.hears(crash, watcher, byMs)) continue
        missed++
        const what = `${watcher} hasn't called ${crash.node} down, which died at ${crash.fromMs} ms`
        this.#violate('found-in-time', byMs, watcher, what)
      }
    }
    const column = (at: number): Int32Array => Int32Array.from(rows, row => row[at]!)
    // Of who never did, not a number: neither 0 nor −1 is a time somebody took.
    const afterMs = (at: number): Float64Array =>
      Float64Array.from(rows, row => (row[at]! < 0 ? Number.NaN : row[at]! - row[2]!))
    const accusedMs = afterMs(3)
    const downMs = afterMs(4)
    const took = (times: Float64Array): number[] => [...times].filter(Number.isFinite)
    return {
      table: {
        victim: column(0),
        watcher: column(1),
        crashedAtMs: column(2),
        accusedAfterMs: accusedMs,
        downAfterMs: downMs
      },
      accusedMs: took(accusedMs),
      downMs: took(downMs),
      missed
    }
  }

  /** Honest watchers of a crashed node that run, and reach each other, all the while. */
  #watchersOf({ node, fromMs }: Crash, toMs: number): number[] {
    const { topology } = this.#setup
    const watchers: number[] = []
    for (let link = 0; link < topology.degree; link++) {
      const peer = topology.peer(node, link)
      if (peer < 0 || topology.distance!(node, peer) > 1 || this.#fates.isByzantine(peer)) continue
      if (this.#fates.partedWithin(peer, node, fromMs, toMs)) continue
      if (this.#fates.runs(peer, fromMs, toMs)) watchers.push(peer)
    }
    return watchers
  }

  #pair(node: number, subject: number): Pair {
    const key = this.#key(node, subject)
    let pair = this.#pairs.get(key)
    if (pair === undefined) {
      pair = { accusedMs: [], down: [], downIncarnation: 0 }
      this.#pairs.set(key, pair)
    }
    return pair
  }

  #key(node: number, subject: number): number {
    return node * this.#setup.topology.nodes + subject
  }

  #violate(property: string, atMs: number, node: number, what: string): void {
    if (this.violations.length < MAX_VIOLATIONS)
      this.violations.push({ property, atMs, node, what })
  }
}

function watchersIn(topology: RunSetup['topology'], node: number): number {
  let count = 0
  for (let link = 0; link < topology.degree; link++) {
    const peer = topology.peer(node, link)
    if (peer >= 0 && topology.distance!(node, peer) <= 1) count++
  }
  return count
}

function quantile(times: readonly number[], percent: number): number | null {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? null
}
