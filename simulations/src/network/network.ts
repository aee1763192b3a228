import { TICKS_PER_MS } from '../engine/model.ts'
import { mix } from '../engine/random.ts'
import { accessGrains } from './access-tail.ts'
import { createBandwidth, type SerialLinks } from './bandwidth.ts'
import { chance, drawAt, happens, Purpose, purposeKey } from './draws.ts'
import { createLatency, drawOfPair, GRAINS_PER_TICK, type Latency } from './latency.ts'
import { FACTOR_ONE, lognormalFactors, quantileOf } from './lognormal.ts'
import { Loss } from './loss.ts'
import type { NetworkSpec } from './spec.ts'

/** Whose messages a network carries: nodes `first` to `first + nodes - 1`, each with `degree` links. */
export interface NetworkInit {
  /** Unsigned 32-bit, of the run. */
  readonly seed: number
  /** Equal in all shards, so that they agree about sites and delays. */
  readonly stream: number
  readonly first: number
  readonly nodes: number
  readonly degree: number
  /** Whether messages are handed over that leave later, so that others sent after them must wait. */
  readonly holds?: boolean
}

/** What {@link Network.delayTicks} and {@link Network.copyTicks} say of what never arrives. */
export const LOST = -1

/** Linux's least retransmission timeout; it doubles with each loss of the same segment (RFC 6298). */
const RTO_MIN_TICKS: number = 200 * TICKS_PER_MS
/** So many losses of one segment at most; the next attempt arrives. */
const RETRANSMISSIONS_MAX = 5

/**
 * Delays, loses and spoils what the nodes of one shard send. Nothing is allocated after construction,
 * and nothing depends on other shards: a message's fate is decided where it is sent, but for the
 * receiver's downlink, which its own shard asks for on arrival.
 */
export class Network {
  /** No message takes fewer ticks: a run's lookahead. */
  readonly lookaheadTicks: number
  /** The last message's {@link delayTicks}: it arrives with a flipped bit. */
  corrupted = false
  /** The last message's {@link delayTicks}: ticks after which a copy arrives too, or {@link LOST}. */
  copyTicks: number = LOST
  /** Messages handed over, and those of them that never arrive; on a stream only for full queues. */
  sent = 0
  lost = 0
  /** Stream segments sent again. */
  retransmitted = 0

  readonly #latency: Latency
  readonly #first: number
  readonly #degree: number
  readonly #stream: boolean
  readonly #ordered: boolean
  readonly #jitter: Uint32Array | undefined
  readonly #asymmetryPermille: number
  readonly #accessTail: boolean
  readonly #loss: Loss
  readonly #duplicate: number
  readonly #reorder: number
  readonly #corrupt: number
  /** Whether a message can fare in more than one way after its delay. */
  readonly #spoils: boolean
  readonly #draws: boolean
  /** Whether whatever a link doesn't lose takes the same time. */
  readonly #even: boolean
  readonly #messageKey: number
  readonly #pairKey: number
  readonly #accessKey: number
  readonly #up: SerialLinks | undefined
  readonly #down: SerialLinks | undefined
  /** Messages sent over each directed link: the numbers of its draws. */
  readonly #sentOver: Uint32Array
  /** When the last message sent over a directed link arrives, in ticks; where order must be kept. */
  readonly #arrival: Float64Array

