import {
  createDetectorStore,
  DetectorInput,
  DetectorOutput,
  type DetectorSink,
  type DetectorStore,
  detectorPresets,
  PeerState,
  SLOTS,
  step,
  TICK_MS
} from '@torusmesh/health'
import { AuditHash } from '../engine/audit.ts'
import { Network } from '../engine/network.ts'
import { drawBelow } from '../engine/random.ts'
import { EventWheel } from '../engine/wheel.ts'
import {
  afflictionLasts,
  chooseDeaf,
  chooseKills,
  chooseStarved,
  firstStallMs,
  stall
} from './faults.ts'
import type { HealthDetectionInit } from './init.ts'
import { Measures } from './measures.ts'
import { ASKED_LEG, packRelay, unpackRelay } from './relay.ts'
import { type Statement, StatementKind, Statements } from './statements.ts'
import { Stream } from './streams.ts'
import type { Topology } from './topology.ts'

/** Events are `(node, kind, a, b)`; each kind says what `a` and `b` are. */
const Kind = {
  /** a: how many stalls this node has had. */
  stall: 0,
  tick: 1,
  /** a: the receiver's slot of the sender; b: the sender's incarnation. It answers a probe, too. */
  beat: 2,
  /** a: the receiver's slot of the asker. */
  probe: 3,
  /** a: who asks; b: a {@link packRelay}. */
  relay: 4,
  /** a: the statement; b: the receiver's slot of the sender. */
  statement: 5,
  /** b: incarnation. The receiver counts as down and is shown why. */
  reminder: 6,
  /** a: the receiver's slot of the refusing, or of the silently accepting, host. */
  refused: 7,
  accepted: 8
} as const
type Kind = (typeof Kind)[keyof typeof Kind]

/** Longer than any stall, delay or tick. */
const HORIZON_MS = 1 << 15
const DETOURS = 2
/** A statement about a node reaches all cells this near to it. */
const FLOOD_RADIUS = 2

/**
 * The shell of N detectors: does for each what a node's runtime does for one, over a modelled network.
 * Only the shell is a model; every decision is the detector's.
 */
export class Mesh {
  readonly store: DetectorStore
  readonly measures: Measures
  readonly network: Network
  readonly kills: readonly { node: number; atMs: number }[]
  readonly audit: AuditHash = new AuditHash()
  readonly #init: Required<HealthDetectionInit>
  readonly #topology: Topology
  readonly #statements: Statements
  readonly #wheel = new EventWheel(HORIZON_MS)
  readonly #asleepUntilMs: Int32Array
  readonly #starved: Uint8Array
  readonly #deaf: Uint8Array

