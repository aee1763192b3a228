import { mix } from '../engine/random.ts'
import { Purpose, purposeKey } from './draws.ts'
import { FACTOR_ONE, lognormalFactors, QUANTILE_BITS, quantileOf } from './lognormal.ts'
import { type Sites, sitesOf } from './sites.ts'
import type { LatencySpec } from './spec.ts'

/** Delays are computed in grains, 256 to a tick and 1,024 to a ms, and rounded to ticks at the end. */
export const GRAINS_PER_TICK = 256
export const GRAINS_PER_MS = 1_024
const GRAINS_PER_SIXTEENTH: number = GRAINS_PER_MS / 16

/** Measured delays below 1 ms count as 1 ms: shards run that far apart. */
const MEASURED_FLOOR_GRAINS: number = GRAINS_PER_MS

/** One-way delay between two nodes; stateless, so every shard knows it. */
export interface Latency {
  /** @param word - a draw; where spread was measured too, its low bits choose this message's share of it */
  grains(from: number, to: number, word: number): number
  /** None is less. */
  readonly leastGrains: number
  /** The site a node stands at, from 0; 0 where there are none. */
  siteOf(node: number): number
}

/**
 * The delays of a checked spec.
 *
 * @param spread - whether a measured model spreads messages as measured
 */
export function createLatency(
  spec: LatencySpec,
  spread: boolean,
  seed: number,
  stream: number
): Latency {
  const pairKey = purposeKey(seed, stream, Purpose.pair)
  switch (spec.model) {
    case 'constant':
      return new ConstantLatency(grainsOf(spec.oneWayMs))
    case 'uniform':
      return new UniformLatency(grainsOf(spec.minMs), grainsOf(spec.maxMs), pairKey)
    case 'lognormal':
      return new LognormalLatency(grainsOf(spec.medianMs), spec.sigmaPermille, pairKey)
    case 'aws33':
    case 'planetlab490':
    case 'libp2p8':
      return new SiteLatency(sitesOf(spec.model), spread, purposeKey(seed, stream, Purpose.site))
    default:
      return spec satisfies never
  }
}

function grainsOf(ms: number): number {
  return Math.round(ms * GRAINS_PER_MS)
}

/** A draw that belongs to two nodes, whichever of them asks. */
export function drawOfPair(key: number, a: number, b: number): number {
  // One mixing of both numbers, for this is asked for every message; the factor is odd, so no bit is lost.
  return mix(key ^ (Math.imul(Math.min(a, b), 0x9e37_79b1) + Math.max(a, b))) >>> 0
}

class ConstantLatency implements Latency {
  readonly leastGrains: number

  constructor(grains: number) {
    this.leastGrains = grains
  }

  grains(): number {
    return this.leastGrains
  }

  siteOf(): number {
    return 0
  }
}

class UniformLatency implements Latency {
  readonly leastGrains: number
  readonly #spread: number
  readonly #key: number

  constructor(least: number, most: number, key: number) {
    this.leastGrains = least
    this.#spread = most - least + 1
    this.#key = key
  }

  grains(from: number, to: number): number {
    return this.leastGrains + (drawOfPair(this.#key, from, to) % this.#spread)
  }

  siteOf(): number {
    return 0
  }
}

class LognormalLatency implements Latency {
  readonly leastGrains: number
  /** By quantile. */
  readonly #grains: Float64Array
  readonly #key: number

  constructor(median: number, sigmaPermille: number, key: number) {
    const factors = lognormalFactors(sigmaPermille)
    this.#grains = Float64Array.from(factors, factor => Math.floor((median * factor) / FACTOR_ONE))
    this.leastGrains = this.#grains[0]!
    this.#key = key
  }

  grains(from: number, to: number): number {
    return this.#grains[drawOfPair(this.#key, from, to) >>> (32 - QUANTILE_BITS)]!
  }

  siteOf(): number {
    return 0
  }
}

class SiteLatency implements Latency {
  readonly leastGrains: number
  readonly #sites: Sites
  readonly #delays: Uint16Array
  readonly #spread: Spread | undefined
  readonly #key: number

  constructor(sites: Sites, spread: boolean, key: number) {
    this.#sites = sites
    this.#delays = sites.delays
    this.#spread = spread && sites.sigmaPermille ? spreadOf(sites.sigmaPermille) : undefined
    this.#key = key
    const least = this.#spread === undefined ? this.#delays.reduce((a, b) => Math.min(a, b)) : 0
    this.leastGrains = Math.max(MEASURED_FLOOR_GRAINS, least * GRAINS_PER_SIXTEENTH)
  }

  grains(from: number, to: number, word: number): number {
    const at = this.siteOf(from) * this.#sites.count + this.siteOf(to)
    let grains = this.#delays[at]! * GRAINS_PER_SIXTEENTH
    const spread = this.#spread
    if (spread !== undefined) {
      const factor = spread.factors[(spread.tableOf[at]! << QUANTILE_BITS) + quantileOf(word)]!
      grains = Math.floor((grains * factor) / FACTOR_ONE)
    }
    return Math.max(MEASURED_FLOOR_GRAINS, grains)
  }

  siteOf(node: number): number {
    const { pick, count } = this.#sites
    const word = mix(this.#key ^ node) >>> 16
    if (pick === undefined) return Math.imul(word, count) >>> 16
    return pick[Math.imul(word, pick.length) >>> 16]!
  }
}

interface Spread {
  /** Which table, by pair of sites. */
  readonly tableOf: Uint8Array
  /** Tables of factors by quantile, one after the other. */
  readonly factors: Uint32Array
}

function spreadOf(sigmaPermille: Uint16Array): Spread {
  const sigmas = [...new Set(sigmaPermille)]
  return {
    tableOf: Uint8Array.from(sigmaPermille, sigma => sigmas.indexOf(sigma)),
    factors: Uint32Array.from(sigmas.flatMap(sigma => [...lognormalFactors(sigma)]))
  }
}
