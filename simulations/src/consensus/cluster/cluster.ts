import {
  type Block,
  checkpointDigest,
  type Digest,
  type EngineOutput,
  type EnginePorts,
  type Epoch,
  type EpochPlan,
  type Floor,
  Kind,
  type Message,
  nextEpoch,
  type Validator,
  type Verify
} from '@torusmesh/consensus'
import { memberOf, type StandInKeys } from '../stand-in.ts'
import type { Dice } from './dice.ts'
import { drawEpoch, drawNextSet, powerSum } from './epochs.ts'
import { applicationOf, Item } from './items.ts'
import { Judge } from './judge.ts'
import type { Mark } from './marks.ts'
import type { Plot } from './plot.ts'
import { FATES, type Fate, Seat, type SeatSink } from './seat.ts'
import { type Stage, Villain } from './villain.ts'

/** What is kept of what was said, for the verdict on a fork. */
const HEARD_MAX = 8_192
const RESTART_MAX_MS = 60
/** From one link to the next, after a restart: an answer comes in between. */
const LINK_MS = 20
/** All that is undecided when the network is whole leads to it. */
const LAST: Uint8Array = Uint8Array.of(Item.last, 0, 0)
/** How a process dies that is told to: any way but not at all. */
const DEATHS: readonly Fate[] = FATES.slice(1)

/** What a cluster asks of the shard it runs in. */
export interface ClusterPort {
  readonly nowMs: number
  /** Sends between members; `isSafe`: it may not get lost any more. */
  post(from: Actor, to: Actor, message: Message, isSafe: boolean): void
  wake(actor: Actor, seat: number, atMs: number): void
  restart(actor: Actor, delayMs: number): void
  /** A link of the actor comes up, after a restart. */
  link(actor: Actor, delayMs: number): void
  mark(mark: Mark): void
}

export interface ClusterInit {
  readonly size: number
  readonly plot: Plot
  readonly keys: StandInKeys
  readonly dice: Dice
  readonly verifierOf: (epoch: Epoch) => Verify
  readonly port: ClusterPort
}

/** A process: a member, or one of the two copies of a twin. */
export interface Actor {
  readonly number: number
  readonly member: number
  readonly isByzantine: boolean
  side: number
  isUp: boolean
  /** Dies at its next write. */
  doom: Fate
  writes: number
  /** By epoch. */
  readonly seats: Seat[]
}

/** One small mesh under one adversary, its members' real engines and its judge. */
export class Cluster implements SeatSink {
  readonly judge: Judge
  readonly actors: readonly Actor[]
  readonly epoch: Epoch
  /** Since when the network is whole; -1 until then. */
  healedMs = -1
  private readonly init: ClusterInit
  private readonly byzantine: ReadonlySet<number>
  private readonly heard: Message[] = []
  private readonly villain: Villain
  private readonly nextSet: readonly Validator[]
  private readonly nextEpochs = new Map<Digest, { epoch: Epoch; ports: EnginePorts }>()
  /** Of Byzantine members and of those that lost their state. */
  private lostPower = 0
  private isOver = false

  constructor(init: ClusterInit) {
    const { size, plot, keys, dice, verifierOf } = init
    this.init = init
    const hasSpare = size > 4 && !plot.overThird && dice.chance(120)
    this.epoch = drawEpoch(keys, hasSpare ? size - 1 : size, dice)
    this.byzantine = this.drawByzantine()
    const isByzantine = (member: number): boolean => this.byzantine.has(member)
    this.judge = new Judge(isByzantine, plot.overThird, verifierOf)
    this.nextSet = drawNextSet(keys, this.epoch.validators, size, isByzantine, dice)
    this.villain = new Villain(dice)
    const copies = [...Array(size).keys(), ...this.byzantine]
    this.actors = copies.map((member, number) => ({
      number,
      member,
      isByzantine: isByzantine(member),
      side: 0,
      isUp: true,
      doom: 'ok',
      writes: 0,
      seats: []
    }))
    if (plot.overThird) this.split()
    const ports = applicationOf(this.epoch, verifierOf(this.epoch), () => this.plan)
    for (const actor of this.actors) this.takeSeat(actor, this.epoch, ports, null)
  }

  start(): void {
    for (const { seats } of this.actors) seats[0]!.handle({ type: 'start' }, this.nowMs)
    const { plot } = this.init
    // Two sides with the same to decide might agree by chance.
    if (plot.overThird) for (const side of [0, 1]) this.submit(Item.plain, side)
    else this.submit(Item.plain, null)
  }