  constructor(init: Required<HealthDetectionInit>, topology: Topology) {
    const { nodes, degree } = topology
    this.#init = init
    this.#topology = topology
    const limits = typeof init.limits === 'string' ? detectorPresets[init.limits] : init.limits
    this.store = createDetectorStore(nodes, limits, 0)
    this.network = new Network(init, this.#wheel, nodes, degree, init.seed, Stream.network)
    this.#starved = chooseStarved(init, nodes)
    this.#deaf = chooseDeaf(init, nodes)
    this.kills = chooseKills(init, nodes, node => !this.isAfflicted(node))
    this.measures = new Measures(nodes, node => this.isAfflicted(node))
    this.#statements = new Statements()
    this.#asleepUntilMs = new Int32Array(nodes)
    for (let node = 0; node < nodes; node++) this.#start(node)
  }

  /** Runs to `durationMs`. Returns how many events there were. */
  run(): number {
    let events = 0
    let killed = 0
    while (this.#wheel.nowMs < this.#init.durationMs) {
      events += this.#wheel.advance(this.#deliver)
      while (this.kills[killed]?.atMs === this.#wheel.nowMs) this.#kill(this.kills[killed++]!.node)
    }
    return events
  }

  /** Whether this node is starved or deaf at some time of the run. */
  isAfflicted(node: number): boolean {
    return this.#starved[node] === 1 || this.#deaf[node] === 1
  }

  /** Live nodes that some live watcher calls down. */
  notRevived(): number {
    const down = new Set<number>()
    for (let node = 0; node < this.#topology.nodes; node++) {
      for (let slot = 0; slot < this.#topology.degree; slot++) {
        const peer = this.#topology.peer(node, slot)
        const state = this.store.state[node * SLOTS + slot]
        if (state !== PeerState.down || this.measures.isDead(node)) continue
        if (!this.measures.isDead(peer)) down.add(peer)
      }
    }
    return down.size
  }

  #start(node: number): void {
    const { degree } = this.#topology
    const { seed } = this.#init
    for (let slot = 0; slot < degree; slot++) this.#step(node, DetectorInput.watch, slot, 0, degree)
    // Beats of different nodes fall into different parts of the second.
    this.store.beatMs[node] = -drawBelow(1_000, seed, Stream.phase, node, 0)
    const tickMs = 1 + drawBelow(TICK_MS, seed, Stream.phase, node, 1)
    this.#wheel.push(tickMs, node, Kind.tick, 0, 0)
    if (this.#starved[node] === 1) {
      this.#wheel.push(firstStallMs(this.#init, node), node, Kind.stall, 0, 0)
    }
  }

  readonly #deliver = (node: number, kind: number, a: number, b: number): void => {
    const now = this.#wheel.nowMs
    const asleepUntilMs = this.#asleepUntilMs[node]!
    if (this.measures.isDead(node)) {
      if (kind === Kind.probe && this.#init.killMode === 'closed') this.#tell(node, a, Kind.refused)
    } else if (kind === Kind.stall) {
      this.#stall(node, a)
    } else if (asleepUntilMs > now) {
      if (kind === Kind.probe && this.#init.dials) this.#tell(node, a, Kind.accepted)
      this.#wheel.push(asleepUntilMs, node, kind, a, b)
    } else if (kind === Kind.tick || this.#deaf[node] === 0 || !afflictionLasts(this.#init, now)) {
      this.#receive(node, kind as Kind, a, b)
    }
  }

  #receive(node: number, kind: Kind, a: number, b: number): void {
    switch (kind) {
      case Kind.tick:
        this.#step(node, DetectorInput.tick, 0, 0, 0)
        this.#wheel.push(this.#wheel.nowMs + TICK_MS, node, Kind.tick, 0, 0)
        break
      case Kind.beat:
        this.#step(node, DetectorInput.heard, a, b, 0)
        break
      case Kind.probe:
        this.#beat(node, a)
        break
      case Kind.relay:
        this.#relay(node, a, b)
        break
      case Kind.statement:
        this.#hearStatement(node, a, b)
        break
      case Kind.reminder:
        this.#step(node, DetectorInput.accusedSelf, 0, b, 0)
        break
      case Kind.refused:
        this.#step(node, DetectorInput.unreachable, a, 0, 0)
        break
      case Kind.accepted:
        this.#step(node, DetectorInput.stalled, a, 0, 0)
        break
      case Kind.stall:
        break
      default:
        kind satisfies never
    }
  }

  #step(node: number, input: DetectorInput, slot: number, a: number, b: number): void {
    step(this.store, node, input, slot, a, b, this.#wheel.nowMs, this.#say)
  }

  readonly #say: DetectorSink = (output, node, slot, a, b): void => {
    const now = this.#wheel.nowMs
    this.audit.add(now)
    this.audit.add(node)
    this.audit.add((output << 4) | slot)
    this.audit.add(a)
    this.audit.add(b)
    switch (output) {
      case DetectorOutput.beat:
        for (let link = 0; link < this.#topology.degree; link++) this.#beat(node, link)
        break
      case DetectorOutput.probe:
        this.#probe(node, slot)
        break
      case DetectorOutput.accuse:
        this.#accuse(node, this.#topology.peer(node, slot), a)
        break
      case DetectorOutput.refute:
        this.measures.refutations++
        this.#state({ kind: StatementKind.refutation, subject: node, by: node, incarnation: a })
        break
      case DetectorOutput.down:
        this.measures.removed(node, this.#topology.peer(node, slot), now)
        break
      case DetectorOutput.remind:
        this.#send(node, slot, Kind.reminder, 0, a)
        break
      case DetectorOutput.suspect:
      case DetectorOutput.clear:
      case DetectorOutput.doubt:
      case DetectorOutput.sure:
        break
      default:
        output satisfies never
    }
  }

  #accuse(node: number, peer: number, incarnation: number): void {
    this.measures.accused(node, peer, this.#wheel.nowMs)
    this.#state({ kind: StatementKind.accusation, subject: peer, by: node, incarnation })
  }

  #beat(node: number, link: number): void {
    this.#send(node, link, Kind.beat, this.#topology.backSlot(node, link), this.store.self[node]!)
  }

  #send(node: number, link: number, kind: Kind, a: number, b: number): void {
    this.network.send(node, link, this.#topology.peer(node, link), kind, a, b)
  }

  /** What the host of `node` tells the peer in `slot` without the process: its kernel's answer to a dial. */
  #tell(node: number, slot: number, kind: Kind): void {
    const atMs = this.#wheel.nowMs + this.network.delayMs(node)
    const { peer, back } = this.#link(node, slot)
    this.#wheel.push(atMs, peer, kind, back, 0)
  }

