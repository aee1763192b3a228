import {
  type Block,
  blame,
  type CertificateClaim,
  type EngineOutput,
  type Epoch,
  type Message,
  type Verify,
  verifyEvidence
} from '../../src/index.ts'
import { epochOf, verifierOf } from './keys.ts'
import { ENDS_EPOCH, ILLEGAL, Node, type NodeSink, portsOf } from './node.ts'
import { Random } from './random.ts'
import { Villain } from './villain.ts'

/** What may happen in a scenario. Chances are per mille of steps or messages. */
export interface Adversary {
  readonly steps: number
  /** Byzantine validators: less than a third of the power, or enough to fork two sides. */
  readonly overThird: boolean
  readonly drop: number
  readonly duplicate: number
  readonly timers: number
  readonly crashes: number
  readonly partitions: number
  /** Messages across a partition that get lost. */
  readonly cut: number
  readonly evil: number
  /** Whether every honest node must decide everything and fall silent once the network heals. */
  readonly mustHeal: boolean
}

export const HOSTILE: Adversary = {
  steps: 160,
  overThird: false,
  drop: 20,
  duplicate: 50,
  timers: 40,
  crashes: 6,
  partitions: 10,
  cut: 900,
  evil: 60,
  mustHeal: true
}

/** Two sides that never hear of each other, and faulty validators that serve both. */
export const SPLIT: Adversary = {
  ...HOSTILE,
  overThird: true,
  drop: 0,
  cut: 1_000,
  partitions: 0,
  crashes: 0,
  evil: 40,
  mustHeal: false
}

/** Faulty validators with the power to fork, in a network that changes its mind. */
export const FORKING: Adversary = { ...SPLIT, steps: 300, partitions: 4, evil: 100 }

/** What a scenario shows. Any violation is a bug, a fork only where the power of the honest is enough. */
export interface Verdict {
  readonly violation: string | null
  readonly forked: boolean
  /** Share of the power that the evidence names after a fork, as two integers. */
  readonly blamed: readonly [number, number]
  readonly decided: number
  readonly deliveries: number
}

const EPOCHS: Epoch[] = [
  [1, 1, 1, 1],
  [1, 1, 1, 1],
  [2, 2, 2, 1],
  [4, 3, 2, 2, 1, 1],
  [2, 1, 1, 1, 1],
  [1, 1, 1, 1, 1, 1, 1]
].map((powers, at) => epochOf(powers, { seed: `${at}7`.repeat(32) }))
const VERIFIERS = new Map<Epoch, Verify>(EPOCHS.map(epoch => [epoch, verifierOf(epoch)]))
const QUEUE_MAX = 3_000
const HEAL_STEPS = 10_000

interface Envelope {
  readonly from: Node
  readonly to: Node
  readonly message: Message
}

/** One mesh under one adversary; everything follows from the seed. */
export class World implements NodeSink {
  readonly epoch: Epoch
  readonly verify: Verify
  readonly random: Random
  readonly nodes: Node[] = []
  /** Everything anybody said, for those who break rules and for those who judge them. */
  readonly heard: Message[] = []
  readonly claims: CertificateClaim[] = []
  readonly blocks: Block[] = []
  nowMs = 0
  private readonly adversary: Adversary
  private readonly queue: Envelope[] = []
  private readonly log: string[] = []
  private readonly byzantine = new Set<number>()
  private readonly villain: Villain
  private violation: string | null = null
  private forked = false
  private deliveries = 0
  private isHealed = false
  private lostPower = 0
  /** Position of the block that ended the epoch. */
  private endAt = Number.POSITIVE_INFINITY

