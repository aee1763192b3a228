import {
  DetectorInput,
  type DetectorSink,
  type DetectorStore,
  PeerState,
  quietMs,
  rowAt,
  TICK_MS
} from '@torusmesh/health'
import { type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import type { StepDetector } from './init.ts'
import { fromLink, Kind, wordOf } from './words.ts'

const TICK_TICKS: number = TICK_MS * TICKS_PER_MS

/** A ms has 2^2 ticks. */
const TICK_BITS: number = 31 - Math.clz32(TICKS_PER_MS)

/** Words of a node: which slots may take a beat in (low half) and have one (high half), … */
const SLOTS_AT = 0
/** … when its machine ticks next, when the event comes that wakes it, from when on it may rest or 0 … */
const TICK_AT = 1
const WAKE_AT = 2
const RESTLESS_AT = 3
/** … and for each slot when the beat arrives and with what incarnation. */
const BEATS_AT = 4
const WAITING_SHIFT = 16
/** Turns a slot's two bits over: a beat goes in, or out. */
const TURN: number = (1 << WAITING_SHIFT) | 1
/** Set while the detector was calm when last seen: then no slot has opened or closed since. */
const CALM: number = 1 << 15

const quiet: DetectorSink = output => {
  throw new Error(`a detector that was to be quiet had output ${output}`)
}

/** What a backlog has of its shard's model. */
export interface BacklogHost {
  readonly port: ShardPort
  readonly store: DetectorStore
  readonly step: StepDetector
  /** Whether nothing is put off, but every tick and beat an event of its own. */
  readonly eager: boolean
  /** Whether no fault holds a node now. */
  isUndisturbed(local: number): boolean
  /** Hands the machine the tick that is due now; what it says is done. */
  tick(local: number): void
  /** Same for a beat that arrives now. */
  hear(local: number, slot: number, incarnation: number): void
}

/**
 * What each node of a shard has yet to take in. Of nearly all ticks and beats a detector says nothing,
 * and it knows for how long (`quietMs`). So a beat for a peer that is alive waits in its place, and a
 * node without anything else to do is woken at the first tick that could say something. Whatever comes
 * for it, it first takes in what was put off, each with its own time: the machine's inputs are the same as
 * without, and in the same order but for beats of different peers between two ticks, which commute. That
 * none of them says anything is asserted.
 *
 * A beat is an event where it may matter: for a peer that is suspect, down or has left, if another one
 * waits, if something else reaches the node in the same tick, from another shard, and while a fault holds
 * the receiver or is about to; every tick is one while a fault holds the node, or its detector isn't calm.
 * A lost beat is never put off: the sender's network decides that first. Within one tick of virtual time a
 * node's timer comes first.
 *
 * Times are ticks modulo 2^32.
 */
export class Backlog {
  /** Beats and ticks that were no event of the engine's; they count as events handled. */
  readonly putOff: Float64Array = new Float64Array(1)
  readonly #words: Int32Array
  readonly #host: BacklogHost
  readonly #port: ShardPort
  readonly #stride: number
  /** The present: its tick and ms, modulo 2^32, and how many ticks of the ms are past. */
  #now = 0
  #nowMs = 0
  #past = 0

  constructor(host: BacklogHost) {
    const { port, store } = host
    this.#host = host
    this.#port = port
    this.#stride = BEATS_AT + 2 * store.slots
    this.#words = new Int32Array(port.nodes * this.#stride)
  }

  /** A node's process starts; its first tick comes so much later. */
  start(local: number, firstTicks: number): void {
    const at = local * this.#stride
    const { nowTicks } = this.#port
    this.#words.fill(0, at, at + this.#stride)
    this.#words[at + RESTLESS_AT] = (nowTicks + 1) | 1
    this.delay(local, nowTicks + firstTicks)
  }

  /** The node's next tick comes then, and wakes it. */
  delay(local: number, tick: number): void {
    const at = local * this.#stride
    this.#words[at + TICK_AT] = tick
    this.#wakeAt(local, at, tick)
  }

  /** Whether no fault holds a node, so that its ticks and beats are put off. */
  isAtRest(local: number): boolean {
    return this.#words[local * this.#stride + RESTLESS_AT] === 0
  }

  /** Whether the event that wakes a node is the one expected now, and not one that was overtaken. */
  isExpected(local: number): boolean {
    return this.#words[local * this.#stride + WAKE_AT] === (this.#port.nowTicks | 0)
  }

  /** Puts a beat off. Returns whether it may be; otherwise it must be an event. */
  put(local: number, slot: number, tick: number, incarnation: number): boolean {
    const at = local * this.#stride
    const words = this.#words
    const slots = words[at + SLOTS_AT]!
    if (((slots >>> slot) & 1) === 0) return false
    words[at + SLOTS_AT] = slots ^ (TURN << slot)
    words[at + BEATS_AT + 2 * slot] = tick
    words[at + BEATS_AT + 2 * slot + 1] = incarnation
    return true
  }

  /** Takes a beat in that has arrived as an event, if nothing follows from it. */
  take(local: number, slot: number, incarnation: number): boolean {
    if (!this.put(local, slot, this.#port.nowTicks, incarnation)) return false
    this.putOff[0]!--
    return true
  }

  /** Something comes for a node at a tick: beats that arrive in the same one, and were sent before, go first. */
  cede(local: number, tick: number): void {
    const at = local * this.#stride
    const words = this.#words
    for (let rest = words[at + SLOTS_AT]! >>> WAITING_SHIFT; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      if (words[at + BEATS_AT + 2 * slot] !== (tick | 0)) continue
      words[at + SLOTS_AT]! ^= TURN << slot
      this.#makeEvents(local, at, 1 << slot)
    }
  }

  /** Takes in what was put off, and the tick if it is due: before anything else happens to a node now. */
  catchUp(local: number): void {
    this.#look()
    const at = local * this.#stride
    const now = this.#now
    this.#takeInBefore(local, now)
    if (this.#words[at + TICK_AT] !== now) return
    this.#words[at + TICK_AT] = now + TICK_TICKS
    this.#host.tick(local)
  }

  /** Takes in everything there is at the end of a run. */
  finish(endTicks: number): void {
    this.#look()
    for (let local = 0; local < this.#port.nodes; local++) {
      if (this.isAtRest(local)) this.#takeInBefore(local, endTicks | 0)
    }
  }

  /** A fault befalls the node at the next tick: from then on nothing is put off until it is over. */
  rouse(local: number): void {
    this.#words[local * this.#stride + RESTLESS_AT] = (this.#port.nowTicks + 2) | 1
    this.settle(local)
  }

  /** The event that wakes a node. */
  wake(local: number): void {
    const at = local * this.#stride
    const wasCalm = (this.#words[at + SLOTS_AT]! & CALM) !== 0
    this.catchUp(local)
    this.#hearNow(local, at)
    const skipped = wasCalm ? this.#skippedTicks(local, at) : 0
    if (skipped > 0) this.#wakeAt(local, at, this.#words[at + TICK_AT]! + skipped)
    else this.settle(local)
  }

  /** After anything else that happened to a node: what may be put off from now on, and when it wakes. */
  settle(local: number): void {
    this.#look()
    const at = local * this.#stride
    const words = this.#words
    this.#hearNow(local, at)
    const rests = this.#mayRest(local, at)
    const open = rests ? this.#openSlots(local) : 0
    const waiting = words[at + SLOTS_AT]! >>> WAITING_SHIFT
    if ((waiting & ~open) !== 0) this.#makeEvents(local, at, waiting & ~open)
    const still = waiting & open
    const skipped = rests ? this.#skippedTicks(local, at) : 0
    words[at + SLOTS_AT] = (open & ~still) | (still << WAITING_SHIFT) | (skipped > 0 ? CALM : 0)
    const wake = words[at + TICK_AT]! + skipped
    const expected = words[at + WAKE_AT]!
    if (((expected - this.#now) | 0) <= 0 || ((wake - expected) | 0) < 0) {
      this.#wakeAt(local, at, wake)
    }
  }

  columns(): readonly ArrayBufferView[] {
    return [this.#words, this.putOff]
  }

  #wakeAt(local: number, at: number, tick: number): void {
    this.#words[at + WAKE_AT] = tick
    this.#port.timer((tick - this.#port.nowTicks) | 0, local, wordOf(Kind.tick, 0), 0, 0)
  }

  #takeInBefore(local: number, tick: number): void {
    const at = local * this.#stride
    const words = this.#words
    const { store, step } = this.#host
    for (;;) {
      const next = words[at + TICK_AT]!
      if (((next - tick) | 0) >= 0) break
      this.#hearBefore(local, at, next)
      words[at + TICK_AT] = next + TICK_TICKS
      this.putOff[0]!++
      step(store, local, DetectorInput.tick, 0, 0, 0, this.#msOf(next), quiet)
    }
    this.#hearBefore(local, at, tick)
  }

  /** Beats of different peers between two ticks may come in any order: each sets its own peer's entries. */
  #hearBefore(local: number, at: number, tick: number): void {
    const words = this.#words
    const { store, step } = this.#host
    for (let rest = words[at + SLOTS_AT]! >>> WAITING_SHIFT; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      const beat = at + BEATS_AT + 2 * slot
      const due = words[beat]!
      if (((due - tick) | 0) >= 0) continue
      words[at + SLOTS_AT]! ^= TURN << slot
      this.putOff[0]!++
      step(
        store,
        local,
        DetectorInput.heard,
        slot,
        words[beat + 1]! >>> 0,
        0,
        this.#msOf(due),
        quiet
      )
    }
  }

  /** Beats that arrive in this very tick come after what has just happened, which may have closed their slot. */
  #hearNow(local: number, at: number): void {
    const words = this.#words
    const now = this.#now
    for (let rest = words[at + SLOTS_AT]! >>> WAITING_SHIFT; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      const beat = at + BEATS_AT + 2 * slot
      if (words[beat] !== now) continue
      words[at + SLOTS_AT]! ^= TURN << slot
      this.putOff[0]!++
      this.#host.hear(local, slot, words[beat + 1]! >>> 0)
    }
  }

  #mayRest(local: number, at: number): boolean {
    if (this.#host.eager) return false
    const restless = this.#words[at + RESTLESS_AT]!
    if (restless === 0) return true
    if (((restless - this.#now) | 0) > 0) return false
    if (!this.#host.isUndisturbed(local)) return false
    this.#words[at + RESTLESS_AT] = 0
    return true
  }

  /** Of whom a beat says nothing new. */
  #openSlots(local: number): number {
    const { store } = this.#host
    const own = rowAt(store, local)
    let open = 0
    for (let slot = 0; slot < store.slots; slot++) {
      const state = store.state[own + slot]!
      if (state === PeerState.alive || state === PeerState.probation) open |= 1 << slot
    }
    return open
  }

  #makeEvents(local: number, at: number, slots: number): void {
    for (let rest = slots; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      const beat = at + BEATS_AT + 2 * slot
      const ticks = (this.#words[beat]! - this.#port.nowTicks) | 0
      this.#port.timer(ticks, local, fromLink(Kind.beat, slot), this.#words[beat + 1]!, 0)
    }
  }

  /** From the next tick to the first that could say something. */
  #skippedTicks(local: number, at: number): number {
    const aheadMs = (this.#msOf(this.#words[at + TICK_AT]!) - this.#nowMs) | 0
    const longerMs = quietMs(this.#host.store, local, this.#nowMs) - aheadMs
    return longerMs <= 0 ? 0 : (((longerMs + TICK_MS - 1) / TICK_MS) | 0) * TICK_TICKS
  }

  /** The whole ms that a tick near the present lies in, modulo 2^32. */
  #msOf(tick: number): number {
    return (this.#nowMs + ((tick - this.#now + this.#past) >> TICK_BITS)) | 0
  }

  /** Reads the clock, for a node that is looked at now. */
  #look(): void {
    const { nowTicks, nowMs } = this.#port
    this.#now = nowTicks | 0
    this.#nowMs = nowMs | 0
    this.#past = nowTicks - nowMs * TICKS_PER_MS
  }
}
