import type { GatePlan, GateRecord, Word } from '@torusmesh/upgrade'
import { NEW, OLD, type Plot, TIMES } from './plot.ts'

/** What must never be. I1 to I5 are the rules of upgrades. */
export const PROPERTIES = [
  'I1',
  'I2',
  'I3',
  'I4',
  'I5',
  'health',
  'monotone',
  'halts',
  'contained',
  'no-honest-blamed',
  'completes'
] as const
export type Property = (typeof PROPERTIES)[number]

export interface Finding {
  readonly property: Property
  readonly atMs: number
  readonly what: string
}

/** What the watch may see of the world at any time. */
export interface View {
  readonly nowMs: number
  /** By member: since when it is down, -1 while it is up. */
  readonly downMs: readonly number[]
  readonly runs: readonly string[]
}

/** Watches one rollout from outside: what members do, not what they believe. */
export class Watch {
  /** The first thing that must never be, and was. */
  finding: Finding | undefined
  /** Members that ever ran the new artefact well. */
  readonly everHealthy: Set<number> = new Set()
  /** Members that are in a step. */
  readonly active: Set<number> = new Set()
  began = 0
  readonly #plot: Plot
  readonly #plan: GatePlan
  readonly #view: View
  /** By wave: honest members that called it good. */
  readonly #goods: Set<number>[]
  readonly #halted = new Set<number>()
  /** Honest members that voted against the plan. */
  readonly #objectors = new Set<number>()
  readonly #quorum: number

  constructor(plot: Plot, view: View) {
    this.#plot = plot
    this.#plan = plot.plan
    this.#view = view
    this.#goods = plot.plan.waves.map(() => new Set())
    const members = plot.plan.positions.size
    const faults = Math.floor((members - 1) / 3)
    // Two quorums of so many share more than f.
    this.#quorum = Math.ceil((members + faults + 1) / 2)
  }

  fail(property: Property, what: string): void {
    this.finding ??= { property, atMs: this.#view.nowMs, what }
  }

  isHonest(member: number): boolean {
    return !this.#plot.lies.has(member)
  }

  said(member: number, word: Word): void {
    if (word.kind !== 'verdict') return
    if (word.good) this.#goods[word.wave]!.add(member)
    else this.#objectors.add(member)
  }

  persisted(member: number, record: GateRecord): void {
    switch (record.type) {
      case 'halt':
        this.#halted.add(member)
        break
      case 'certificate':
        this.#certified(record.wave)
        break
      case 'evidence':
        if (this.isHonest(record.a.author)) {
          this.fail('no-honest-blamed', `honest member ${record.a.author} is blamed by ${member}`)
        }
        break
      default:
    }
  }

  /** An honest member takes itself down, forward or back. */
  begins(member: number, phase: 'execute' | 'rollback'): void {
    const wave = this.#plan.waveOf[member]!
    if (phase === 'execute') {
      this.began++
      if (this.#halted.has(member)) this.fail('monotone', `member ${member} begins after a halt`)
      this.#checkKey(member, wave)
      this.#checkContained(member, wave)
    }
    if (this.active.has(member)) return
    this.active.add(member)
    this.#checkRoom(member)
  }

  /** In the end: `goesOn` are the honest that are up, not halted and not done. */
  concludes(goesOn: readonly number[]): void {
    const { faultsTolerated } = this.#plan.limits
    if (this.#objectors.size <= faultsTolerated || goesOn.length === 0) return
    this.fail('halts', `${goesOn.join(', ')} go on against ${this.#objectors.size} honest votes`)
  }

  ends(member: number): void {
    this.active.delete(member)
  }

  /** An honest member runs something. */
  ran(member: number): void {
    const digest = this.#view.runs[member]!
    if (digest === OLD || digest === NEW) return
    this.fail('I5', `member ${member} runs ${digest.slice(0, 8)}, which nobody voted for`)
  }

  /** I4, by the words of the honest: liars may have said anything. */
  #checkKey(member: number, wave: number): void {
    if (wave === 0) return
    const honest = this.#goods[wave - 1]!.size
    if (honest + this.#plot.lies.size >= this.#quorum) return
    this.fail('I4', `member ${member} begins wave ${wave}; only ${honest} honest members agreed`)
  }

  /** What dies when it starts never leaves an honest canary. */
  #checkContained(member: number, wave: number): void {
    const [canary] = this.#plan.members[0]!
    if (wave === 0 || this.#plot.quality !== 'crash' || !this.isHonest(canary!)) return
    this.fail('contained', `member ${member} begins what died at the canary`)
  }

  /** I1 to I3 in the plainest words. */
  #checkRoom(member: number): void {
    const { positions, limits } = this.#plan
    const missing = new Set(this.active)
    const knownMs = this.#view.nowMs - TIMES.detectMs - 1
    for (const [other, sinceMs] of this.#view.downMs.entries()) {
      if (sinceMs >= 0 && sinceMs < knownMs) missing.add(other)
    }
    if (missing.size > limits.faultsTolerated - limits.reserve) {
      this.fail('I1', `${missing.size} are missing when ${member} begins`)
    }
    const cellOf = (other: number): number => positions.cellOf(other)
    const near = [cellOf(member), ...positions.neighbours(cellOf(member))]
    for (const other of this.active) {
      if (other !== member && near.includes(cellOf(other))) {
        this.fail('I2', `${member} begins beside ${other}, which is in its step`)
      }
    }
    const cells = [...positions.cells]
    const dark = new Set(
      cells.filter(cell => positions.residents(cell).every(other => missing.has(other)))
    )
    const lit = cells.filter(cell => !dark.has(cell))
    for (const cell of lit) {
      const lost = positions.neighbours(cell).filter(other => dark.has(other)).length
      if (lost > limits.neighboursLost) this.fail('I3', `cell ${cell} has lost ${lost} neighbours`)
    }
    const reached = new Set(lit.slice(0, 1))
    for (const cell of reached) {
      for (const other of positions.neighbours(cell)) if (!dark.has(other)) reached.add(other)
    }
    if (reached.size < lit.length) this.fail('I3', `only ${reached.size} of ${lit.length} connect`)
  }

  /** A certificate says that its wave is healthy: with honest neighbours only, it is. */
  #certified(wave: number): void {
    const { stage } = this.#plan.waves[wave]!
    const tolerance = stage === 'wave' ? this.#plan.tolerance : 0
    const unwell = this.#plan.members[wave]!.filter(member => {
      const isSeen = this.#plan.probers[member]!.every(prober => this.isHonest(prober))
      return isSeen && !this.everHealthy.has(member)
    })
    if (unwell.length > tolerance) {
      this.fail('health', `wave ${wave} is certified, but ${unwell.join(', ')} never ran it well`)
    }
  }
}