  /** One act of the adversary. */
  act(): void {
    const { dice, plot, port } = this.init
    if (this.isOver) return
    if (dice.chance(plot.partition)) {
      port.mark('partitioned')
      for (const actor of this.actors) actor.side = dice.below(2)
    }
    if (dice.chance(plot.evil)) this.villain.act(this.stage())
    if (dice.chance(plot.crash)) {
      const actor = dice.pick(this.actors)
      if (actor.isUp) actor.doom = dice.pick(DEATHS)
    }
    if (dice.chance(plot.submit)) {
      this.submit(dice.chance(plot.endEpoch) ? Item.endsEpoch : Item.plain, null)
    }
  }

  deliver(actor: Actor, from: number, message: Message): void {
    if (!actor.isUp || this.isOver) return
    const id = epochOf(message)
    const seat = actor.seats.find(({ init }) => init.epoch.id === id) ?? actor.seats.at(-1)!
    const sender = seat.peerOf(this.actors[from]!.member)
    seat.handle({ type: 'message', from: sender, message }, this.nowMs)
  }

  wakeUp(actor: Actor, number: number): void {
    const seat = actor.seats[number]
    if (!seat || seat.timerMs === null || seat.timerMs > this.nowMs || this.isOver) return
    seat.handle({ type: 'timer' }, this.nowMs)
  }

  restart(actor: Actor): void {
    if (actor.isUp || (this.isHealed && actor.isByzantine)) return
    const isLost = this.mayLose(actor)
    if (isLost) {
      this.init.port.mark('state-lost')
      this.init.port.mark('observer-seen')
    }
    this.restartFrom(actor, isLost)
  }

  /** A node that was away asks whoever it meets again. */
  linkUp({ seats }: Actor): void {
    for (const seat of seats) seat.handle({ type: 'seek' }, this.nowMs)
  }

  private restartFrom(actor: Actor, isLost: boolean): void {
    actor.isUp = true
    actor.doom = 'ok'
    for (const seat of [...actor.seats]) {
      const before = seat.floor?.view ?? 0
      seat.restart(isLost, this.nowMs)
      if (!isLost && seat.engine.status.floor.view < before) {
        this.judge.fail('no-lost-commit', `member ${actor.member} forgot a decision in a crash`)
      }
    }
    const ending = actor.seats[0]!.floor?.ending
    if (ending && actor.seats.length === 1) this.enterNext(actor, ending)
    for (let link = 1; link < this.init.size; link++) {
      this.init.port.link(actor, link * LINK_MS)
    }
  }

  /** The network is whole from now on, nobody dies any more; Byzantine members fall silent or not. */
  heal(): void {
    const { dice } = this.init
    this.healedMs = this.nowMs
    const staySilent = dice.chance(500)
    for (const actor of this.actors) {
      actor.side = 0
      actor.doom = 'ok'
      if (actor.isByzantine && staySilent) this.silence(actor)
      else this.restart(actor)
    }
    this.submit(Item.last, null)
  }

  /** Some time after {@link heal}: all honest members decided the same, the last item too, and rest. */
  checkLiveness(): void {
    const honest = this.actors.filter(({ isByzantine }) => !isByzantine)
    const seats = honest.map(actor => actor.seats.at(-1)!)
    const { judge } = this
    if (new Set(seats.map(({ init }) => init.epoch.id)).size > 1) {
      return judge.fail('liveness', 'honest members rest in different epochs')
    }
    const decided = seats.map(seat => seat.decided)
    if (new Set(decided).size > 1) judge.fail('liveness', `honest members decided ${decided}`)
    if (!judge.hasDecided(Item.last)) judge.fail('liveness', 'the last item is not final')
    const isRestless = honest.some(actor => actor.seats.some(({ timerMs }) => timerMs !== null))
    if (isRestless) judge.fail('quiet', 'an honest member never rests')
  }

  write(seat: Seat): Fate {
    const actor = this.actors[seat.init.actor]!
    const write = actor.writes++
    const { blow } = this.init.plot
    const isHit = blow !== null && actor.number === 0 && write === blow.write
    const fate = isHit ? blow.fate : actor.doom
    if (fate === 'ok') return fate
    this.init.port.mark('write-failed')
    this.kill(actor, fate === 'unsent' ? seat : null)
    return fate
  }

