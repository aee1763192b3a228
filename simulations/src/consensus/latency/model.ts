import type { AuditHash } from '../../engine/audit.ts'
import { HAS_PAYLOAD, type ShardModel, type ShardPort, TICKS_PER_MS } from '../../engine/model.ts'
import { draw } from '../../engine/random.ts'
import type { World } from '../../gossip/carrier.ts'
import type { TreeCastCarrier } from '../../gossip/tree-cast-carrier.ts'
import { createNetwork, LOST, type Network } from '../../network/network.ts'
import type { RunSetup } from '../../scenario/scenario.ts'
import type { Topology } from '../../topology/topology.ts'
import { refuseCheckpoint } from '../checkpoints.ts'
import type { Party, PartyHost, Protocol } from '../party.ts'
import { Stream } from '../streams.ts'
import { Findings, type LatencyResult, type Mark } from './findings.ts'
import { KIND_BITS, KIND_MASK, Kind, LINK_MASK } from './kind.ts'
import { type Letter, Letters } from './letters.ts'
import { Offers } from './offers.ts'
import type { Settings } from './settings.ts'

/** Of a frame before its ids or payload: TCP, encryption, stream, message. */
const HEADER_BYTES = 44
const ID_BYTES = 16
const US_PER_TICK: number = 1_000 / TICKS_PER_MS
const US_PER_MS = 1_000

/** What an honest node that isn't disturbed has: a machine, a CPU, a disk, links. */
export interface LatencyModelInit<M> {
  readonly settings: Settings
  readonly protocol: Protocol<M>
  /** Spreads letters over trees; without one everybody sends to everybody. */
  readonly cast: ((world: World, sourceOf: (id: number) => number) => TreeCastCarrier) | null
}

/** Nodes of one shard that decide items, one after the other. */
export class LatencyModel<M> implements ShardModel, World {
  readonly lookaheadTicks: number
  readonly #port: ShardPort
  readonly #seed: number
  readonly #topology: Topology
  readonly #settings: Settings
  readonly #protocol: Protocol<M>
  readonly #network: Network
  readonly #cast: TreeCastCarrier | null
  readonly #letters: Letters<M>
  readonly #offers: Offers<M>
  readonly #findings: Findings
  readonly #parties: readonly Party<M>[]
  /** By node: when its CPU is free, µs. */
  readonly #freeUs: Float64Array
  /** By node: letters written so far. */
  readonly #written: Int32Array
  /** By node: which timer is meant; earlier ones are void. */
  readonly #wakes: Int32Array
  /** By node: the last item it heard of. */
  readonly #items: Int32Array
  /** What the present input took, and what it wants sent when it is done. */
  #spentUs = 0
  readonly #outbox: { readonly to: number | null; readonly message: M }[] = []

