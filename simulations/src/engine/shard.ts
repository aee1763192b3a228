import type { FaultEvent } from '../faults/event.ts'
import type { Topology } from '../topology/topology.ts'
import { AuditHash } from './audit.ts'
import type { SavedShard } from './checkpoint.ts'
import type { AllocateWords } from './chunk-queues.ts'
import { EngineError } from './errors.ts'
import { HAS_PAYLOAD, type ShardModel, type ShardPort, TICKS_PER_MS } from './model.ts'
import { Outbox, type OutboxColumns, readLetters, type TakeLetter } from './outbox.ts'
import { PayloadArena } from './payload-arena.ts'
import { type EventWords, TimingWheel } from './timing-wheel.ts'

const CHUNK_BITS = 6
/** An event of one word is `local << WORD_BITS | word`. */
const WORD_BITS = 4
const WORD_MASK: number = (1 << WORD_BITS) - 1
const ONE_WORD_NODES_MAX: number = 2 ** (31 - WORD_BITS)
/** Letters carry their delay in one word. */
const DELAY_MAX: number = 2 ** 31 - 1

/** Everything a shard is made of, but its model. */
export interface ShardInit {
  readonly shard: number
  readonly topology: Topology
  readonly faults: readonly FaultEvent[]
  /** Of outboxes, which other threads may read. */
  readonly allocate: AllocateWords
}

/** One shard: its clock, pending events, payloads and outgoing mail around the model of its nodes. */
export class Shard implements ShardPort {
  readonly shard: number
  readonly first: number
  readonly nodes: number
  readonly audit: AuditHash = new AuditHash()
  nowTicks = 0
  nowMs = 0
  readonly #topology: Topology
  readonly #faults: readonly FaultEvent[]
  readonly #arena = new PayloadArena()
  /** By the parity of the window: one is read while the other is written. */
  readonly #outboxes: readonly [Outbox, Outbox]
  #outbox: Outbox
  #wheel: TimingWheel = new TimingWheel(4, CHUNK_BITS)
  #words: EventWords = 4
  #model: ShardModel | undefined
  #handedOut = 0
  #lookahead = 1
  #nextFault = 0
  #windowStart = 0
  #earliestMail: number = Number.POSITIVE_INFINITY

  constructor(init: ShardInit) {
    this.shard = init.shard
    this.first = init.topology.firstOf(init.shard)
    this.nodes = init.topology.firstOf(init.shard + 1) - this.first
    this.#topology = init.topology
    this.#faults = init.faults
    const { shards } = init.topology
    this.#outboxes = [new Outbox(shards, init.allocate), new Outbox(shards, init.allocate)]
    this.#outbox = this.#outboxes[0]
  }

  /** Handled so far, by the model itself too. */
  get events(): number {
    return this.#handedOut + (this.#model?.putOff ?? 0)
  }

