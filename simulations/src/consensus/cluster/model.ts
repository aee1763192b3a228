import type { Epoch, Verify } from '@torusmesh/consensus'
import type { AuditHash } from '../../engine/audit.ts'
import { type ShardModel, type ShardPort, TICKS_PER_MS } from '../../engine/model.ts'
import { createNetwork, LOST, type Network } from '../../network/network.ts'
import type { RunSetup } from '../../scenario/scenario.ts'
import { refuseCheckpoint } from '../checkpoints.ts'
import { signaturesOf } from '../simplex-protocol.ts'
import { ML_DSA_44_BYTES, StandInKeys } from '../stand-in.ts'
import { Stream } from '../streams.ts'
import { type Actor, Cluster, type ClusterPort } from './cluster.ts'
import { Dice } from './dice.ts'
import type { Finding } from './judge.ts'
import { MARKS, type Mark } from './marks.ts'
import type { Plot } from './plot.ts'
import { Post } from './post.ts'
import { drawClusters } from './sizes.ts'

/** Words of events: a kind in the low four bits, the actor in the next eight. */
const Kind = {
  start: 0,
  deliver: 1,
  wake: 2,
  act: 3,
  restart: 4,
  heal: 5,
  end: 6,
  link: 7
} as const
type Kind = (typeof Kind)[keyof typeof Kind]
const KIND_BITS = 4
const KIND_MASK: number = (1 << KIND_BITS) - 1
/** Of a frame and the fields of a message; uplinks are charged by it. */
const FRAME_BYTES = 200

/** What one shard's clusters came to. */
export interface ClustersResult {
  readonly clusters: number
  readonly members: number
  readonly marks: Float64Array
  readonly deliveries: number
  /** From when the network is whole to the last message, ms, in the cluster that took longest. */
  readonly slowestRestMs: number
  readonly findings: readonly (Finding & { readonly node: number })[]
  /** Of each fork: power named and all power. */
  readonly blamed: readonly (readonly [number, number])[]
}

export interface ClustersInit {
  /** The plot of a cluster, by the number of its first node. */
  readonly plotOf: (first: number) => Plot
  /** Members of a cluster at most. */
  readonly sizeMost: number
}

/**
 * Many small meshes side by side, each for itself: one scenario each. A cluster is built when it begins
 * and let go of when it is over.
 */
export class ClustersModel implements ShardModel {
  /** No mail leaves a shard: it runs to the end without looking up. */
  readonly lookaheadTicks: number
  readonly #port: ShardPort
  readonly #network: Network
  readonly #endTicks: number
  readonly #post = new Post()
  readonly #firsts: readonly number[]
  /** By number: those that have begun and aren't over. */
  readonly #clusters: (Cluster | undefined)[] = []
  /** By node: the cluster it is in. */
  readonly #clusterOf: Int32Array
  readonly #plots: Plot[]
  readonly #marks = new Float64Array(MARKS.length)
  readonly #blamed: (readonly [number, number])[] = []
  readonly #findings: (Finding & { readonly node: number })[] = []
  /** Where the members of clusters that are over stand, a word each. */
  readonly #ends: number[] = []
  readonly #seed: number
  readonly #keys: StandInKeys
  readonly #verifierOf: (epoch: Epoch) => Verify
  #deliveries = 0
  #slowestRestMs = 0

