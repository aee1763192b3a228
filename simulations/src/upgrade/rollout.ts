import {
  Gate,
  type GateInput,
  type GateOutput,
  type GateRecord,
  type GateRules,
  gateRules,
  NO_ARTEFACT,
  type Phase,
  Reason,
  type Statement,
  type Word
} from '@torusmesh/upgrade'
import type { Dice } from '../consensus/cluster/dice.ts'
import { forge, invent, twist } from './liar.ts'
import type { Mark } from './marks.ts'
import { MeshMap } from './mesh-map.ts'
import { FOREIGN, type Lie, NEW, OLD, type Plot, TIMES } from './plot.ts'
import { Agenda } from './queue.ts'
import { Watch } from './watch.ts'

/** Clocks of nodes start there, so that a slow one is not before 0. */
const EPOCH_MS = 1_000_000
const FORGED = Uint8Array.of(0)
const HONEST: ReadonlySet<Lie> = new Set()
const CRASH_IN_OUTPUTS = 6
/** Mischief happens so often. */
const MISCHIEF = 3

/** What tests take away. */
export interface Mutation {
  readonly rules?: Partial<GateRules>
  /** Whether a record survives a restart. */
  readonly keeps?: (record: GateRecord) => boolean
}

export interface RolloutInit {
  readonly plot: Plot
  readonly dice: Dice
  readonly horizonMs: number
  readonly mutation?: Mutation
}

/** One rollout on one mesh: real gates, in a world that is modelled. */
export class Rollout {
  readonly watch: Watch
  readonly marks: Set<Mark> = new Set(['rollouts'])
  /** When the last of a finished rollout was done, and hops of the first halt. */
  doneMs = 0
  haltHops = 0
  deliveries = 0
  readonly gates: Gate[]
  readonly downMs: number[]
  readonly runs: string[]
  readonly #init: RolloutInit
  readonly #agenda = new Agenda()
  readonly #map: MeshMap
  readonly #rules: GateRules
  readonly #signatures: readonly Uint8Array[]
  readonly #records: GateRecord[][]
  /** Counts the lives of a node: what an earlier one had begun is void. */
  readonly #lives: number[]
  /** Outputs until a node dies, -1 while nothing threatens it. */
  readonly #doom: number[]
  readonly #staged: string[]
  readonly #seenDown: Set<number>[]
  readonly #alarms: number[]
  #isApart = false
  #coordinatorStays = true