  get model(): ShardModel {
    if (this.#model === undefined) throw new Error('a shard works with its model only')
    return this.#model
  }

  /** Gives the shard the model that was made for it. */
  set model(model: ShardModel) {
    this.#model = model
    this.#lookahead = model.lookaheadTicks ?? 1
    this.#words = model.eventWords ?? 4
    if (!(this.#lookahead >= 1)) throw new EngineError('lookahead', 'look ahead at least one tick')
    if (this.#words === 1 && this.nodes > ONE_WORD_NODES_MAX) {
      throw new EngineError('too-large', `${this.nodes} nodes don't fit one word: take more shards`)
    }
    if (this.#words !== 4) this.#wheel = new TimingWheel(this.#words, CHUNK_BITS)
  }

  get lookahead(): number {
    return this.#lookahead
  }

  /** Bytes of events and payloads, pending and in the post, and of the model's columns. */
  get byteLength(): number {
    const [even, odd] = this.#outboxes
    const columns = this.model.columns().reduce((sum, column) => sum + column.byteLength, 0)
    return (
      this.#wheel.byteLength + this.#arena.byteLength + even.byteLength + odd.byteLength + columns
    )
  }

  /** Nothing happens in this shard, and no mail of it arrives, before this tick. */
  get earliest(): number {
    return Math.min(this.#wheel.earliest(), this.#faultTick(), this.#earliestMail)
  }

  outboxColumns(parity: number): OutboxColumns {
    return this.#outboxes[parity]!.columns
  }

  /** Grows when the columns of an outbox moved. */
  get outboxMoves(): number {
    return this.#outboxes[0].moves + this.#outboxes[1].moves
  }

  start(): void {
    this.#openOutbox(0, 0)
    this.model.start()
    this.#arena.sweep()
  }

  /** Handles everything from tick `start` to before `end`. */
  run(start: number, end: number, parity: number): void {
    this.#openOutbox(start, parity)
    for (;;) {
      const faultTick = this.#faultTick()
      this.#handleUntil(Math.min(end, faultTick))
      if (faultTick >= end) return
      this.#setNow(faultTick)
      while (this.#faultTick() === faultTick) {
        this.model.fault(this.#faults[this.#nextFault++]!)
        this.#arena.sweep()
      }
    }
  }

  /** Takes the mail of one shard's window into the wheel; there must be some. */
  collect(outbox: OutboxColumns): void {
    readLetters(outbox, this.shard, this.#take)
  }

  timer(delayTicks: number, local: number, word: number, a: number, b: number): void {
    if (!(delayTicks >= 1)) throw new EngineError('not-ahead', `a timer of ${delayTicks} ticks`)
    this.#push(this.nowTicks + delayTicks, local, word, a, b)
  }

  send(delayTicks: number, node: number, word: number, a: number, b: number): void {
    if (!(delayTicks >= this.#lookahead)) throw tooSoon(delayTicks, this.#lookahead)
    const local = node - this.first
    if (local >= 0 && local < this.nodes) {
      this.#push(this.nowTicks + delayTicks, local, word, a, b)
    } else {
      this.#post(this.nowTicks + delayTicks, node, word, a, b)
    }
  }

  intern(words: Int32Array): number {
    return this.#arena.intern(words)
  }

  payload(handle: number): Int32Array {
    return this.#arena.words(handle)
  }

  /**
   * Everything but the mail, which has been collected; at a window's border.
   *
   * @param parity - of the next window
   */
  save(parity: number): SavedShard {
    const [next, other] = [this.#outboxes[parity]!, this.#outboxes[1 - parity]!]
    return {
      shard: this.shard,
      nowTicks: this.nowTicks,
      events: this.#handedOut,
      nextFault: this.#nextFault,
      audit: this.audit.save(),
      wheel: this.#wheel.save(),
      arena: this.#arena.save(),
      outboxes: [next.size, other.size],
      columns: this.model
        .columns()
        .map(bytesOf)
        .map(bytes => bytes.slice()),
      model: this.model.save()
    }
  }

  /** @throws {EngineError} `bad-checkpoint` */
  restore(saved: SavedShard): void {
    this.#setNow(saved.nowTicks)
    this.#handedOut = saved.events
    this.#nextFault = saved.nextFault
    this.audit.restore(saved.audit)
    this.#wheel.restore(saved.wheel)
    this.#arena.restore(saved.arena)
    for (const [i, size] of saved.outboxes.entries()) this.#outboxes[i]!.growTo(size)
    this.model.restore(saved.model)
    const columns = this.model.columns().map(bytesOf)
    const fits =
      columns.length === saved.columns.length &&
      columns.every((column, i) => column.length === saved.columns[i]!.length)
    if (!fits) {
      throw new EngineError(
        'bad-checkpoint',
        'its columns are of another size: resume the same run'
      )
    }
    for (const [i, column] of columns.entries()) column.set(saved.columns[i]!)
  }

  #openOutbox(start: number, parity: number): void {
    this.#windowStart = start
    this.#earliestMail = Number.POSITIVE_INFINITY
    this.#outbox = this.#outboxes[parity]!
    this.#outbox.clear()
  }

  #faultTick(): number {
    const fault = this.#faults[this.#nextFault]
    return fault === undefined ? Number.POSITIVE_INFINITY : fault.atMs * TICKS_PER_MS
  }

  #setNow(tick: number): void {
    this.nowTicks = tick
    this.nowMs = Math.floor(tick / TICKS_PER_MS)
  }

  #handleUntil(end: number): void {
    const wheel = this.#wheel
    while (wheel.advance(end)) {
      this.#setNow(wheel.now)
      if (this.#words === 1) this.#handleShort()
      else this.#handle()
    }
  }

  /** Hands out the events of this tick. */
  #handle(): void {
    const { near, now, slotMask } = this.#wheel
    const stride = this.#words
    const { model, audit } = this
    const arena = this.#arena
    for (let chunk = near.take(now & slotMask); chunk !== 0; chunk = near.release(chunk)) {
      const { words } = near
      const end = near.endOf(chunk)
      let at = near.startOf(chunk)
      this.#handedOut += (end - at) / stride
      for (; at < end; at += stride) {
        const local = words[at]!
        const word = words[at + 1]!
        const a = stride > 2 ? words[at + 2]! : 0
        const b = stride > 3 ? words[at + 3]! : 0
        audit.addEvent(now, local, word, a, b)
        model.handle(local, word, a, b)
        if (word < 0 && stride === 4) arena.drop(b)
        arena.sweep()
      }
    }
  }

  /** {@link #handle} for events of one word. */
  #handleShort(): void {
    const { near, now, slotMask } = this.#wheel
    const { model, audit } = this
    for (let chunk = near.take(now & slotMask); chunk !== 0; chunk = near.release(chunk)) {
      const { words } = near
      const end = near.endOf(chunk)
      const start = near.startOf(chunk)
      this.#handedOut += end - start
      for (let at = start; at < end; at++) {
        const event = words[at]!
        audit.addWord(now, event)
        model.handle(event >>> WORD_BITS, event & WORD_MASK, 0, 0)
      }
    }
  }

  #push(tick: number, local: number, word: number, a: number, b: number): void {
    if (this.#words === 1) {
      this.#wheel.pushWord(tick, (local << WORD_BITS) | (word & WORD_MASK))
      return
    }
    if (word < 0 && this.#words === 4) this.#arena.keep(b)
    this.#wheel.push(tick, local, word, a, b)
  }

  #post(tick: number, node: number, word: number, a: number, b: number): void {
    const topology = this.#topology
    const shard = topology.shardOf(node)
    const ticks = tick - this.#windowStart
    if (ticks > DELAY_MAX) throw new EngineError('beyond-horizon', `${ticks} ticks in the post`)
    if (tick < this.#earliestMail) this.#earliestMail = tick
    const carried = (word & HAS_PAYLOAD) !== 0 ? this.#outbox.log(this.#arena.words(b)) : b
    this.#outbox.put(shard, ticks, node, word, a, carried)
  }

  readonly #take: TakeLetter = (ticks, node, word, a, b, log) => {
    const carried =
      (word & HAS_PAYLOAD) === 0 ? b : this.#arena.intern(log.subarray(b + 1, b + 1 + log[b]!))
    this.#push(this.#windowStart + ticks, node - this.first, word, a, carried)
  }
}

function bytesOf(column: ArrayBufferView): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

function tooSoon(delayTicks: number, lookahead: number): EngineError {
  return new EngineError(
    'lookahead',
    `sent ${delayTicks} ticks ahead, promised ${lookahead} at least`
  )
}
