import { TICK_MS, UptimeMeter, WitnessTally } from '@torusmesh/health'
import { bytesToHex, HealthStatement, Subject, type UptimeWitness } from '@torusmesh/protocol'
import type { Member } from '../overlay/directory.ts'
import type { HealthView } from '../view.ts'
import type { RuntimeContext, RuntimePart } from './context.ts'
import type { Watcher } from './watcher.ts'

/** Members whose uptime is tallied in an epoch: those around this node. */
const MEMBERS_MAX = 64
/** Over this time at most the statements of one epoch are spread. */
const SPREAD_MAX_MS = 600_000

export interface UptimeInit {
  readonly epochMs: number
  readonly watcher: Watcher
  /** A fresh random integer from 0 to below the bound. */
  readonly jitter: (bound: number) => number
}

/** Says at the end of each epoch how long each watched member was heard, and tallies what others say. */
export class UptimeWitnesses implements RuntimePart {
  readonly #context: RuntimeContext
  readonly #init: UptimeInit
  readonly #meter = new UptimeMeter()
  readonly #tally: WitnessTally
  /** Member of each slot when it was last sampled. */
  readonly #sampled = new Map<number, Member>()
  #epoch: number
  readonly #delayed = new Set<NodeJS.Timeout>()
  #timer: NodeJS.Timeout | undefined

  constructor(context: RuntimeContext, init: UptimeInit) {
    this.#context = context
    this.#init = init
    const epochS = Math.ceil(init.epochMs / 1_000)
    this.#tally = new WitnessTally({ epochS, membersMax: MEMBERS_MAX })
    this.#epoch = this.#epochNow()
    this.#tally.startEpoch(this.#epoch)
  }

  start(): void {
    this.#timer = setInterval(() => this.#sample(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const timer of this.#delayed) clearTimeout(timer)
  }

  /** A watcher's verified statement, durable in the ledger. */
  received(witness: Member, { member, epoch, heardS, watchedS }: UptimeWitness): void {
    this.#tally.add({
      ...{ epoch, heardS, watchedS },
      member: bytesToHex(member),
      witness: witness.key
    })
  }

  /** What enough witnesses agree on, of this node and those it watches, newest epoch first. */
  shown(): HealthView['uptime'] {
    const { directory, watchList } = this.#context
    const shown: HealthView['uptime'] = []
    const members = [directory.self, ...[...watchList.values()].map(({ member }) => member)]
    for (let epoch = this.#epoch; epoch > this.#epoch - 4; epoch--) {
      for (const { key, cell } of members) {
        const watchers = directory.neighbourCells(cell).length
        const uptime = this.#tally.uptimeOf(key, epoch, watchers)
        if (uptime !== undefined) shown.push({ member: key, epoch, ...uptime })
      }
    }
    return shown
  }

  #epochNow(): number {
    return Math.floor(this.#context.clock.wallMs() / this.#init.epochMs)
  }

  #sample(): void {
    const { watcher } = this.#init
    for (const { slot, member } of this.#context.watchList.values()) {
      if (this.#sampled.get(slot)?.key === member.key) continue
      this.#sampled.set(slot, member)
      this.#meter.reset(slot)
    }
    this.#meter.sample(watcher.states, watcher.doubtsSelf)
    const epoch = this.#epochNow()
    if (epoch === this.#epoch) return
    const ended = this.#epoch
    this.#epoch = epoch
    this.#tally.startEpoch(epoch)
    for (const { slot, heardS, watchedS } of this.#meter.close()) {
      const member = this.#sampled.get(slot)
      if (member !== undefined) this.#stateLater(member, { epoch: ended, heardS, watchedS })
    }
  }

  /** Epochs end for everybody at once; what is said about them need not come at once. */
  #stateLater(member: Member, seen: { epoch: number; heardS: number; watchedS: number }): void {
    const delayMs = this.#init.jitter(Math.min(this.#init.epochMs / 4, SPREAD_MAX_MS))
    const timer = setTimeout(() => {
      this.#delayed.delete(timer)
      this.#state(member, seen)
    }, delayMs)
    this.#delayed.add(timer)
  }

  #state(member: Member, seen: { epoch: number; heardS: number; watchedS: number }): void {
    const { speaker, gossip, background, directory } = this.#context
    background('witness uptime', async () => {
      const uptime = { member: member.id, ...seen }
      const envelope = await speaker.say(
        Subject.health,
        HealthStatement.encode({ uptime }).finish()
      )
      this.#tally.add({ ...seen, member: member.key, witness: directory.self.key })
      await gossip.publish(Subject.health, member.cell, envelope)
    })
  }
}