  constructor(init: RolloutInit) {
    this.#init = init
    const { plot, mutation } = init
    const size = plot.plan.positions.size
    const each = <T>(value: T): T[] => Array.from({ length: size }, () => value)
    this.downMs = each(-1)
    this.runs = each(OLD)
    this.#staged = each(OLD)
    this.#lives = each(0)
    this.#doom = each(-1)
    this.#alarms = each(-1)
    this.#records = Array.from({ length: size }, () => [])
    this.#seenDown = Array.from({ length: size }, () => new Set())
    this.#signatures = Array.from({ length: size }, (_, author) => Uint8Array.of(1, author))
    const isSigned = ({ author, signature }: Statement): boolean =>
      signature === this.#signatures[author]
    this.#rules = { isSigned, ...gateRules, ...mutation?.rules }
    const agenda = this.#agenda
    this.watch = new Watch(plot, {
      get nowMs() {
        return agenda.nowMs
      },
      downMs: this.downMs,
      runs: this.runs
    })
    this.#map = new MeshMap(plot.plan.positions, (from, to) => this.#hears(from, to))
    this.gates = Array.from({ length: size }, (_, self) => this.#gateOf(self))
  }

  /** Lets everything happen; what was found is in `watch`. */
  run(): void {
    const { plot, horizonMs } = this.#init
    for (const self of this.gates.keys()) this.#input(self, { type: 'start' })
    this.#stage(plot)
    while (this.watch.finding === undefined && this.#agenda.next(horizonMs));
    this.#conclude()
  }

  #stage(plot: Plot): void {
    const { dice } = this.#init
    const agenda = this.#agenda
    if (plot.skewMs.some(skewMs => skewMs !== 0)) this.marks.add('clocks-apart')
    agenda.after(TIMES.startMs, () => this.#schedule(plot))
    for (const { member, atMs, downMs } of plot.crashes) {
      agenda.after(atMs, () => this.#threaten(member, downMs))
    }
    if (plot.partition !== undefined) {
      const { atMs, forMs } = plot.partition
      agenda.after(atMs, () => this.#part(true))
      agenda.after(atMs + forMs, () => this.#part(false))
    }
    if (plot.orderAtMs !== undefined) {
      agenda.after(plot.orderAtMs, () => {
        this.marks.add('ordered-halt')
        this.#speak(0, { kind: 'halt', reason: Reason.ordered })
      })
    }
    for (const [liar, lies] of plot.lies) {
      this.marks.add('liars')
      for (let mischief = 0; mischief < MISCHIEF; mischief++) {
        const atMs = dice.below(plot.plan.waves.length * 60_000)
        agenda.after(mischief === 0 ? 1 : atMs, () => this.#mischief(liar, lies))
      }
    }
  }

  #schedule(plot: Plot): void {
    const { coordinator } = plot.plan
    const startMs = EPOCH_MS + this.#agenda.nowMs + TIMES.startMs
    const vanishesFirst = plot.coordinator === 'vanishes' && this.#init.dice.chance(300)
    if (!vanishesFirst) this.#speak(coordinator, { kind: 'schedule', startMs })
    if (plot.coordinator === 'vanishes') {
      this.marks.add('coordinator-vanished')
      this.#coordinatorStays = false
      this.#agenda.after(this.#init.dice.below(60_000), () =>
        this.#crash(coordinator, this.#init.horizonMs)
      )
    }
    if (plot.coordinator !== 'equivocates') return
    this.marks.add('coordinator-equivocated')
    this.#agenda.after(this.#init.dice.below(20_000), () =>
      this.#speak(coordinator, { kind: 'schedule', startMs: startMs + 1 })
    )
  }

  #mischief(liar: number, lies: ReadonlySet<Lie>): void {
    if (this.downMs[liar]! >= 0) return
    const { plot, dice } = this.#init
    for (const word of invent(plot, liar, lies, dice)) this.#speak(liar, word)
    if (!lies.has('forge')) return
    this.marks.add('forged')
    for (const statement of forge(plot, dice, FORGED)) this.#spread(liar, statement)
  }

  #gateOf(self: number): Gate {
    const { plan } = this.#init.plot
    return new Gate({ plan, self, rules: this.#rules, records: this.#records[self]! })
  }

  #liesOf(member: number): ReadonlySet<Lie> {
    return this.#init.plot.lies.get(member) ?? HONEST
  }

  #input(self: number, input: GateInput): void {
    if (this.downMs[self]! >= 0) return
    const life = this.#lives[self]!
    const nowMs = EPOCH_MS + this.#agenda.nowMs + this.#init.plot.skewMs[self]!
    this.gates[self]!.handle(input, nowMs, output => {
      if (this.#lives[self] === life) this.#carryOut(self, output)
    })
  }

  /** Later, unless the node has died meanwhile. */
  #later(self: number, delayMs: number, input: () => GateInput): void {
    const life = this.#lives[self]!
    this.#agenda.after(delayMs, () => {
      if (this.#lives[self] === life) this.#input(self, input())
    })
  }