  #link(node: number, slot: number): { peer: number; back: number } {
    return { peer: this.#topology.peer(node, slot), back: this.#topology.backSlot(node, slot) }
  }

  #kill(node: number): void {
    const now = this.#wheel.nowMs
    this.measures.killed(node, now)
    if (this.#init.killMode === 'silent') return
    for (let slot = 0; slot < this.#topology.degree; slot++) {
      // The close comes after what was sent before; then two ways for the refused redial.
      const closedMs = Math.max(
        now + this.network.delayMs(node),
        this.network.arrivalMs(node, slot)
      )
      const atMs = closedMs + this.network.delayMs(node) + this.network.delayMs(node)
      const { peer, back } = this.#link(node, slot)
      this.#wheel.push(atMs, peer, Kind.refused, back, 0)
    }
  }

  #stall(node: number, n: number): void {
    const now = this.#wheel.nowMs
    const next = stall(this.#init, node, n, now)
    if (next === undefined) return
    this.#asleepUntilMs[node] = now + next.stallMs
    this.#wheel.push(now + next.stallMs + next.wakeMs, node, Kind.stall, n + 1, 0)
  }

  #probe(node: number, slot: number): void {
    this.#send(node, slot, Kind.probe, this.#topology.backSlot(node, slot), 0)
    for (let k = 0; k < DETOURS; k++) {
      const way = this.#topology.detour(node, slot, k)
      if (way === undefined) return
      this.#send(node, way.first, Kind.relay, node, packRelay(0, k, slot, 0))
    }
  }

  /** Passes on a question, answers one about this node itself, or passes the answer back. */
  #relay(node: number, asker: number, packed: number): void {
    const { leg, k, slot, incarnation } = unpackRelay(packed)
    const topology = this.#topology
    const { first, second } = topology.detour(asker, slot, k)!
    const helper = topology.peer(asker, first)
    const next = [
      helper,
      topology.peer(helper, second),
      topology.peer(asker, slot),
      topology.peer(helper, second),
      helper,
      asker
    ][leg + 1]
    if (next === undefined) {
      this.#step(node, DetectorInput.heard, slot, incarnation, 0)
      return
    }
    const heard = leg === ASKED_LEG ? this.store.self[node]! : incarnation
    const relay = packRelay(leg + 1, k, slot, heard)
    this.#send(node, topology.slotOf(node, next), Kind.relay, asker, relay)
  }

  #state(statement: Statement): void {
    this.#spread(statement.by, this.#statements.add(statement, this.#wheel.nowMs), -1)
  }

  #spread(node: number, id: number, from: number): void {
    const { subject } = this.#statements.get(id)
    for (let slot = 0; slot < this.#topology.degree; slot++) {
      const { peer, back } = this.#link(node, slot)
      if (slot === from || this.#topology.distance(peer, subject) > FLOOD_RADIUS) continue
      this.#send(node, slot, Kind.statement, id, back)
    }
  }

  #hearStatement(node: number, id: number, from: number): void {
    if (!this.#statements.first(node, id)) return
    this.#spread(node, id, from)
    const { kind, subject, by, incarnation } = this.#statements.get(id)
    const slot = this.#topology.slotOf(node, subject)
    if (kind === StatementKind.refutation) {
      if (slot >= 0) this.#step(node, DetectorInput.refuted, slot, incarnation, 0)
    } else if (subject === node) {
      this.#step(node, DetectorInput.accusedSelf, 0, incarnation, 0)
    } else if (slot >= 0) {
      this.#step(node, DetectorInput.accused, slot, this.#topology.slotOf(subject, by), incarnation)
    }
  }
}