  constructor(seed: number, adversary: Adversary) {
    this.random = new Random(seed)
    this.adversary = adversary
    this.epoch = this.random.pick(EPOCHS)
    this.verify = VERIFIERS.get(this.epoch)!
    this.chooseByzantine()
    const { policyVersion, seed: next, delayMs, validators } = this.epoch
    const plan = { policyVersion, seed: next, delayMs, validators }
    const ports = portsOf(this.epoch, this.verify, plan)
    for (const validator of this.epoch.validators.keys()) {
      const copies = this.byzantine.has(validator) ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        const isByzantine = copies > 1
        this.nodes.push(
          new Node(this.nodes.length, validator, isByzantine, this.epoch, ports, this)
        )
      }
    }
    if (adversary.overThird) this.split()
    this.villain = new Villain(this, this.byzantine)
  }

  run(): Verdict {
    for (const node of this.nodes) node.handle({ type: 'start' }, 0)
    this.submit(1)
    for (let step = 0; step < this.adversary.steps && this.violation === null; step++) this.step()
    if (this.adversary.mustHeal && this.violation === null) this.heal()
    return this.verdict()
  }

  send(node: Node, to: number | null, message: Message): void {
    this.note(message)
    if (this.isHealed && node.isByzantine) return
    for (const other of this.nodes) {
      if (other === node || (to !== null && other.validator !== to)) continue
      if (other.validator === node.validator && !isReply(message)) continue
      // Who is faulty may tell some and not others.
      if (node.isByzantine && this.random.chance(150)) continue
      this.post(node, other, message)
    }
  }

  /** Puts a message on its way. */
  post(from: Node, to: Node, message: Message): void {
    if (from.side !== to.side && !this.isHealed && this.random.chance(this.adversary.cut)) return
    if (this.queue.length < QUEUE_MAX) this.queue.push({ from, to, message })
  }

  decide(node: Node, blocks: readonly Block[]): void {
    if (node.isByzantine) return
    let position = node.decided - blocks.length
    for (const { digest, items } of blocks) {
      const isIllegal = items.some(([kind]) => kind === ILLEGAL)
      if (isIllegal && !this.adversary.overThird) this.fail('something illegal is decided')
      if (this.log.length === position) this.log.push(digest)
      if (this.log[position] !== digest) this.forked = true
      position++
      if (this.endAt < position - 1 && items.length > 0 && !this.adversary.overThird)
        this.fail('decided after the epoch')
      if (items.some(([kind]) => kind === ENDS_EPOCH)) this.endAt = position - 1
    }
  }

  said(node: Node, output: EngineOutput): void {
    if (node.isByzantine) return
    if (output.type === 'fork') this.forked = true
    if (output.type === 'observe' && output.why === 'lost-state')
      this.fail('honest node lost state')
    if (output.type !== 'evidence') return
    const checked = verifyEvidence(this.epoch, output.evidence, this.verify)
    if (!checked.ok) this.fail(`evidence ${output.evidence.rule} is refused: ${checked.fault}`)
    else if (!this.byzantine.has(checked.value)) this.fail(`${checked.value} is framed`)
  }

  private note(message: Message): void {
    if (message.type === 'certificate') this.claims.push(message.claim)
    if (message.type === 'proposal') this.blocks.push(message.block)
    if (this.adversary.overThird) this.heard.push(message)
  }

  private fail(violation: string): void {
    this.violation ??= violation
  }

  private chooseByzantine(): void {
    const { validators, totalPower } = this.epoch
    const order = [...validators.keys()]
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.random.below(at + 1)
      ;[order[at], order[other]] = [order[other]!, order[at]!]
    }
    let power = 0
    for (const validator of order) {
      const more = power + validators[validator]!.power
      // Enough to make a quorum with either half of the others.
      const isEnough = 3 * (power + Math.floor((totalPower - power) / 2)) > 2 * totalPower
      if (this.adversary.overThird ? isEnough : 3 * more >= totalPower) continue
      this.byzantine.add(validator)
      power = more
    }
    this.lostPower = power
  }

  /** Sides of about equal power; each copy of a faulty validator on one of them. */
  private split(): void {
    const powers = [0, 0]
    for (const node of this.nodes) {
      const isCopy = this.nodes[node.index - 1]?.validator === node.validator
      if (node.isByzantine) node.side = isCopy ? 1 : 0
      else {
        node.side = powers[0]! <= powers[1]! ? 0 : 1
        powers[node.side]! += this.epoch.validators[node.validator]!.power
      }
    }
  }

  private submit(kind: number): void {
    const item = Uint8Array.of(kind, this.random.below(256), this.random.below(256))
    for (const node of this.nodes) {
      if (this.random.chance(700)) node.handle({ type: 'submit', item }, this.nowMs)
    }
  }

  private step(): void {
    const { adversary, random } = this
    if (random.chance(adversary.partitions)) {
      for (const node of this.nodes) node.side = random.below(2)
    }
    if (random.chance(adversary.evil)) this.villain.act(random)
    if (random.chance(adversary.crashes)) random.pick(this.nodes).crashSoon(random)
    if (random.chance(10)) this.submit(random.chance(100) ? ENDS_EPOCH : 1)
    for (const node of this.nodes) {
      if (!node.isUp && random.chance(200)) node.restart(random, this.mayLose(node), this.nowMs)
    }
    if (this.queue.length === 0 || random.chance(adversary.timers)) return this.fire()
    this.deliver(random.below(this.queue.length))
  }

  /** A node may lose its store while the faulty and the silent stay below a third. */
  private mayLose(node: Node): boolean {
    const power = this.epoch.validators[node.validator]!.power
    if (node.isByzantine || !this.random.chance(200)) return false
    if (3 * (this.lostPower + power) >= this.epoch.totalPower) return false
    if (node.isVoter) this.lostPower += power
    return true
  }

  private fire(): void {
    const waiting = this.nodes.filter(({ timerMs, isUp }) => timerMs !== null && isUp)
    if (waiting.length > 0) this.expire(this.random.pick(waiting))
  }

  private expire(node: Node): void {
    this.nowMs = Math.max(this.nowMs, node.timerMs!)
    node.handle({ type: 'timer' }, this.nowMs)
  }

  private deliver(at: number): void {
    const { queue, random, adversary } = this
    const envelope = queue[at]!
    queue[at] = queue.at(-1)!
    queue.pop()
    const { from, to, message } = envelope
    if (!this.isHealed) {
      if (random.chance(adversary.drop)) return
      if (random.chance(adversary.duplicate)) queue.push(envelope)
    }
    this.deliveries++
    to.handle({ type: 'message', from: from.validator, message }, this.nowMs)
  }

  /** The network heals, the faulty fall silent: all must decide the same, and then say nothing more. */
  private heal(): void {
    this.isHealed = true
    for (const node of this.nodes) {
      if (node.isByzantine) node.isUp = false
      node.stayUp()
      if (!node.isByzantine && !node.isUp) node.restart(this.random, false, this.nowMs)
    }
    const honest = this.nodes.filter(({ isByzantine }) => !isByzantine)
    const item = Uint8Array.of(2, 0, 0)
    for (const node of honest) node.handle({ type: 'submit', item }, this.nowMs)
    for (let step = 0; step < HEAL_STEPS && this.violation === null; step++) {
      if (this.queue.length > 0) {
        this.deliver(this.random.below(this.queue.length))
        continue
      }
      const next = honest
        .filter(({ timerMs, isUp }) => timerMs !== null && isUp)
        .sort((a, b) => a.timerMs! - b.timerMs!)[0]
      if (next === undefined) return this.checkHealed(honest, item)
      this.expire(next)
    }
    this.fail('never falls silent')
  }

  private checkHealed(honest: readonly Node[], item: Uint8Array): void {
    const isOver = honest.map(({ engine }) => engine.status.floor.ending !== null)
    if (isOver.some(over => over !== isOver[0])) this.fail('quiet in different epochs')
    // What follows the end of an epoch carries nothing: not all need it.
    if (isOver[0]) return
    const decided = honest.map(node => node.decided)
    if (new Set(decided).size > 1) this.fail(`quiet with decisions ${decided}`)
    const last = this.log.at(-1)
    const isDecided = this.blocks.some(
      ({ digest, items }) => this.log.includes(digest) && items.some(([kind]) => kind === item[0])
    )
    if (last === undefined || !isDecided) this.fail('quiet without a decision')
  }

  private verdict(): Verdict {
    const { totalPower, validators } = this.epoch
    let blamedPower = 0
    if (this.forked) {
      for (const [validator, evidence] of blame(this.epoch, this.heard, this.verify)) {
        const checked = verifyEvidence(this.epoch, evidence, this.verify)
        if (!checked.ok || checked.value !== validator) this.fail('blame is refused')
        if (!this.byzantine.has(validator)) this.fail(`${validator} is framed`)
        blamedPower += validators[validator]!.power
      }
      if (!this.adversary.overThird) this.fail('forked')
      else if (3 * blamedPower < totalPower) this.fail(`only ${blamedPower}/${totalPower} blamed`)
    }
    return {
      violation: this.violation,
      forked: this.forked,
      blamed: [blamedPower, totalPower],
      decided: this.log.length,
      deliveries: this.deliveries
    }
  }
}

/** Words that are no vote or proposal of the sender itself. */
function isReply({ type }: Message): boolean {
  return type !== 'vote' && type !== 'proposal'
}