  send(seat: Seat, to: number | null, message: Message): void {
    const actor = this.actors[seat.init.actor]!
    const { dice, plot, port } = this.init
    this.note(message)
    if (!actor.isByzantine) this.judge.spoke(actor.member, seat, message)
    const target = to === null ? null : seat.memberOf(to)
    const isOwnWord = message.type === 'vote' || message.type === 'proposal'
    for (const other of this.actors) {
      if (other === actor || (target !== null && other.member !== target)) continue
      if (other.member === actor.member && isOwnWord) continue
      if (actor.isByzantine && dice.chance(plot.omit)) continue
      if (!this.isHealed && actor.side !== other.side) continue
      port.post(actor, other, message, this.isHealed)
    }
  }

  decided(seat: Seat, blocks: readonly Block[], floor: Floor): void {
    if (this.actors[seat.init.actor]!.isByzantine) return
    this.init.port.mark('decided')
    this.judge.decided(seat.init.epoch, blocks, floor, seat.decided)
    if (this.judge.isForked) this.forked()
  }

  said(seat: Seat, output: EngineOutput): void {
    const actor = this.actors[seat.init.actor]!
    const { port } = this.init
    switch (output.type) {
      case 'ended':
        if (actor.seats.length > 1) return
        port.mark('epoch-changed')
        return this.enterNext(actor, output.ending)
      case 'reject':
        return port.mark('refused-message')
      default:
    }
    if (actor.isByzantine) return
    switch (output.type) {
      case 'evidence':
        port.mark('evidence-found')
        if ('b' in output.evidence) port.mark('twin-equivocated')
        return this.judge.accused(seat.init.epoch, output.evidence)
      case 'checkpoint':
        return this.checkpoint(seat, output.certificate)
      case 'fork':
        this.judge.forked()
        return this.forked()
      case 'observe':
        if (output.why === 'lost-state')
          this.judge.fail('memory', 'an honest member lost its state')
        return
      default:
    }
  }

  wake(seat: Seat, atMs: number): void {
    const actor = this.actors[seat.init.actor]!
    this.init.port.wake(actor, actor.seats.indexOf(seat), atMs)
  }

  private get isHealed(): boolean {
    return this.healedMs >= 0
  }

  private get nowMs(): number {
    return this.init.port.nowMs
  }

  private get plan(): EpochPlan {
    const { policyVersion, seed, delayMs } = this.epoch
    return { policyVersion, seed: `${seed.slice(2)}ee`, delayMs, validators: this.nextSet }
  }

  private silence(actor: Actor): void {
    actor.isUp = false
    for (const seat of actor.seats) seat.kill()
  }

  /** @param writer - a seat that dies by itself, when its write is done */
  private kill(actor: Actor, writer: Seat | null = null): void {
    const { port, dice } = this.init
    actor.isUp = false
    for (const seat of actor.seats) if (seat !== writer) seat.kill()
    if (this.isHealed && actor.isByzantine) return
    port.mark('crashed')
    port.restart(actor, 1 + dice.below(RESTART_MAX_MS))
  }

  private note(message: Message): void {
    const { plot, port } = this.init
    if (message.type === 'certificate' && message.claim.kind === Kind.nullify) {
      port.mark('view-nullified')
    }
    if (message.type.startsWith('want')) port.mark('catch-up-ran')
    if (this.byzantine.size > 0) this.villain.note(message)
    if (plot.overThird && this.heard.length < HEARD_MAX) this.heard.push(message)
  }

  private forked(): void {
    if (this.isOver || !this.init.plot.overThird) return
    this.isOver = true
    this.init.port.mark('forked')
  }

  /** After a fork: the power that the evidence names. */
  blamedPower(): number {
    return this.judge.blamedPower(this.epoch, this.heard)
  }

  private checkpoint(seat: Seat, certificate: Parameters<Judge['certified']>[1]): void {
    this.judge.certified(seat.init.epoch, certificate)
  }

  private takeSeat(actor: Actor, epoch: Epoch, ports: EnginePorts, opening: Digest | null): Seat {
    const { number, member } = actor
    const sign = this.init.keys.signer(member)
    const seat = new Seat({ actor: number, member, epoch, ports, sign, opening, sink: this })
    actor.seats.push(seat)
    return seat
  }

