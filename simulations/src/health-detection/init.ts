import type { DetectorLimits, DetectorPreset } from '@torusmesh/health'
import type { LossModel } from '../engine/network.ts'
import { SimulationError } from '../errors.ts'

/** How a killed node ends: its host goes silent, or its kernel closes the connections and refuses dials. */
export type KillMode = 'silent' | 'closed'

export interface HealthDetectionInit {
  /** Sides of the torus; one node a cell. */
  readonly sides: readonly number[]
  readonly seed: number
  readonly durationMs: number
  /** Thresholds of the detector; default `local`. */
  readonly limits?: DetectorPreset | DetectorLimits
  /** Median one-way delay of a link; default 2. */
  readonly latencyMs?: number
  readonly lossPermille?: number
  /** Default `retransmit`: the mesh runs over TCP. */
  readonly loss?: LossModel
  /** Nodes killed, spread over the run's middle; default 0. */
  readonly kills?: number
  readonly killMode?: KillMode
  /** Share of nodes without CPU for `starveMs`: stalls, with short wake-ups between them. */
  readonly starvedPermille?: number
  readonly starveMs?: number
  readonly stallMinMs?: number
  readonly stallMaxMs?: number
  /** Share of nodes that hear nothing for `starveMs`, though they run and are heard. */
  readonly deafPermille?: number
  /** Whether probes include a dial, which a stalled process' kernel still accepts; default true. */
  readonly dials?: boolean
}

export interface Quantiles {
  readonly samples: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface HealthDetectionResult {
  readonly nodes: number
  /** Events handled. */
  readonly events: number
  /** From the kill to `down`, ms, once for each live watcher that was neither starved nor deaf. */
  readonly detectionMs: Quantiles
  /** From the kill to each such watcher's own first accusation, ms. */
  readonly accusationMs: Quantiles
  /** Such watchers that never called a killed node down. */
  readonly missed: number
  /** Live nodes that some watcher called down: healthy ones, and starved or deaf ones. */
  readonly falseRemovals: number
  readonly falseRemovalsAfflicted: number
  /** Live nodes still down for some live watcher at the end: nobody may stay so. */
  readonly notRevived: number
  /** Accusations of live nodes, renewals included. */
  readonly falseAccusations: number
  readonly refutations: number
  readonly messagesPerNodePerSecond: number
  readonly bytesPerRow: number
  /** Over every output of every detector, with its time. */
  readonly auditHash: string
}

/** What {@link HealthDetectionInit} leaves out. */
export const defaults: Omit<Required<HealthDetectionInit>, 'sides' | 'seed' | 'durationMs'> = {
  limits: 'local',
  latencyMs: 2,
  lossPermille: 0,
  loss: 'retransmit',
  kills: 0,
  killMode: 'silent',
  starvedPermille: 0,
  starveMs: 20_000,
  stallMinMs: 300,
  stallMaxMs: 2_500,
  deafPermille: 0,
  dials: true
}

/** Longest time something can be put off; the timing wheel holds it and a wake-up. */
const WAIT_MAX_MS = 30_000
/** Five retransmissions then fit the timing wheel. */
const LATENCY_MAX_MS = 300
/** A week; times are 32-bit. */
const DURATION_MAX_MS = 604_800_000

/** @throws {SimulationError} `bad-setting` */
export function checkInit(init: Required<HealthDetectionInit>): void {
  const { seed, durationMs, latencyMs, kills, starveMs, stallMinMs, stallMaxMs } = init
  const { lossPermille, starvedPermille, deafPermille } = init
  const integers = [seed, durationMs, latencyMs, kills, starveMs, stallMinMs, stallMaxMs]
  const permilles = [lossPermille, starvedPermille, deafPermille]
  const problem =
    (integers.some(n => !Number.isSafeInteger(n) || n < 0) && 'negative or broken numbers') ||
    (permilles.some(n => !Number.isInteger(n) || n < 0 || n > 1_000) && 'shares are 0 to 1,000') ||
    (durationMs > DURATION_MAX_MS && `a run takes ${DURATION_MAX_MS} ms at most`) ||
    (latencyMs > LATENCY_MAX_MS && `latency is ${LATENCY_MAX_MS} ms at most`) ||
    (stallMinMs > stallMaxMs && 'stallMinMs is above stallMaxMs') ||
    (stallMaxMs > WAIT_MAX_MS && `stalls last ${WAIT_MAX_MS} ms at most`)
  if (problem) throw new SimulationError('bad-setting', problem)
}