  #carryOut(self: number, output: GateOutput): void {
    if (this.#doom[self]! >= 0 && this.#doom[self]!-- === 0) {
      return this.#crash(self, this.#init.dice.below(60_000) + 500)
    }
    switch (output.type) {
      case 'persist':
        if (this.#init.mutation?.keeps?.(output.record) ?? true) {
          this.#records[self]!.push(output.record)
        }
        this.#noteRecord(self, output.record)
        break
      case 'say':
        this.#say(self, output.word)
        break
      case 'execute':
        this.#execute(self, output.phase)
        break
      case 'probe':
        this.#later(self, TIMES.probeMs, () => this.#lookAt(self, output.target))
        break
      case 'judge':
        this.#later(self, TIMES.judgeMs, () => this.#judge(output.wave))
        break
      case 'ask':
        this.#ask(self, output.wave)
        break
      case 'tell':
        this.#tell(self, output.to, output.statements, output.words)
        break
      case 'notify':
        this.doneMs = this.#agenda.nowMs
        break
      case 'timer':
        this.#alarm(self, output.atMs)
        break
      default:
        output satisfies never
    }
  }

  #noteRecord(self: number, record: GateRecord): void {
    if (record.type === 'evidence') this.marks.add('evidence-found')
    if (this.watch.isHonest(self)) this.watch.persisted(self, record)
  }

  #alarm(self: number, atMs: number): void {
    const globalMs = atMs - EPOCH_MS - this.#init.plot.skewMs[self]!
    this.#alarms[self] = atMs
    const life = this.#lives[self]!
    this.#agenda.after(Math.max(0, globalMs - this.#agenda.nowMs), () => {
      if (this.#lives[self] !== life || this.#alarms[self] !== atMs) return
      this.#input(self, { type: 'timer' })
    })
  }

  #say(self: number, word: Word): void {
    const lies = this.#init.plot.lies.get(self)
    if (lies === undefined) this.watch.said(self, word)
    for (const said of lies === undefined ? [word] : twist(word, lies)) {
      this.#spread(self, this.#sign(self, said))
    }
  }

  /** A word that its gate didn't ask for. */
  #speak(author: number, word: Word): void {
    if (this.downMs[author]! >= 0) return
    const statement = this.#sign(author, word)
    this.#input(author, { type: 'statement', statement })
    this.#spread(author, statement)
  }

  #sign(author: number, word: Word): Statement {
    return {
      ...word,
      plan: this.#init.plot.plan.id,
      author,
      signature: this.#signatures[author]!
    }
  }

  #spread(sender: number, statement: Statement): void {
    const { dice } = this.#init
    const layers = this.#map.reach(sender)
    if (statement.kind === 'halt' && statement.signature !== FORGED) this.haltHops = layers.length
    let delayMs = 0
    for (const layer of layers) {
      delayMs += 1 + dice.below(2 * TIMES.hopMs)
      if (dice.chance(5)) delayMs += dice.below(5_000)
      this.#agenda.after(delayMs, () => {
        this.deliveries += layer.length
        for (const to of layer) this.#input(to, { type: 'statement', statement })
      })
    }
  }

  #hears(from: number, to: number): boolean {
    if (this.downMs[to]! >= 0 || this.downMs[from]! >= 0) return false
    return !this.#isApart || this.#init.plot.side[from] === this.#init.plot.side[to]
  }

  /** The shell asks on until it finds somebody who is there. */
  #ask(self: number, wave: number): void {
    const size = this.gates.length
    const first = this.#init.dice.below(size)
    for (let step = 0; step < size; step++) {
      const peer = (first + step) % size
      if (peer === self || !this.#hears(self, peer)) continue
      this.#agenda.after(TIMES.hopMs, () => {
        if (this.#hears(self, peer)) this.#input(peer, { type: 'asked', from: self, wave })
      })
      return
    }
  }

  #tell(self: number, to: number, statements: readonly Statement[], words: readonly Word[]): void {
    if (this.#liesOf(self).has('mute')) return
    const signed = words.map(word => this.#sign(self, word))
    this.#agenda.after(TIMES.hopMs, () => {
      if (!this.#hears(self, to)) return
      for (const statement of [...statements, ...signed]) {
        this.#input(to, { type: 'statement', statement })
      }
    })
  }

  #lookAt(self: number, target: number): GateInput {
    const isSeen = this.#hears(self, target) && this.#serves(target)
    const digest = isSeen ? this.runs[target]! : NO_ARTEFACT
    if (!this.watch.isHonest(target) && digest !== NEW) this.marks.add('liar-outvoted')
    return { type: 'probed', target, digest }
  }

  #judge(wave: number): GateInput {
    const isWorse = this.#init.plot.quality === 'worse' && this.runs.includes(NEW)
    if (isWorse) this.marks.add('worse-artefact')
    return { type: 'judged', wave, isWorse }
  }

  /** Whether what a member runs works. */
  #serves(member: number): boolean {
    if (this.runs[member] === OLD) return true
    const { quality, allergic } = this.#init.plot
    return quality !== 'crash' && !(quality === 'flaky' && allergic.has(member))
  }

  #execute(self: number, phase: Phase): void {
    const done = (delayMs: number, input: () => { ok: boolean; digest: string }): void =>
      this.#later(self, delayMs, () => ({ type: 'executed', phase, ...input() }))
    if (this.#liesOf(self).has('claim')) return done(1, () => ({ ok: true, digest: NEW }))
    switch (phase) {
      case 'preflight':
        return done(this.#spanOf(TIMES.preflightMs), () => {
          const isMisled = this.#init.plot.misled.has(self)
          if (isMisled) this.marks.add('foreign-artefact')
          this.#staged[self] = isMisled ? FOREIGN : NEW
          return { ok: true, digest: this.#staged[self]! }
        })
      case 'execute':
        return this.#swap(self, phase)
      case 'heal':
        return done(this.#spanOf(TIMES.healMs), () => ({ ok: true, digest: '' }))
      case 'verify':
        return done(this.#spanOf(TIMES.verifyMs), () => this.#verify(self))
      case 'rollback':
        if (this.runs[self] !== OLD) return this.#swap(self, phase)
        return done(1, () => this.#revert(self))
      default:
        phase satisfies never
    }
  }

  #verify(self: number): { ok: boolean; digest: string } {
    const ok = this.#serves(self)
    const digest = this.runs[self]!
    if (!ok) this.marks.add('bad-artefact')
    if (ok && digest === NEW) {
      this.watch.everHealthy.add(self)
      this.watch.ends(self)
    }
    return { ok, digest }
  }

  #revert(self: number): { ok: boolean; digest: string } {
    this.watch.ends(self)
    return { ok: true, digest: OLD }
  }

  /** Puts another artefact in place, which takes the node down or not. */
  #swap(self: number, phase: 'execute' | 'rollback'): void {
    const isHonest = this.watch.isHonest(self)
    const next = phase === 'execute' ? this.#staged[self]! : OLD
    if (isHonest) this.watch.begins(self, phase)
    const spanMs = this.#spanOf(TIMES.executeMs)
    if (this.#init.plot.takesNodeDown) {
      this.#fall(self, spanMs)
      this.runs[self] = next
      if (isHonest) this.watch.ran(self)
      // What doesn't start is put back by the supervisor.
      if (!this.#serves(self)) this.runs[self] = OLD
      return
    }
    const life = this.#lives[self]!
    this.#agenda.after(spanMs >> 1, () => {
      if (this.#lives[self] !== life) return
      this.runs[self] = next
      if (isHonest) this.watch.ran(self)
    })
    this.#later(self, spanMs, () => {
      if (phase === 'rollback') return { type: 'executed', phase, ...this.#revert(self) }
      return { type: 'executed', phase, ok: true, digest: '' }
    })
  }

  #spanOf(mostMs: number): number {
    return (mostMs >> 1) + this.#init.dice.below(mostMs >> 1)
  }

  #threaten(member: number, downMs: number): void {
    if (this.#init.dice.chance(500)) this.#crash(member, downMs)
    else this.#doom[member] = this.#init.dice.below(CRASH_IN_OUTPUTS)
  }

  #crash(member: number, downMs: number): void {
    if (this.downMs[member]! >= 0) return
    this.marks.add(this.watch.active.has(member) ? 'crashed-in-step' : 'crashed')
    this.#fall(member, downMs)
  }

  #fall(member: number, downMs: number): void {
    this.#doom[member] = -1
    this.#lives[member]!++
    this.downMs[member] = this.#agenda.nowMs
    this.#changed(member)
    if (downMs < this.#init.horizonMs) this.#agenda.after(downMs, () => this.#rise(member))
  }

  #rise(member: number): void {
    const isGone = member === this.#init.plot.plan.coordinator && !this.#coordinatorStays
    if (isGone || this.downMs[member]! < 0) return
    this.downMs[member] = -1
    this.gates[member] = this.#gateOf(member)
    this.#seenDown[member]!.clear()
    for (const other of this.gates.keys()) {
      if (other !== member && !this.#hears(member, other)) this.#perceive(member, other)
    }
    this.#changed(member)
    this.#input(member, { type: 'start' })
  }

  #part(isApart: boolean): void {
    this.marks.add('partitioned')
    this.#isApart = isApart
    this.#map.change()
    this.#agenda.after(this.#spanOf(TIMES.detectMs), () => {
      for (const member of this.gates.keys()) this.#sense(member)
    })
  }

  #changed(member: number): void {
    this.#map.change()
    this.#agenda.after(this.#spanOf(TIMES.detectMs), () => this.#sense(member))
  }

  /** Failure detectors come to know how a member is. */
  #sense(member: number): void {
    for (const self of this.gates.keys()) if (self !== member) this.#perceive(self, member)
  }

  #perceive(self: number, member: number): void {
    if (this.downMs[self]! >= 0) return
    const isUp = this.#hears(self, member)
    const seen = this.#seenDown[self]!
    if (isUp !== seen.has(member)) return
    if (isUp) seen.delete(member)
    else seen.add(member)
    this.#input(self, { type: 'health', member, isUp })
  }

  #conclude(): void {
    const { plot } = this.#init
    const honest = [...this.gates.keys()].filter(member => this.watch.isHonest(member))
    const stages = honest.map(member => this.gates[member]!.status)
    if (stages.every(({ stage }) => stage === 'done')) this.marks.add('done')
    if (stages.some(({ isHalted }) => isHalted)) this.marks.add('halted')
    if (stages.some(({ stage }) => stage === 'rolled-back')) this.marks.add('rolled-back')
    this.watch.concludes(
      honest.filter((member, at) => {
        const { isHalted, stage } = stages[at]!
        return this.downMs[member]! < 0 && !isHalted && stage !== 'done'
      })
    )
    if (this.watch.began === 0) this.marks.add('never-began')
    const isQuiet =
      plot.quality === 'good' &&
      plot.lies.size + plot.misled.size + plot.crashes.length === 0 &&
      plot.partition === undefined &&
      plot.orderAtMs === undefined &&
      plot.coordinator === 'steady'
    if (isQuiet && !this.marks.has('done')) {
      this.watch.fail('completes', 'a good upgrade in a quiet mesh is not done')
    }
  }
}