  /** @param spec - one that {@link checkNetwork} lets through */
  constructor(spec: NetworkSpec, init: NetworkInit) {
    const { seed, stream, first, nodes, degree } = init
    const links = nodes * degree
    this.#first = first
    this.#degree = degree
    this.#stream = spec.transport !== 'datagram'
    this.#latency = latencyOf(spec, seed, stream)
    this.#jitter = spec.jitterSigmaPermille ? lognormalFactors(spec.jitterSigmaPermille) : undefined
    this.#asymmetryPermille = spec.asymmetryPermille ?? 0
    this.#accessTail = spec.accessTail ?? false
    const lossKey = purposeKey(seed, stream, Purpose.loss)
    this.#loss = new Loss(spec.loss ?? { model: 'none' }, lossKey, first * degree, links)
    this.#duplicate = chance(spec.duplicatePermille ?? 0)
    this.#reorder = chance(spec.reorderPermille ?? 0)
    this.#corrupt = chance(spec.corruptPermille ?? 0)
    this.#spoils = this.#duplicate + this.#reorder + this.#corrupt > 0
    this.#draws = this.#spoils || !this.#loss.never || isSpread(spec)
    this.#even =
      !(this.#spoils || isSpread(spec)) &&
      spec.bandwidth === undefined &&
      this.#loss.state === undefined
    this.#messageKey = purposeKey(seed, stream, Purpose.message)
    this.#pairKey = purposeKey(seed, stream, Purpose.pair)
    this.#accessKey = purposeKey(seed, stream, Purpose.access)
    const bandwidth = spec.bandwidth && createBandwidth(spec.bandwidth, init)
    this.#up = bandwidth?.up
    this.#down = bandwidth?.down
    this.#sentOver = new Uint32Array(this.#draws ? links : 0)
    // Where all take the same time none overtakes another.
    this.#ordered = this.#stream && !(this.#even && this.#loss.never && init.holds !== true)
    this.#arrival = new Float64Array(this.#ordered ? links : 0)
    this.lookaheadTicks = lookaheadTicks(spec)
  }

  /**
   * Sends a message; it arrives after so many ticks, at least {@link lookaheadTicks}, or never:
   * {@link LOST}. Then {@link corrupted} and {@link copyTicks} say how else it fares. A lost datagram
   * has used its sender's uplink too; segments sent again don't use it a second time.
   *
   * @param local - the sender's local number
   * @param link - the sender's link, 0 to `degree - 1`
   * @param to - the receiver's global number
   * @param sizeBytes - on the wire, headers and all
   */
  delayTicks(local: number, link: number, to: number, sizeBytes: number, nowTicks: number): number {
    this.sent++
    const at = local * this.#degree + link
    let word = 0
    if (this.#draws)
      word = drawAt(this.#messageKey, this.#first * this.#degree + at, this.#next(at))
    let waitGrains = 0
    if (this.#up !== undefined) {
      waitGrains = this.#up.serve(local, sizeBytes, nowTicks)
      if (waitGrains < 0) return this.#lose()
    }
    const grains = this.#grains(this.#first + local, to, word)
    if (this.#ordered) return this.#streamTicks(at, grains, waitGrains, word, nowTicks)
    if (!this.#loss.never && this.#loss.lost(at, word)) return this.#lose()
    if (this.#spoils) return this.#spoil(grains, waitGrains, word)
    return this.#ticks(waitGrains + grains)
  }

  /** The time of a message over a link that neither chance nor load holds up. */
  plainTicks(local: number, to: number): number {
    return this.#ticks(this.#grains(this.#first + local, to, 0))
  }

  /**
   * How many of the next messages over a link, `most` at most, are sure to take {@link plainTicks}, if
   * the last one did: 0 where messages of one link differ in more than being lost.
   */
  plainAhead(local: number, link: number, most: number): number {
    if (!this.#even) return 0
    if (this.#loss.never) return most
    const at = local * this.#degree + link
    const sent = this.#sentOver[at]!
    for (let n = 0; n < most; n++) {
      const word = drawAt(this.#messageKey, this.#first * this.#degree + at, sent + n)
      if (this.#loss.lost(at, word)) return n
    }
    return most
  }

  /** Sends so many messages over a link of which {@link plainAhead} has said how they fare. */
  pass(local: number, link: number, messages: number): void {
    this.sent += messages
    if (this.#draws) this.#sentOver[local * this.#degree + link]! += messages
  }

  /** Whether a message sent between others changes how they fare. */
  get draws(): boolean {
    return this.#draws
  }

  /**
   * How much longer a message that has arrived waits until its receiver's downlink has passed it on,
   * ticks, 0 where bandwidth is unlimited; {@link LOST} if too many wait before it. The shard of the
   * receiver asks, once for each arrival in the order of its events.
   */
  receiveTicks(local: number, sizeBytes: number, nowTicks: number): number {
    if (this.#down === undefined) return 0
    const grains = this.#down.serve(local, sizeBytes, nowTicks)
    if (grains >= 0) return Math.ceil(grains / GRAINS_PER_TICK)
    this.lost++
    return LOST
  }

  /**
   * Delay of what isn't a message over a link, such as a refused dial: never lost, in no order, no
   * load on uplinks. Equal for equal arguments.
   */
  strayTicks(local: number, to: number, nowTicks: number): number {
    const from = this.#first + local
    const word = mix(drawAt(this.#messageKey ^ this.#accessKey, from, to) ^ nowTicks) >>> 0
    return this.#ticks(this.#grains(from, to, word))
  }

  /**
   * When the last message sent over a stream arrives, in ticks of virtual time; 0 before the first, and
   * where none can overtake another.
   */
  arrivalTicks(local: number, link: number): number {
    return this.#arrival[local * this.#degree + link] ?? 0
  }

  /** The site of a node of any shard, by its global number; 0 where the model has none. */
  siteOf(node: number): number {
    return this.#latency.siteOf(node)
  }

  /** State that decides what comes, in a fixed order: for checkpoints and the audit. */
  columns(): readonly ArrayBufferView[] {
    const { state } = this.#loss
    const columns: ArrayBufferView[] = [this.#sentOver, this.#arrival]
    if (state !== undefined) columns.push(state)
    for (const links of [this.#up, this.#down]) if (links) columns.push(links.busyUntil)
    return columns
  }

  #next(at: number): number {
    return this.#sentOver[at]!++
  }

  #lose(): number {
    this.lost++
    this.corrupted = false
    this.copyTicks = LOST
    return LOST
  }

  #grains(from: number, to: number, word: number): number {
    let grains = this.#latency.grains(from, to, word)
    if (this.#jitter !== undefined) {
      grains = Math.floor((grains * this.#jitter[quantileOf(word)]!) / FACTOR_ONE)
    }
    if (this.#asymmetryPermille > 0) grains += this.#skewGrains(from, to, grains)
    if (this.#accessTail) {
      grains += accessGrains(this.#accessKey, from) + accessGrains(this.#accessKey, to)
    }
    return grains
  }

  /** Half of the two directions' difference: one gets it, the other loses it. */
  #skewGrains(from: number, to: number, grains: number): number {
    const word = drawOfPair(~this.#pairKey, from, to)
    const shareOf2000 = (word >>> 1) % (this.#asymmetryPermille + 1)
    const skew = Math.floor((grains * shareOf2000) / 2_000)
    return ((word & 1) === 1) === from < to ? skew : -skew
  }

  #ticks(grains: number): number {
    const ticks = Math.floor((grains + GRAINS_PER_TICK / 2) / GRAINS_PER_TICK)
    return Math.max(this.lookaheadTicks, ticks)
  }

  #streamTicks(
    at: number,
    grains: number,
    waitGrains: number,
    word: number,
    nowTicks: number
  ): number {
    let ticks = this.#ticks(waitGrains + grains)
    if (!this.#loss.never) ticks += this.#retransmitTicks(at, grains, word)
    if (this.#corrupt > 0) this.corrupted = happens(drawAt(word, 0, 3), this.#corrupt)
    const arrival = Math.max(nowTicks + ticks, this.#arrival[at]!)
    this.#arrival[at] = arrival
    return arrival - nowTicks
  }

  #retransmitTicks(at: number, grains: number, first: number): number {
    let word = first
    let timeoutTicks = RTO_MIN_TICKS + 2 * this.#ticks(grains)
    let waitTicks = 0
    for (let n = 0; n < RETRANSMISSIONS_MAX && this.#loss.lost(at, word); n++) {
      this.retransmitted++
      waitTicks += timeoutTicks
      timeoutTicks *= 2
      word = drawAt(word, at, n)
    }
    return waitTicks
  }

  #spoil(grains: number, waitGrains: number, word: number): number {
    const late = drawAt(word, 0, 1)
    const lateGrains = happens(late, this.#reorder) ? drawAt(word, 0, 2) % (grains + 1) : 0
    this.corrupted = happens(drawAt(word, 0, 3), this.#corrupt)
    const copied = happens(drawAt(word, 0, 4), this.#duplicate)
    const copyGrains = copied ? waitGrains + grains + (drawAt(word, 0, 5) % (grains + 1)) : 0
    this.copyTicks = copied ? this.#ticks(copyGrains) : LOST
    return this.#ticks(waitGrains + grains + lateGrains)
  }
}

/** The network of one shard. */
export function createNetwork(spec: NetworkSpec, init: NetworkInit): Network {
  return new Network(spec, init)
}

/**
 * The least delay any message can have, at least a tick: how far apart shards may run. Measured delays
 * below 1 ms count as 1 ms.
 */
export function lookaheadTicks(spec: NetworkSpec): number {
  const least = latencyOf(spec, 0, 0).leastGrains
  const factor = spec.jitterSigmaPermille
    ? lognormalFactors(spec.jitterSigmaPermille)[0]!
    : FACTOR_ONE
  const direction = 2_000 - (spec.asymmetryPermille ?? 0)
  const grains = Math.floor((Math.floor((least * factor) / FACTOR_ONE) * direction) / 2_000)
  return Math.max(1, Math.floor(grains / GRAINS_PER_TICK))
}

function latencyOf(spec: NetworkSpec, seed: number, stream: number): Latency {
  return createLatency(spec.latency, spec.jitterSigmaPermille === undefined, seed, stream)
}

function isSpread(spec: NetworkSpec): boolean {
  return (spec.jitterSigmaPermille ?? (spec.latency.model === 'aws33' ? 1 : 0)) > 0
}