  constructor(setup: RunSetup, port: ShardPort, init: LatencyModelInit<M>) {
    const { spec, topology } = setup
    const { first, nodes } = port
    this.#port = port
    this.#seed = spec.seed
    this.#topology = topology
    this.#settings = init.settings
    this.#protocol = init.protocol
    const { degree } = topology
    const { seed } = spec
    this.#network = createNetwork(spec.network, {
      seed,
      stream: Stream.network,
      first,
      nodes,
      degree
    })
    this.lookaheadTicks = this.#network.lookaheadTicks
    this.#letters = new Letters(init.protocol)
    this.#offers = new Offers(nodes)
    this.#findings = new Findings(first, nodes, init.settings.decisions)
    this.#freeUs = new Float64Array(nodes)
    this.#written = new Int32Array(nodes)
    this.#wakes = new Int32Array(nodes)
    this.#items = new Int32Array(nodes).fill(-1)
    this.#cast = init.cast?.(this, this.#sourceOf) ?? null
    this.#parties = Array.from({ length: nodes }, (_, local) =>
      init.protocol.party(first + local, this.#host(local))
    )
  }

  get nowMs(): number {
    return this.#port.nowMs
  }

  get nowTicks(): number {
    return this.#port.nowTicks
  }

  start(): void {
    const { first, nodes } = this.#port
    const { decisions, warmupMs, everyMs } = this.#settings
    for (let local = 0; local < nodes; local++) {
      this.#connect(local)
      this.#run(local, 0, (party, nowMs) => party.start(nowMs))
    }
    for (let item = 0; item < decisions; item++) {
      const local = (draw(this.#seed, Stream.source, item, 0) % this.#topology.nodes) - first
      if (local < 0 || local >= nodes) continue
      const ticks = Math.max(1, (warmupMs + item * everyMs) * TICKS_PER_MS)
      this.#port.timer(ticks, local, Kind.submit, item, 0)
    }
  }

  handle(local: number, word: number, a: number, b: number): void {
    const link = (word >> KIND_BITS) & LINK_MASK
    const kind = (word & KIND_MASK) as Kind
    switch (kind) {
      case Kind.submit:
        return this.#submit(local, a)
      case Kind.payload:
        return this.#payload(local, link, a, b)
      case Kind.wake:
        if (this.#wakes[local] !== a) return
        return this.#run(local, 0, (party, nowMs) => party.timer(nowMs))
      case Kind.persisted:
        return this.#run(local, 0, (party, nowMs) => party.persisted(a, nowMs))
      case Kind.direct:
        return this.#take(local, a, this.#letters.read(this.#port.payload(b)))
      case Kind.offer:
        if (!this.#offers.await(local, a)) return
        return this.#port.timer(
          this.#settings.offerTicks,
          local,
          Kind.patience | (link << KIND_BITS),
          a,
          0
        )
      case Kind.patience:
        if (!this.#offers.lacks(local, a)) return
        this.mark('certificate-asked-for')
        return this.control(local, link, Kind.ask as never, a, 0, 1)
      case Kind.ask: {
        const letter = this.#offers.held(local, a)
        if (letter !== undefined)
          this.#post(local, link, Kind.direct, this.#port.first + local, letter)
        return
      }
      case Kind.castTimer:
        return this.#cast!.timer(local, a)
      case Kind.announce:
      case Kind.want:
      case Kind.ranks:
        return this.#cast!.control(local, link, kind, a, b)
      default:
        kind satisfies never
    }
  }

  fault(): void {}

  audit(hash: AuditHash): void {
    const { decidedUs, heights, log } = this.#findings.result
    for (const us of decidedUs) hash.add(us)
    for (const height of heights) hash.add(height)
    for (const { digest } of log) hash.add(Number.parseInt(digest.slice(0, 8), 16))
  }

  columns(): readonly ArrayBufferView[] {
    const own = [this.#freeUs, this.#written, this.#wakes, this.#items]
    const cast = this.#cast?.columns() ?? []
    return [...own, ...cast, ...this.#network.columns(), ...this.#findings.columns()]
  }

  save(): unknown {
    return refuseCheckpoint()
  }

  restore(): void {
    refuseCheckpoint()
  }

  result(): LatencyResult {
    return this.#findings.result
  }

  /** Tree cast: a letter that is new here. Its verification comes before its passing on. */
  deliver(local: number, id: number): void {
    this.#take(local, this.#sourceOf(id), this.#letters.get(id) ?? null)
  }

  payload(local: number, link: number, id: number): void {
    const letter = this.#letters.get(id)
    if (letter !== undefined) this.#post(local, link, Kind.payload, id, letter)
  }

  control(local: number, link: number, kind: number, a: number, b: number, ids: number): void {
    const bytes = HEADER_BYTES + Math.max(1, Math.abs(ids)) * ID_BYTES
    this.#send(local, link, kind, a, b, bytes)
  }

  timer(local: number, delayTicks: number, _kind: number, a: number, b: number): void {
    this.#port.timer(delayTicks, local, Kind.castTimer, a, b)
  }

  mark(mark: string): void {
    if (mark === 'pulled' || mark === 'certificate-asked-for') this.#findings.mark(mark)
  }

  readonly #sourceOf = (id: number): number => (id - 1) % this.#topology.nodes

  #connect(local: number): void {
    if (this.#cast === null) return
    this.#cast.boot(local, false)
    for (let link = 0; link < this.#topology.degree; link++) {
      const peer = this.#topology.peer(this.#port.first + local, link)
      const delayMs = Math.round(this.#network.strayTicks(local, peer, 0) / TICKS_PER_MS)
      this.#cast.linkUp(local, link, Math.max(1, delayMs))
    }
  }

  #submit(local: number, item: number): void {
    const bytes = new Uint8Array(this.#settings.itemBytes)
    new DataView(bytes.buffer).setUint32(0, item)
    const letter = this.#letters.item(bytes)
    const { leader } = this.#parties[local]!
    // Who leads needn't wait until a tree brings it.
    const isFar = this.#cast !== null && leader !== this.#port.first + local
    if (isFar) this.#sendLetter(local, leader, letter)
    this.#spread(local, letter)
    this.#hear(local, 0, bytes)
  }

  /** Gives an item to the machine, once. */
  #hear(local: number, costUs: number, item: Uint8Array): void {
    const number = itemOf(item)
    if (number <= this.#items[local]!) return
    this.#items[local] = number
    this.#run(local, costUs, (party, nowMs) => party.submit(item, nowMs))
  }

  #payload(local: number, link: number, id: number, handle: number): void {
    let letter = this.#letters.get(id) ?? null
    if (letter === null) {
      letter = this.#letters.read(this.#port.payload(handle))
      if (letter === null) return
      this.#letters.keep(id, letter)
    }
    if (this.#cast === null) this.#take(local, this.#sourceOf(id), letter)
    else this.#cast.payload(local, link, id)
  }

  /** Hands a letter to the machine. */
  #take(local: number, from: number, letter: Letter<M> | null): void {
    if (letter === null) return
    const { item, message } = letter
    const { handleUs } = this.#settings
    if (item !== null) this.#hear(local, handleUs, item)
    if (message === null) return
    const offer = this.#protocol.offerOf(message)
    if (offer !== null) this.#offers.hold(local, offer, letter)
    this.#run(local, handleUs, (party, nowMs) => party.receive(from, message, nowMs))
  }

  /** One input on the node's CPU, when it is free; what it says leaves when it is done. */
  #run(local: number, costUs: number, step: (party: Party<M>, nowMs: number) => void): void {
    const startUs = Math.max(this.#freeUs[local]!, this.#port.nowTicks * US_PER_TICK)
    this.#spentUs = costUs
    step(this.#parties[local]!, Math.floor(startUs / US_PER_MS))
    this.#findings.spent(local, this.#spentUs)
    this.#freeUs[local] = startUs + this.#spentUs
    const said = this.#outbox.splice(0)
    for (const { to, message } of said) {
      if (to === null) this.#broadcast(local, message)
      else this.#sendTo(local, to, message)
    }
  }

  #broadcast(local: number, message: M): void {
    const letter = this.#letters.write(message)
    const offer = this.#protocol.offerOf(message)
    if (offer === null) return this.#spread(local, letter)
    this.#offers.hold(local, offer, letter)
    for (let link = 0; link < this.#topology.degree; link++) {
      this.control(local, link, Kind.offer, offer, 0, 1)
    }
  }

  /** Sends a letter to everybody. */
  #spread(local: number, letter: Letter<M>): void {
    const { nodes, degree } = this.#topology
    const id = this.#written[local]!++ * nodes + this.#port.first + local + 1
    this.#letters.keep(id, letter)
    if (this.#cast !== null) return this.#cast.publish(local, id)
    for (let link = 0; link < degree; link++) this.#post(local, link, Kind.payload, id, letter)
  }

  /** To one node: over the link if there is one, else over a connection of its own. */
  #sendTo(local: number, to: number, message: M): void {
    this.#sendLetter(local, to, this.#letters.write(message))
  }

  #sendLetter(local: number, to: number, letter: Letter<M>): void {
    const node = this.#port.first + local
    if (this.#cast === null) {
      return this.#post(local, to < node ? to : to - 1, Kind.direct, node, letter)
    }
    this.#count(local, letter.wireBytes + HEADER_BYTES)
    const handle = this.#port.intern(letter.words)
    const ticks = this.#waitTicks(local) + this.#network.strayTicks(local, to, this.#port.nowTicks)
    this.#port.send(ticks, to, Kind.direct | HAS_PAYLOAD, node, handle)
  }

  #post(local: number, link: number, kind: Kind, a: number, letter: Letter<M>): void {
    const bytes = letter.wireBytes + HEADER_BYTES + (kind === Kind.payload ? ID_BYTES : 0)
    this.#send(local, link, kind | HAS_PAYLOAD, a, this.#port.intern(letter.words), bytes)
  }

  #send(local: number, link: number, kind: number, a: number, b: number, bytes: number): void {
    const node = this.#port.first + local
    const peer = this.#topology.peer(node, link)
    if (peer < 0) return
    this.#count(local, bytes)
    const waitTicks = this.#waitTicks(local)
    const leavesTick = this.#port.nowTicks + waitTicks
    const ticks = this.#network.delayTicks(local, link, peer, bytes, leavesTick)
    if (ticks === LOST || this.#network.corrupted) return
    const word = kind | (this.#topology.back(node, link) << KIND_BITS)
    this.#port.send(waitTicks + ticks, peer, word, a, b)
    const { copyTicks } = this.#network
    if (copyTicks !== LOST) this.#port.send(waitTicks + copyTicks, peer, word, a, b)
  }

  /** Until the node's CPU is done. */
  #waitTicks(local: number): number {
    const waitUs = this.#freeUs[local]! - this.#port.nowTicks * US_PER_TICK
    return waitUs > 0 ? Math.ceil(waitUs / US_PER_TICK) : 0
  }

  #count(local: number, bytes: number): void {
    const { warmupMs, everyMs, quietMs } = this.#settings
    const sinceMs = this.#port.nowMs - warmupMs
    if (sinceMs >= 0) this.#findings.sent(local, bytes, sinceMs % everyMs >= quietMs)
  }

  #host(local: number): PartyHost<M> {
    const { signUs, verifyUs, persistTicks } = this.#settings
    const nowUs = (): number =>
      Math.max(this.#freeUs[local]!, this.#port.nowTicks * US_PER_TICK) + this.#spentUs
    return {
      broadcast: message => this.#outbox.push({ to: null, message }),
      send: (to, message) => this.#outbox.push({ to, message }),
      wake: atMs => {
        const generation = ++this.#wakes[local]!
        if (atMs === null) return
        const ticks = Math.max(1, atMs * TICKS_PER_MS - this.#port.nowTicks)
        this.#port.timer(ticks, local, Kind.wake, generation, 0)
      },
      persist: sequence => {
        const waitUs = nowUs() - this.#port.nowTicks * US_PER_TICK
        const ticks = Math.ceil(waitUs / US_PER_TICK) + persistTicks
        this.#port.timer(ticks, local, Kind.persisted, sequence, 0)
      },
      chargeSignature: () => {
        this.#spentUs += signUs
      },
      chargeVerification: () => {
        this.#spentUs += verifyUs
      },
      proposed: items => this.#findings.proposed(items.map(itemOf), nowUs()),
      decided: (digest, items) => this.#findings.decided(local, digest, items.map(itemOf), nowUs()),
      mark: (mark: Mark) => this.#findings.mark(mark)
    }
  }
}

/** The number of an item, from its first bytes. */
function itemOf(item: Uint8Array): number {
  return new DataView(item.buffer, item.byteOffset).getUint32(0)
}
