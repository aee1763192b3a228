import {
  BEAT_MS,
  coast,
  DetectorInput,
  type DetectorSink,
  quietMs,
  rowAt,
  TICK_MS
} from '@torusmesh/health'
import { type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import type { BacklogHost } from './backlog-host.ts'
import { Present } from './present.ts'
import {
  assuredSlots,
  BEATS_AT,
  CALM,
  isOpen,
  LOW_HALF,
  openSlots,
  REPEAT_AT,
  RESTLESS_AT,
  repeats,
  SLOTS_AT,
  TICK_AT,
  TURN,
  WAITING_SHIFT,
  WAKE_AT,
  waits
} from './slots.ts'
import { fromLink, Kind, Recurs, wordOf } from './words.ts'

const TICK_TICKS: number = TICK_MS * TICKS_PER_MS
export const BEAT_TICKS: number = BEAT_MS * TICKS_PER_MS
/** A node sleeps through so many of its beats at most. */
const BEATS_AHEAD = 20

const quiet: DetectorSink = output => {
  throw new Error(`a detector that was to be quiet had output ${output}`)
}

/**
 * What each node of a shard has yet to take in. Of nearly all ticks and beats a detector says nothing,
 * and it knows for how long (`quietMs`). So a beat for a peer that is alive waits in its place, and a
 * node without anything else to do is woken at the first tick that could say something. Whatever comes
 * for it, it first takes in what was put off, each with its own time: the machine's inputs are the same as
 * without, and in the same order but for beats of different peers between two ticks, which commute. That
 * none of them says anything is asserted.
 *
 * A beat is an event where it may matter: for a peer that is suspect, down or has left, if another one is
 * under way, if something else reaches the node in the same tick, from another shard, and while a fault
 * holds the receiver or is about to; every tick is one while a fault holds the node, or its detector isn't
 * calm. A lost beat is never put off: the sender's network decides that first. Within one tick of virtual
 * time a node's timer comes first.
 *
 * A node at rest beats once a second, and the network knows which of its next messages take the usual
 * time. So a beat that waits may stand for all that follow it: it repeats, and its sender needn't wake to
 * send them. That ends when the sender's incarnation changes, a fault or a partition is about to befall
 * either of the two, the receiver's slot closes, or chance holds up the next message. Then what
 * repeats is one beat again, if one is under way, and the sender wakes for its next one. A receiver of
 * another shard doesn't ask its sender to stop, but calls up beat by beat while they can't wait; the
 * sender tells it, no later than the next one would be on its way, which was the last.
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
  readonly #present: Present

  constructor(host: BacklogHost) {
    const { port, store } = host
    this.#host = host
    this.#port = port
    this.#present = new Present(port)
    this.#stride = BEATS_AT + 2 * store.slots
    this.#words = new Int32Array(port.nodes * this.#stride)
  }

  /** A node's process starts; its first tick comes so much later. */
  start(local: number, firstTicks: number): void {
    const at = local * this.#stride
    const { nowTicks } = this.#port
    // Who beats from another shard isn't told.
    const far = this.#words[at + REPEAT_AT]! & ~LOW_HALF
    this.#words.fill(0, at, at + BEATS_AT)
    this.#words[at + REPEAT_AT] = far
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
    // One that was held up comes late, among others that repeat.
    if (repeats(this.#words, at, slot)) return false
    if (!isOpen(this.#words, at, slot) && !this.#empty(local, at, slot)) return false
    words[at + SLOTS_AT]! ^= TURN << slot
    words[at + BEATS_AT + 2 * slot] = tick
    words[at + BEATS_AT + 2 * slot + 1] = incarnation
    return true
  }

  /** A beat that was just put off repeats: the sender's next ones over this link take the usual time. */
  repeat(local: number, link: number, peer: number, slot: number): void {
    this.#words[local * this.#stride + REPEAT_AT]! |= 1 << link
    this.#words[peer * this.#stride + REPEAT_AT]! |= 1 << (slot + WAITING_SHIFT)
  }

  /** Same for one that was just sent to another shard. */
  repeatFar(local: number, link: number): void {
    this.#words[local * this.#stride + REPEAT_AT]! |= 1 << link
  }

  /**
   * A beat that repeats has come from another shard, or is due of one that has. Where beats may wait it
   * does from now on; elsewhere each is an event, which calls up the next.
   *
   * @returns whether nothing follows from this one
   */
  recur(local: number, slot: number, recurs: number, incarnation: number): boolean {
    this.#present.look()
    const at = local * this.#stride
    const words = this.#words
    const beat = at + BEATS_AT + 2 * slot
    if (recurs === Recurs.goesOn) {
      if (words[beat] !== this.#present.tick) return true
      // The last one, unless another waits: then it was called up, and never sent.
      if (!repeats(words, at, slot)) return waits(words, at, slot)
    } else this.#empty(local, at, slot)
    words[at + REPEAT_AT]! |= 1 << (slot + WAITING_SHIFT)
    words[beat + 1] = incarnation
    if (isOpen(this.#words, at, slot)) words[at + SLOTS_AT]! ^= TURN << slot
    if (waits(this.#words, at, slot)) {
      words[beat] = this.#present.tick
      this.putOff[0]!--
      return true
    }
    words[beat] = this.#present.tick + BEAT_TICKS
    this.#callUp(local, at, slot)
    return false
  }

  /** What repeats in a slot from another shard ends with the beat that arrives at a tick. */
  ended(local: number, slot: number, last: number): void {
    this.putOff[0]!--
    this.#present.look()
    const at = local * this.#stride
    const words = this.#words
    const isWaiting = waits(this.#words, at, slot)
    if (isWaiting) this.#advance(local)
    words[at + REPEAT_AT]! &= ~(1 << (slot + WAITING_SHIFT))
    const beat = at + BEATS_AT + 2 * slot
    if (((words[beat]! - last) | 0) > 0) {
      words[beat] = last
      if (isWaiting) words[at + SLOTS_AT]! ^= TURN << slot
    }
    if (isWaiting) this.#hasten(local, at)
  }

  /** Links over which a node's beats repeat. */
  repeated(local: number): number {
    return this.#words[local * this.#stride + REPEAT_AT]! & LOW_HALF
  }

  /** From now on a node, all of whose beats so far are sent, sends them itself. */
  release(local: number, links: number): void {
    const repeated = this.repeated(local) & links
    if (repeated === 0) return
    this.#present.look()
    const last = this.#lastBeat(local)
    this.#part(local, repeated, last)
    this.#wakeToBeat(local, last)
  }

  /** Same for a beat that is about to be sent now over one link. */
  releaseBeat(local: number, link: number): void {
    this.#present.look()
    this.#part(local, 1 << link, this.#present.tick - BEAT_TICKS)
  }

  /** Same for all nodes, before anything else happens now, their beats too. */
  releaseAll(): void {
    this.#present.look()
    const now = this.#present.tick
    const words = this.#words
    for (let local = 0; local < this.#port.nodes; local++) {
      if (this.isAtRest(local)) this.#takeInBefore(local, now)
    }
    for (let local = 0; local < this.#port.nodes; local++) {
      const repeated = this.repeated(local)
      if (repeated !== 0) this.#end(local, repeated, this.#lastBeat(local))
    }
    for (let local = 0; local < this.#port.nodes; local++) {
      // Who wakes now does so after this.
      if (!this.isAtRest(local) || words[local * this.#stride + WAKE_AT] === now) continue
      this.catchUp(local)
      this.settle(local)
    }
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
    const once = (words[at + SLOTS_AT]! & ~words[at + REPEAT_AT]!) >>> WAITING_SHIFT
    for (let rest = once; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      if (words[at + BEATS_AT + 2 * slot] !== (tick | 0)) continue
      words[at + SLOTS_AT]! ^= TURN << slot
      this.#makeEvents(local, at, 1 << slot)
    }
  }

  /** Takes in what was put off, and the tick if it is due: before anything else happens to a node now. */
  catchUp(local: number): void {
    this.#present.look()
    const at = local * this.#stride
    const now = this.#present.tick
    this.#takeInBefore(local, now)
    if (this.#words[at + TICK_AT] !== now) return
    this.#words[at + TICK_AT] = now + TICK_TICKS
    this.#host.tick(local)
  }

  /** Takes in everything there is at the end of a run. */
  finish(endTicks: number): void {
    this.#present.look()
    for (let local = 0; local < this.#port.nodes; local++) {
      if (this.isAtRest(local)) this.#takeInBefore(local, endTicks | 0)
    }
  }

  /** A fault befalls the node at the next tick: from then on nothing is put off until it is over. */
  rouse(local: number): void {
    this.release(local, LOW_HALF)
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
    this.#present.look()
    const at = local * this.#stride
    const words = this.#words
    this.#hearNow(local, at)
    const rests = this.#mayRest(local, at)
    const open = rests ? openSlots(this.#host.store, local) : 0
    const waiting = words[at + SLOTS_AT]! >>> WAITING_SHIFT
    if ((waiting & ~open) !== 0)
      this.#makeEvents(local, at, this.#recall(local, at, waiting & ~open))
    const still = waiting & open
    const skipped = rests ? this.#skippedTicks(local, at) : 0
    words[at + SLOTS_AT] = (open & ~still) | (still << WAITING_SHIFT) | (skipped > 0 ? CALM : 0)
    const wake = words[at + TICK_AT]! + skipped
    const expected = words[at + WAKE_AT]!
    if (((expected - this.#present.tick) | 0) <= 0 || ((wake - expected) | 0) < 0) {
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

  /** Takes in ticks and beats before a tick: nothing comes of them. */
  #takeInBefore(local: number, tick: number): void {
    const at = local * this.#stride
    const words = this.#words
    const next = words[at + TICK_AT]!
    const more = (tick - next - 1) | 0
    if (more >= 0) {
      const last = next + more - (more % TICK_TICKS)
      words[at + TICK_AT] = last + TICK_TICKS
      this.putOff[0]! += 1 + ((more / TICK_TICKS) | 0)
      const beats = coast(this.#host.store, local, this.#present.msOf(last))
      if (beats > 0) this.#host.links().passBeats(local, beats)
    }
    for (let rest = words[at + SLOTS_AT]! >>> WAITING_SHIFT; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      if (((words[at + BEATS_AT + 2 * slot]! - tick) | 0) < 0) this.#hearBefore(local, slot, tick)
    }
  }

  /** Beats of different peers may come in any order: each sets its own peer's entries. */
  #hearBefore(local: number, slot: number, tick: number): void {
    const at = local * this.#stride
    const words = this.#words
    const beat = at + BEATS_AT + 2 * slot
    let due = words[beat]!
    if (repeats(this.#words, at, slot)) {
      const more = (((tick - due - 1) | 0) / BEAT_TICKS) | 0
      due += more * BEAT_TICKS
      this.putOff[0]! += more
      words[beat] = due + BEAT_TICKS
    } else {
      words[at + SLOTS_AT]! ^= TURN << slot
    }
    this.putOff[0]!++
    const { store, step } = this.#host
    const incarnation = words[beat + 1]! >>> 0
    step(store, local, DetectorInput.heard, slot, incarnation, 0, this.#present.msOf(due), quiet)
  }

  /** Beats that arrive in this very tick come after what has just happened, which may have closed their slot. */
  #hearNow(local: number, at: number): void {
    const words = this.#words
    const now = this.#present.tick
    for (let rest = words[at + SLOTS_AT]! >>> WAITING_SHIFT; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      const beat = at + BEATS_AT + 2 * slot
      if (words[beat] !== now) continue
      if (repeats(this.#words, at, slot)) words[beat] = now + BEAT_TICKS
      else words[at + SLOTS_AT]! ^= TURN << slot
      this.putOff[0]!++
      this.#host.hear(local, slot, words[beat + 1]! >>> 0)
    }
  }

  /** Takes in a beat that has arrived before the next one is sent. Returns whether the slot is open then. */
  #empty(local: number, at: number, slot: number): boolean {
    if (!waits(this.#words, at, slot) || repeats(this.#words, at, slot)) return false
    this.#present.look()
    this.#advance(local)
    return isOpen(this.#words, at, slot)
  }

  /** Brings a node that is at rest up to the present, if it doesn't wake in it. */
  #advance(local: number): void {
    const wakes = this.#words[local * this.#stride + WAKE_AT] === this.#present.tick
    this.#takeInBefore(local, this.#present.tick + (wakes ? 0 : 1))
  }

  /** The tick of a node's last beat; all its ticks lie whole ms apart. */
  #lastBeat(local: number): number {
    const { store } = this.#host
    const next = this.#words[local * this.#stride + TICK_AT]!
    const agoMs = (this.#present.msOf(next) - store.beatMs[rowAt(store, local)]!) | 0
    return (next - agoMs * TICKS_PER_MS) | 0
  }

  #wakeToBeat(local: number, last: number): void {
    const at = local * this.#stride
    const next = last + BEAT_TICKS
    if (((next - this.#words[at + WAKE_AT]!) | 0) < 0) this.#wakeAt(local, at, next)
  }

  /** Ends what repeats of a node, and sees to it that its peers wake in time for silence. */
  #part(local: number, repeated: number, last: number): void {
    const links = this.#host.links()
    for (let rest = repeated; rest !== 0; rest &= rest - 1) {
      const link = 31 - Math.clz32(rest & -rest)
      if (!links.leavesShard(local, link)) {
        this.#advance(links.peer(local, link) - this.#port.first)
      }
    }
    this.#end(local, repeated, last)
    for (let rest = repeated; rest !== 0; rest &= rest - 1) {
      const link = 31 - Math.clz32(rest & -rest)
      if (links.leavesShard(local, link)) continue
      const peer = links.peer(local, link) - this.#port.first
      this.#hasten(peer, peer * this.#stride)
    }
  }

  /** Fewer beats than before are sure to come: the node wakes earlier, if it has to. */
  #hasten(local: number, at: number): void {
    const expected = this.#words[at + WAKE_AT]!
    if (expected === this.#present.tick) return
    const wake = this.#words[at + TICK_AT]! + this.#skippedTicks(local, at)
    if (((wake - expected) | 0) < 0) this.#wakeAt(local, at, wake)
  }

  /** Makes one beat of what repeats, if one has been sent and not arrived, else none. */
  #end(local: number, repeated: number, last: number): void {
    const links = this.#host.links()
    const words = this.#words
    words[local * this.#stride + REPEAT_AT]! &= ~repeated
    for (let rest = repeated; rest !== 0; rest &= rest - 1) {
      const link = 31 - Math.clz32(rest & -rest)
      if (links.leavesShard(local, link)) {
        links.endFar(local, link, last)
        continue
      }
      const slot = links.back(local, link)
      const at = (links.peer(local, link) - this.#port.first) * this.#stride
      words[at + REPEAT_AT]! &= ~(1 << (slot + WAITING_SHIFT))
      const isSent = ((words[at + BEATS_AT + 2 * slot]! - last) | 0) < BEAT_TICKS
      if (!isSent) words[at + SLOTS_AT]! ^= TURN << slot
    }
  }

  /** Slots close: what repeats in them does no more. Returns in which of them a beat is under way. */
  #recall(local: number, at: number, slots: number): number {
    const links = this.#host.links()
    const repeating = slots & (this.#words[at + REPEAT_AT]! >>> WAITING_SHIFT)
    let far = 0
    for (let rest = repeating; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest)
      if (links.leavesShard(local, slot)) {
        far |= 1 << slot
        this.#callUp(local, at, slot)
        continue
      }
      const peer = links.peer(local, slot) - this.#port.first
      this.#advance(peer)
      const last = this.#lastBeat(peer)
      this.#end(peer, 1 << links.back(local, slot), last)
      this.#wakeToBeat(peer, last)
    }
    return slots & ~far & (this.#words[at + SLOTS_AT]! >>> WAITING_SHIFT)
  }

  /** The next beat that repeats in a slot becomes an event. */
  #callUp(local: number, at: number, slot: number): void {
    const beat = at + BEATS_AT + 2 * slot
    const word = fromLink(wordOf(Kind.beat, Recurs.goesOn), slot)
    const ticks = (this.#words[beat]! - this.#present.tick) | 0
    this.#port.timer(ticks, local, word, this.#words[beat + 1]!, 0)
  }

  #mayRest(local: number, at: number): boolean {
    if (this.#host.eager) return false
    const restless = this.#words[at + RESTLESS_AT]!
    if (restless === 0) return true
    if (((restless - this.#present.tick) | 0) > 0) return false
    if (!this.#host.isUndisturbed(local)) return false
    this.#words[at + RESTLESS_AT] = 0
    return true
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
    const aheadMs = (this.#present.msOf(this.#words[at + TICK_AT]!) - this.#present.ms) | 0
    const { store } = this.#host
    const assured = assuredSlots(store, local, this.#words, at, this.#present)
    // Looked at only as far ahead as they matter.
    const mostMs = quietMs(store, local, this.#present.ms, assured, BEATS_AHEAD)
    const needed = Math.min(BEATS_AHEAD, Math.ceil(mostMs / BEAT_MS))
    const beats = this.#host.links().plainBeats(local, this.repeated(local), needed)
    const longerMs =
      (beats >= needed ? mostMs : quietMs(store, local, this.#present.ms, assured, beats)) - aheadMs
    return longerMs <= 0 ? 0 : (((longerMs + TICK_MS - 1) / TICK_MS) | 0) * TICK_TICKS
  }
}