  constructor(setup: RunSetup, port: ShardPort, init: ClustersInit) {
    const { spec, topology } = setup
    const { first, nodes } = port
    const { degree } = topology
    const { seed } = spec
    this.#port = port
    this.#endTicks = spec.durationMs * TICKS_PER_MS
    this.#network = createNetwork(spec.network, {
      seed,
      stream: Stream.network,
      first,
      nodes,
      degree
    })
    this.lookaheadTicks = this.#endTicks
    this.#firsts = drawClusters(seed, first, nodes, init.sizeMost)
    this.#clusterOf = new Int32Array(nodes).fill(-1)
    this.#seed = seed
    this.#keys = new StandInKeys(seed)
    this.#verifierOf = memoVerifiers(this.#keys)
    this.#plots = this.#firsts.slice(0, -1).map(from => init.plotOf(first + from))
    for (const [number, from] of this.#firsts.slice(0, -1).entries()) {
      this.#clusterOf.fill(number, from, this.#firsts[number + 1]!)
    }
  }

  start(): void {
    for (const [number, { acts, actMs }] of this.#plots.entries()) {
      const local = this.#firsts[number]!
      this.#port.timer(1, local, Kind.start, 0, 0)
      for (let act = 1; act <= acts; act++) {
        this.#port.timer(act * actMs * TICKS_PER_MS, local, Kind.act, 0, 0)
      }
      this.#port.timer(this.#endTicks - 1, local, Kind.end, 0, 0)
      if (this.#plots[number]!.overThird) continue
      this.#port.timer((acts + 1) * actMs * TICKS_PER_MS, local, Kind.heal, 0, 0)
    }
  }

  handle(local: number, word: number, a: number, b: number): void {
    const number = this.#clusterOf[local]!
    const kind = (word & KIND_MASK) as Kind
    if (kind === Kind.start) this.#clusters[number] = this.#build(number)
    const cluster = this.#clusters[number]
    if (cluster === undefined) return
    if (kind === Kind.end) return this.#close(number, cluster)
    const actor = cluster.actors[word >> KIND_BITS]!
    const wasForked = cluster.judge.isForked
    this.#step(cluster, actor, kind, a, b)
    if (!wasForked && cluster.judge.isForked && this.#plots[number]!.overThird) {
      this.#blamed.push([cluster.blamedPower(), cluster.epoch.totalPower])
    }
  }

  fault(): void {}

  audit(hash: AuditHash): void {
    for (const mark of this.#marks) hash.add(mark)
    for (const [named, total] of this.#blamed) hash.add(named * 0x1_0000 + total)
    for (const end of this.#ends) hash.add(end)
  }

  columns(): readonly ArrayBufferView[] {
    return [...this.#network.columns(), this.#clusterOf, this.#marks]
  }

  save(): unknown {
    return refuseCheckpoint()
  }

  restore(): void {
    refuseCheckpoint()
  }

  result(): ClustersResult {
    return {
      clusters: this.#plots.length,
      members: this.#firsts.at(-1)!,
      marks: this.#marks,
      deliveries: this.#deliveries,
      slowestRestMs: this.#slowestRestMs,
      findings: this.#findings,
      blamed: this.#blamed
    }
  }

  #build(number: number): Cluster {
    const from = this.#firsts[number]!
    const dice = new Dice(this.#seed, this.#port.first + from)
    return new Cluster({
      size: this.#firsts[number + 1]! - from,
      plot: this.#plots[number]!,
      keys: this.#keys,
      dice,
      verifierOf: this.#verifierOf,
      port: this.#portOf(from)
    })
  }

  #close(number: number, cluster: Cluster): void {
    const { actors, judge } = cluster
    if (!this.#plots[number]!.overThird) cluster.checkLiveness()
    this.#clusters[number] = undefined
    this.#ends.push(judge.finding === null ? 0 : 1)
    for (const { seats } of actors) {
      for (const { engine } of seats) this.#ends.push(Number.parseInt(digestOf(engine), 16))
    }
    const node = this.#port.first + this.#firsts[number]!
    if (judge.finding !== null) this.#findings.push({ ...judge.finding, node })
  }

  #step(
    cluster: Cluster,
    actor: Actor,
    kind: Exclude<Kind, typeof Kind.end>,
    a: number,
    b: number
  ): void {
    switch (kind) {
      case Kind.start:
        return cluster.start()
      case Kind.deliver: {
        const { from, message } = this.#post.take(a)
        this.#deliveries++
        if (cluster.healedMs >= 0) {
          const restMs = this.#port.nowMs - cluster.healedMs
          this.#slowestRestMs = Math.max(this.#slowestRestMs, restMs)
        }
        return cluster.deliver(actor, from, message)
      }
      case Kind.wake:
        return cluster.wakeUp(actor, b)
      case Kind.act:
        return cluster.act()
      case Kind.restart:
        return cluster.restart(actor)
      case Kind.link:
        return cluster.linkUp(actor)
      case Kind.heal:
        return cluster.heal()
      default:
        kind satisfies never
    }
  }

  #portOf(from: number): ClusterPort {
    const port = this.#port
    const { first } = port
    const at = (delayTicks: number, kind: Kind, actor: Actor, a: number, b: number): void =>
      port.timer(
        Math.max(1, delayTicks),
        from + actor.member,
        kind | (actor.number << KIND_BITS),
        a,
        b
      )
    return {
      get nowMs() {
        return port.nowMs
      },
      post: (sender, to, message, isSafe) => {
        const link = to.member < sender.member ? to.member : Math.max(0, to.member - 1)
        const local = from + sender.member
        const node = first + from + to.member
        const bytes = FRAME_BYTES + signaturesOf(message) * ML_DSA_44_BYTES
        let ticks = this.#network.delayTicks(local, link, node, bytes, port.nowTicks)
        const { copyTicks } = this.#network
        if (ticks === LOST || this.#network.corrupted) {
          if (!isSafe) return
          ticks = this.#network.strayTicks(local, node, port.nowTicks)
        }
        at(ticks, Kind.deliver, to, this.#post.put({ from: sender.number, message }), 0)
        if (copyTicks === LOST) return
        at(copyTicks, Kind.deliver, to, this.#post.put({ from: sender.number, message }), 0)
      },
      wake: (actor, seat, atMs) =>
        at(atMs * TICKS_PER_MS - port.nowTicks, Kind.wake, actor, 0, seat),
      restart: (actor, delayMs) => at(delayMs * TICKS_PER_MS, Kind.restart, actor, 0, 0),
      link: (actor, delayMs) => at(delayMs * TICKS_PER_MS, Kind.link, actor, 0, 0),
      mark: (mark: Mark) => {
        this.#marks[MARKS.indexOf(mark)]!++
      }
    }
  }
}

/** An epoch's verifier, made once. */
function memoVerifiers(keys: StandInKeys): (epoch: Epoch) => Verify {
  const known = new Map<Epoch, Verify>()
  return epoch => {
    const verify = known.get(epoch) ?? keys.verifier(epoch)
    known.set(epoch, verify)
    return verify
  }
}

/** Where a machine stands, in 32 bits. */
function digestOf({ status }: { status: { floor: { digest: string } } }): string {
  return status.floor.digest.slice(0, 8)
}
