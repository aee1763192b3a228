import type { AuditHash } from '../engine/audit.ts'
import { type ShardModel, type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import { Conditions } from '../faults/condition.ts'
import type { FaultEvent } from '../faults/event.ts'
import { createBandwidth, type SerialLinks } from '../network/bandwidth.ts'
import { GRAINS_PER_TICK } from '../network/latency.ts'
import { createNetwork, LOST, type Network } from '../network/network.ts'
import type { RunSetup } from '../scenario/scenario.ts'
import type { Topology } from '../topology/topology.ts'
import { type Carrier, Kind, type Mark, type World } from './carrier.ts'
import { Deliveries, type DeliveryResult, Total } from './deliveries.ts'
import { Resends, timeoutMs } from './resends.ts'
import { Schedule } from './schedule.ts'
import { type Settings, settingsOf } from './settings.ts'
import { Stream } from './streams.ts'
import { UplinkQueue } from './uplink-queue.ts'

/** Of a frame before its ids or payload: TCP, encryption, stream, message. */
const HEADER_BYTES = 44
const ID_BYTES = 16
const KIND_BITS = 4
const KIND_MASK: number = (1 << KIND_BITS) - 1
const LINK_MASK = 15
/** So many flipped bits of one segment at most; the next copy arrives whole. */
const RESENDS_MAX = 5

/** Nodes of one shard that spread messages; the carrier decides how. */
export class BroadcastModel implements ShardModel, World {
  readonly lookaheadTicks: number
  readonly #port: ShardPort
  readonly #topology: Topology
  readonly #settings: Settings
  readonly #schedule: Schedule
  readonly #network: Network
  readonly #isStream: boolean
  readonly #resends: Resends
  readonly #conditions: Conditions
  readonly #up: SerialLinks | undefined
  readonly #down: SerialLinks | undefined
  readonly #queue: UplinkQueue
  /** 1 while an event for the uplink is pending. */
  readonly #armed: Uint8Array
  readonly #deliveries: Deliveries
  readonly #carrier: Carrier
  /** Nodes that crash before the first message. */
  readonly #crashes: Uint8Array

  constructor(
    setup: RunSetup,
    port: ShardPort,
    carrier: (world: World, schedule: Schedule) => Carrier
  ) {
    const { spec, topology, faults } = setup
    const { first, nodes } = port
    // Payloads wait for the uplink here, where their turn can be cancelled.
    const { bandwidth, ...network } = spec.network
    const { degree } = topology
    const init = { seed: spec.seed, stream: Stream.network, first, nodes, degree, holds: true }
    this.#isStream = network.transport !== 'datagram'
    this.#resends = new Resends(faults, topology.nodes)
    this.#port = port
    this.#topology = topology
    this.#settings = settingsOf(spec)
    this.#schedule = new Schedule(this.#settings, topology.nodes, spec.seed)
    this.#network = createNetwork(network, init)
    this.lookaheadTicks = this.#network.lookaheadTicks
    const links = bandwidth && createBandwidth(bandwidth, init)
    this.#up = links?.up
    this.#down = links?.down
    this.#queue = new UplinkQueue(links === undefined ? 0 : nodes)
    this.#armed = new Uint8Array(links === undefined ? 0 : nodes)
    this.#conditions = new Conditions({
      first,
      nodes,
      totalNodes: topology.nodes,
      faults,
      behaviours: []
    })
    this.#crashes = Uint8Array.from({ length: nodes }, (_, local) =>
      this.#schedule.crashes(first + local) ? 1 : 0
    )
    this.#deliveries = new Deliveries(nodes, this.#settings.messages)
    this.#carrier = carrier(this, this.#schedule)
  }

  get nowMs(): number {
    return this.#port.nowMs
  }

  get nowTicks(): number {
    return this.#port.nowTicks
  }

  start(): void {
    const { first, nodes } = this.#port
    for (let local = 0; local < nodes; local++) this.#boot(local, false)
    for (let id = 1; id <= this.#settings.messages; id++) {
      const local = this.#schedule.sourceOf(id) - first
      if (local < 0 || local >= nodes) continue
      this.#port.timer(this.#schedule.publishTick(id), local, Kind.publish, id, 0)
    }
    const { detectMs, crashedPermille } = this.#settings
    if (detectMs > 0 && crashedPermille > 0) this.#planDetection(detectMs)
  }

  handle(local: number, word: number, a: number, b: number): void {
    const kind = (word & KIND_MASK) as Kind
    const link = (word >> KIND_BITS) & LINK_MASK
    const dueMs = this.#conditions.runnableAtMs(local, this.#port.nowMs)
    if (dueMs < 0 || this.#hasCrashed(local)) return
    if (dueMs > this.#port.nowMs) {
      // A paused process gets round to it when it goes on.
      this.#port.timer((dueMs - this.#port.nowMs) * TICKS_PER_MS, local, word, a, b)
      return
    }
    switch (kind) {
      case Kind.publish:
        this.#deliveries.published(local, a)
        return this.#carrier.publish(local, a)
      case Kind.payload:
        return this.#arrive(local, link, a, b)
      case Kind.received:
        return this.#receive(local, link, a, b)
      case Kind.uplink:
        this.#armed[local] = 0
        return this.#sendNext(local)
      case Kind.linkUp:
        // The peer is a new process: the old connection is gone.
        this.#carrier.linkDown(local, link)
        return this.#linkUp(local, link)
      case Kind.linkDown:
        this.mark('link-dropped')
        return this.#carrier.linkDown(local, link)
      case Kind.timer:
        return this.#carrier.timer(local, a, b)
      default:
        return this.#carrier.control(local, link, kind, a, b)
    }
  }

  fault(event: FaultEvent): void {
    const changed = this.#conditions.apply(event)
    if (event.kind !== 'crash' && event.kind !== 'restart') return
    const { first, nodes } = this.#port
    const local = event.node - first
    const isOwn = local >= 0 && local < nodes
    if (isOwn && changed) {
      this.#deliveries.wentDown(local)
      this.#queue.clear(local)
      if (this.#up !== undefined) this.#armed[local] = 0
      if (event.kind === 'restart') this.#boot(local, event.disk === 'kept')
    }
    if (event.kind === 'restart') this.#tellPeers(event.node, Kind.linkUp, 1)
    else if (event.mode === 'closed') this.#tellPeers(event.node, Kind.linkDown, 1)
    else if (this.#settings.detectMs > 0) {
      this.#tellPeers(event.node, Kind.linkDown, this.#settings.detectMs * TICKS_PER_MS)
    }
  }

  audit(hash: AuditHash): void {
    const { got, histogram, totals, marks } = this.#deliveries.result()
    for (const column of [got, histogram, totals, marks]) for (const word of column) hash.add(word)
  }

  columns(): readonly ArrayBufferView[] {
    return [
      ...this.#carrier.columns(),
      ...this.#network.columns(),
      ...this.#conditions.columns(),
      ...this.#queue.columns(),
      this.#armed,
      ...[this.#up, this.#down].flatMap(links => links?.busyUntil ?? []),
      ...this.#deliveries.columns()
    ]
  }

  save(): unknown {
    return null
  }

  restore(): void {}

  result(): DeliveryResult {
    return this.#deliveries.result()
  }

  deliver(local: number, id: number): void {
    const ticks = this.#port.nowTicks - this.#schedule.publishTick(id)
    this.#deliveries.delivered(local, id, ticks)
  }

  payload(local: number, link: number, id: number, asked: boolean): void {
    if (this.#up === undefined) {
      this.#transmit(local, link, id, asked)
      return
    }
    if (!this.#queue.add(local, link, id, asked)) return this.mark('queue-full')
    this.#sendNext(local)
  }

  control(local: number, link: number, kind: Kind, a: number, b: number, ids: number): void {
    // A negative count adds ids to the frame before.
    const bytes = ids < 0 ? -ids * ID_BYTES : HEADER_BYTES + Math.max(1, ids) * ID_BYTES
    if (ids === 0) this.#deliveries.add(Total.maintenance, 1)
    else if (ids > 0) this.#deliveries.add(Total.controls, 1)
    this.#deliveries.add(Total.controlBytes, bytes)
    const waitTicks = this.#up === undefined ? 0 : this.#serve(this.#up, local, bytes)
    this.#send(local, link, kind, a, b, bytes, waitTicks)
  }

  timer(local: number, delayTicks: number, kind: Kind, a: number, b: number): void {
    this.#port.timer(delayTicks, local, kind, a, b)
  }

  mark(mark: Mark): void {
    this.#deliveries.mark(mark)
  }

  #boot(local: number, remembers: boolean): void {
    this.#carrier.boot(local, remembers)
    for (let link = 0; link < this.#topology.degree; link++) this.#linkUp(local, link)
  }

  #linkUp(local: number, link: number): void {
    const peer = this.#topology.peer(this.#port.first + local, link)
    if (peer < 0) return
    const ticks = this.#network.strayTicks(local, peer, 0) + this.#settings.processTicks
    this.#carrier.linkUp(local, link, Math.max(1, Math.round(ticks / TICKS_PER_MS)))
  }

  /** The shard of each neighbour of a node that went, or came back, tells that neighbour. */
  #tellPeers(node: number, kind: Kind, delayTicks: number): void {
    const { first, nodes } = this.#port
    for (let link = 0; link < this.#topology.degree; link++) {
      const local = this.#topology.peer(node, link) - first
      if (local < 0 || local >= nodes) continue
      const back = this.#topology.back(node, link)
      this.#port.timer(delayTicks, local, kind | (back << KIND_BITS), 0, 0)
    }
  }

  #planDetection(detectMs: number): void {
    const { first, nodes } = this.#port
    const delayTicks = this.#schedule.crashTick + detectMs * TICKS_PER_MS
    for (let local = 0; local < nodes; local++) {
      for (let link = 0; link < this.#topology.degree; link++) {
        const peer = this.#topology.peer(first + local, link)
        if (peer < 0 || !this.#schedule.crashes(peer)) continue
        this.#port.timer(delayTicks, local, Kind.linkDown | (link << KIND_BITS), 0, 0)
      }
    }
  }

  #hasCrashed(local: number): boolean {
    return this.#crashes[local] === 1 && this.#port.nowTicks >= this.#schedule.crashTick
  }

  #arrive(local: number, link: number, id: number, asked: number): void {
    const bytes = this.#settings.sizeBytes + HEADER_BYTES
    const ticks = this.#down === undefined ? 0 : this.#serve(this.#down, local, bytes)
    if (ticks <= 0) return this.#receive(local, link, id, asked)
    this.#port.timer(ticks, local, Kind.received | (link << KIND_BITS), id, asked)
  }

  #receive(local: number, link: number, id: number, asked: number): void {
    const before = this.#deliveries.count
    this.#carrier.payload(local, link, id)
    if (asked === 1 && this.#deliveries.count > before && this.#settings.crashedPermille > 0) {
      this.mark('repaired-after-crash')
    }
  }

  /** Sends the next payload if the uplink is free, and comes back for the others when it is again. */
  #sendNext(local: number): void {
    if (this.#busyTicks(local) === 0) {
      this.#queue.next(local, (link, id, asked) => {
        if (!this.#carrier.needs(local, link, id)) {
          this.mark('copy-cancelled-in-queue')
          return false
        }
        this.#transmit(local, link, id, asked)
        return true
      })
    }
    if (this.#armed[local] === 1 || this.#queue.isEmpty(local)) return
    this.#armed[local] = 1
    this.#port.timer(Math.max(1, this.#busyTicks(local)), local, Kind.uplink, 0, 0)
  }

  #busyTicks(local: number): number {
    const ticks = this.#up!.busyUntil[local]! / GRAINS_PER_TICK - this.#port.nowTicks
    return ticks > 0 ? Math.ceil(ticks) : 0
  }

  #transmit(local: number, link: number, id: number, asked: boolean): void {
    const bytes = this.#settings.sizeBytes + HEADER_BYTES
    this.#deliveries.add(Total.payloads, 1)
    this.#deliveries.add(Total.payloadBytes, bytes)
    const waitTicks = this.#up === undefined ? 0 : this.#serve(this.#up, local, bytes)
    this.#send(local, link, Kind.payload, id, asked ? 1 : 0, bytes, waitTicks)
  }

  #serve(links: SerialLinks, local: number, bytes: number): number {
    return Math.ceil(links.serve(local, bytes, this.#port.nowTicks) / GRAINS_PER_TICK)
  }

  #send(
    local: number,
    link: number,
    kind: Kind,
    a: number,
    b: number,
    bytes: number,
    waitTicks: number
  ): void {
    const node = this.#port.first + local
    const peer = this.#topology.peer(node, link)
    if (peer < 0 || waitTicks < 0) return
    const { nowTicks } = this.#port
    const heldTicks = this.#heldTicks(local, peer)
    if (heldTicks === LOST) return
    let leavesTick = nowTicks + waitTicks + heldTicks
    const network = this.#network
    let ticks = network.delayTicks(local, link, peer, bytes, leavesTick)
    for (let n = 0; network.corrupted && this.#isStream && n < RESENDS_MAX; n++) {
      // The receiver's kernel finds the flipped bit, and drops the segment.
      leavesTick += timeoutMs(this.#roundTripMs(local, peer), n) * TICKS_PER_MS
      ticks = network.delayTicks(local, link, peer, bytes, leavesTick)
      this.mark('sent-again')
    }
    if (ticks === LOST || (network.corrupted && !this.#isStream)) return
    const word = kind | (this.#topology.back(node, link) << KIND_BITS)
    const handledTicks = leavesTick - nowTicks + this.#settings.processTicks
    this.#port.send(ticks + handledTicks, peer, word, a, b)
    if (network.copyTicks === LOST) return
    this.#port.send(network.copyTicks + handledTicks, peer, word, a, b)
  }

  /** How long a cut keeps back what is sent now; a datagram is lost. */
  #heldTicks(local: number, peer: number): number {
    const node = this.#port.first + local
    const { nowMs } = this.#port
    if (this.#conditions.reaches(node, peer, nowMs)) return 0
    if (!this.#isStream) return LOST
    const waitMs = this.#resends.waitMs(node, peer, nowMs, this.#roundTripMs(local, peer))
    if (waitMs < 0) return LOST
    this.mark('sent-again')
    return waitMs * TICKS_PER_MS
  }

  #roundTripMs(local: number, peer: number): number {
    return Math.ceil((2 * this.#network.strayTicks(local, peer, 0)) / TICKS_PER_MS)
  }
}