  /** The epoch after the first, the same for all who end the first with the same block. */
  private enterNext(actor: Actor, { checkpoint, plan }: NonNullable<Floor['ending']>): void {
    let next = this.nextEpochs.get(checkpoint.block)
    if (next === undefined) {
      const epoch = nextEpoch(this.epoch, checkpoint, plan)
      next = { epoch, ports: applicationOf(epoch, this.init.verifierOf(epoch), () => null) }
      this.nextEpochs.set(checkpoint.block, next)
    }
    const seat = this.takeSeat(actor, next.epoch, next.ports, checkpointDigest(checkpoint))
    const isBack = actor.seats[0]!.isAmnesiac && seat.validator !== null
    if (isBack) this.init.port.mark('observer-votes-again')
    seat.handle({ type: 'start' }, this.nowMs)
    if (this.isHealed) seat.handle({ type: 'submit', item: LAST }, this.nowMs)
  }

  private submit(kind: Item, side: number | null): void {
    const { dice } = this.init
    const isLast = kind === Item.last
    const item = isLast ? LAST : Uint8Array.of(kind, dice.below(256), dice.below(256))
    for (const actor of this.actors) {
      if (!actor.isUp || (side !== null && actor.side !== side)) continue
      if (!isLast && side === null && dice.chance(300)) continue
      actor.seats.at(-1)!.handle({ type: 'submit', item }, this.nowMs)
    }
  }

  private drawByzantine(): Set<number> {
    const { dice, plot } = this.init
    const { validators, totalPower } = this.epoch
    const byzantine = new Set<number>()
    let power = 0
    // Without Byzantine members there is room for some that lose their state.
    if (dice.chance(plot.honest)) return byzantine
    for (const member of dice.order(validators.length)) {
      const more = power + validators[member]!.power
      // Enough to make a quorum with either half of the others.
      const isEnough = 3 * (power + Math.floor((totalPower - power) / 2)) > 2 * totalPower
      if (plot.overThird ? isEnough : 3 * more >= totalPower) continue
      byzantine.add(member)
      power = more
    }
    this.lostPower = power
    return byzantine
  }

  /** Sides of about equal power; each copy of a Byzantine member on one of them. */
  private split(): void {
    const powers = [0, 0]
    const size = this.epoch.validators.length
    for (const actor of this.actors) {
      if (actor.isByzantine) actor.side = actor.number < size ? 0 : 1
      else {
        actor.side = powers[0]! <= powers[1]! ? 0 : 1
        powers[actor.side]! += this.epoch.validators[actor.member]!.power
      }
    }
  }

  private mayLose(actor: Actor): boolean {
    const { dice, plot } = this.init
    if (actor.isByzantine || !dice.chance(plot.lose)) return false
    if (actor.seats.some(({ isAmnesiac }) => isAmnesiac)) return false
    const sets = [this.epoch.validators, this.nextSet]
    const powers = sets.map(
      set => set.find(validator => memberOf(validator) === actor.member)?.power ?? 0
    )
    const more = this.lostPower + Math.max(...powers)
    if (sets.some(set => 3 * more >= powerSum(set))) return false
    this.lostPower = more
    return true
  }

  /** What the villain acts on: the epoch and view of somebody honest. */
  private stage(): Stage {
    const { dice, keys, port } = this.init
    const honest = this.actors.filter(({ isByzantine }) => !isByzantine)
    const { init, engine } = dice.pick(honest).seats.at(-1)!
    const { epoch } = init
    const members = epoch.validators.map(memberOf)
    const byzantine = [...members.keys()].filter(index => this.byzantine.has(members[index]!))
    const copies = this.actors.filter(({ isByzantine }) => isByzantine)
    return {
      epoch,
      byzantine,
      signer: validator => keys.signer(members[validator]!),
      someView: () => engine.status.view,
      show: message => {
        this.note(message)
        const side = dice.below(3)
        for (const actor of honest) {
          if (side < 2 && actor.side !== side) continue
          const sender = copies.find(copy => copy.side === actor.side) ?? copies[0]!
          port.post(sender, actor, message, false)
        }
      }
    }
  }
}

function epochOf(message: Message): Digest {
  switch (message.type) {
    case 'vote':
      return message.vote.epochId
    case 'proposal':
      return message.block.header.epochId
    case 'certificate':
      return message.claim.epochId
    default:
      return message.epochId
  }
}
