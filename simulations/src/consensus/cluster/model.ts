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
const Kind = { start: 0, deliver: 1, wake: 2, act: 3, restart: 4, heal: 5, check: 6 } as const
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

/** Many small meshes side by side, each for itself: one scenario each. */
export class ClustersModel implements ShardModel {
  readonly lookaheadTicks: number
  readonly #port: ShardPort
  readonly #network: Network
  readonly #endTicks: number
  readonly #post = new Post()
  readonly #firsts: readonly number[]
  readonly #clusters: Cluster[]
  /** By node: the cluster it is in. */
  readonly #clusterOf: Int32Array
  readonly #plots: Plot[]
  readonly #marks = new Float64Array(MARKS.length)
  readonly #blamed: (readonly [number, number])[] = []
  #deliveries = 0

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
    this.lookaheadTicks = this.#network.lookaheadTicks
    this.#firsts = drawClusters(seed, first, nodes, init.sizeMost)
    this.#clusterOf = new Int32Array(nodes).fill(-1)
    const keys = new StandInKeys(seed)
    const verifierOf = memoVerifiers(keys)
    this.#plots = this.#firsts.slice(0, -1).map(from => init.plotOf(first + from))
    this.#clusters = this.#plots.map((plot, number) => {
      const from = this.#firsts[number]!
      const size = this.#firsts[number + 1]! - from
      this.#clusterOf.fill(number, from, from + size)
      const dice = new Dice(seed, first + from)
      return new Cluster({ size, plot, keys, dice, verifierOf, port: this.#portOf(from) })
    })
  }

  start(): void {
    for (const [number, { acts, actMs }] of this.#plots.entries()) {
      const local = this.#firsts[number]!
      this.#port.timer(1, local, Kind.start, 0, 0)
      for (let act = 1; act <= acts; act++) {
        this.#port.timer(act * actMs * TICKS_PER_MS, local, Kind.act, 0, 0)
      }
      if (this.#plots[number]!.overThird) continue
      this.#port.timer((acts + 1) * actMs * TICKS_PER_MS, local, Kind.heal, 0, 0)
      this.#port.timer(this.#endTicks - 1, local, Kind.check, 0, 0)
    }
  }

  handle(local: number, word: number, a: number, b: number): void {
    const number = this.#clusterOf[local]!
    const cluster = this.#clusters[number]!
    const actor = cluster.actors[word >> KIND_BITS]!
    const kind = (word & KIND_MASK) as Kind
    const wasForked = cluster.judge.isForked
    this.#step(cluster, actor, kind, a, b)
    if (wasForked || !cluster.judge.isForked || !this.#plots[number]!.overThird) return
    this.#blamed.push([cluster.blamedPower(), cluster.epoch.totalPower])
  }

  /** The cluster of a node, by its local number. */
  clusterAt(local: number): Cluster | undefined {
    return this.#clusters[this.#clusterOf[local]!]
  }

  fault(): void {}

  audit(hash: AuditHash): void {
    for (const mark of this.#marks) hash.add(mark)
    for (const [named, total] of this.#blamed) hash.add(named * 0x1_0000 + total)
    for (const { actors, judge } of this.#clusters) {
      hash.add(judge.finding === null ? 0 : 1)
      for (const { seats } of actors) {
        for (const { engine } of seats) hash.add(Number.parseInt(digestOf(engine), 16))
      }
    }
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
      clusters: this.#clusters.length,
      members: this.#firsts.at(-1)!,
      marks: this.#marks,
      deliveries: this.#deliveries,
      findings: this.#clusters.flatMap(({ judge }, number) =>
        judge.finding === null
          ? []
          : [{ ...judge.finding, node: this.#port.first + this.#firsts[number]! }]
      ),
      blamed: this.#blamed
    }
  }

  #step(cluster: Cluster, actor: Actor, kind: Kind, a: number, b: number): void {
    switch (kind) {
      case Kind.start:
        return cluster.start()
      case Kind.deliver: {
        const { from, message } = this.#post.take(a)
        this.#deliveries++
        return cluster.deliver(actor, from, message)
      }
      case Kind.wake:
        return cluster.wakeUp(actor, b)
      case Kind.act:
        return cluster.act()
      case Kind.restart:
        return cluster.restart(actor)
      case Kind.heal:
        return cluster.heal()
      case Kind.check:
        return cluster.checkLiveness()
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
