import { Mark, type MemberIndex, NO_ARTEFACT, Reason, type Statement } from './codes.ts'
import type { GatePlan } from './plan.ts'
import { bitOf } from './rules.ts'

/** What became of a statement. */
export type Entry =
  | { readonly type: 'new' }
  | { readonly type: 'known' }
  | { readonly type: 'unsound' }
  /** The author contradicts itself: from now on it counts for nothing. */
  | { readonly type: 'evidence'; readonly a: Statement; readonly b: Statement }

const NEW: Entry = { type: 'new' }
const KNOWN: Entry = { type: 'known' }
const UNSOUND: Entry = { type: 'unsound' }

/** By mark: the marks that nobody honest sets besides, in whatever order. */
const CONTRARY: Readonly<Record<Mark, number>> = {
  [Mark.declined]: bits(Mark.healthy, Mark.failed, Mark.kept, Mark.returns, Mark.reverted),
  [Mark.healthy]: bits(Mark.declined, Mark.stays),
  [Mark.failed]: bits(Mark.declined, Mark.kept, Mark.stays),
  [Mark.kept]: bits(Mark.declined, Mark.failed, Mark.stays, Mark.returns, Mark.reverted),
  [Mark.stays]: bits(Mark.healthy, Mark.failed, Mark.kept, Mark.returns, Mark.reverted),
  [Mark.returns]: bits(Mark.declined, Mark.kept, Mark.stays),
  [Mark.reverted]: bits(Mark.declined, Mark.kept, Mark.stays)
}
const MARKS: readonly number[] = Object.values(Mark)
const REASONS: readonly number[] = Object.values(Reason)
const MARK_SLOTS = 8

/** All that was said about one plan, one entry a question: bounded by members × waves. */
export class Book {
  schedule: Statement | undefined
  order: Statement | undefined
  /** Voters against, of those that count. */
  bads = 0
  /** By wave: voters for it, of those that count. */
  readonly goods: Int32Array
  /** By member: a set of {@link bitOf} marks. */
  readonly marks: Int32Array
  readonly #plan: GatePlan
  readonly #size: number
  readonly #marks: (Statement | undefined)[] = []
  readonly #verdicts: (Statement | undefined)[] = []
  readonly #probes = new Map<number, Statement>()
  readonly #faulty = new Set<MemberIndex>()
  readonly #goodMost: Int16Array
  readonly #badAt: Int16Array

  constructor(plan: GatePlan) {
    this.#plan = plan
    this.#size = plan.positions.size
    this.goods = new Int32Array(plan.waves.length + 1)
    this.marks = new Int32Array(this.#size)
    this.#goodMost = new Int16Array(this.#size).fill(-1)
    this.#badAt = new Int16Array(this.#size).fill(-1)
  }

  /** Whether a member contradicted itself. */
  isFaulty(member: MemberIndex): boolean {
    return this.#faulty.has(member)
  }

  markOf(member: MemberIndex, mark: Mark): Statement | undefined {
    return this.#marks[member * MARK_SLOTS + mark]
  }

  probeOf(target: MemberIndex, prober: MemberIndex): Statement | undefined {
    return this.#probes.get(target * this.#size + prober)
  }

  verdictOf(wave: number, voter: MemberIndex): Statement | undefined {
    return this.#verdicts[wave * this.#size + voter]
  }

  /** Verdicts that count: for a wave, or against the plan. */
  verdicts(wave: number | 'bad'): Statement[] {
    const found: Statement[] = []
    for (let voter = 0; voter < this.#size; voter++) {
      if (this.isFaulty(voter)) continue
      const at = wave === 'bad' ? this.#badAt[voter]! : wave
      const verdict = at < 0 ? undefined : this.verdictOf(at, voter)
      if (verdict?.kind === 'verdict' && verdict.good === (wave !== 'bad')) found.push(verdict)
    }
    return found
  }

  /** What a peer that stands at `wave` may have missed. */
  since(wave: number): Statement[] {
    const probes = [...this.#probes.values()].filter(
      probe => probe.kind === 'probe' && this.#plan.waveOf[probe.target]! >= wave
    )
    const verdicts = this.#verdicts.slice(Math.max(0, wave) * this.#size)
    const heads = [this.schedule, this.order]
    const all = [...heads, ...this.#marks, ...probes, ...verdicts, ...this.verdicts('bad')]
    return all.filter(statement => statement !== undefined)
  }

  /** Whether the very same word is there, so that its signature need not be looked at. */
  has(statement: Statement): boolean {
    const there = this.#sameQuestion(statement)
    return there !== undefined && sameAnswer(there, statement)
  }

  /** Takes a statement whose signature holds. */
  add(statement: Statement): Entry {
    if (!isSound(this.#plan, statement)) return UNSOUND
    const there = this.#sameQuestion(statement)
    if (there !== undefined && sameAnswer(there, statement)) return KNOWN
    const contrary = there ?? this.#contraryTo(statement)
    if (contrary !== undefined) {
      if (this.isFaulty(statement.author)) return KNOWN
      this.#convict(statement.author)
      return { type: 'evidence', a: contrary, b: statement }
    }
    this.#write(statement)
    return NEW
  }

  #sameQuestion(statement: Statement): Statement | undefined {
    switch (statement.kind) {
      case 'schedule':
        return this.schedule
      case 'mark':
        return this.markOf(statement.author, statement.mark)
      case 'probe':
        return this.probeOf(statement.target, statement.author)
      case 'verdict':
        return this.verdictOf(statement.wave, statement.author)
      case 'halt':
        return this.order?.author === statement.author ? this.order : undefined
      default:
        return statement satisfies never
    }
  }

  /** An earlier word of the same author on another question that an honest member wouldn't say too. */
  #contraryTo(statement: Statement): Statement | undefined {
    const { author } = statement
    if (statement.kind === 'mark') {
      const contrary = this.marks[author]! & CONTRARY[statement.mark]
      const mark = contrary === 0 ? undefined : 31 - Math.clz32(contrary)
      return mark === undefined ? undefined : this.markOf(author, mark as Mark)
    }
    if (statement.kind !== 'verdict') return undefined
    if (statement.good) {
      const bad = this.#badAt[author]!
      return bad >= 0 && bad <= statement.wave ? this.verdictOf(bad, author) : undefined
    }
    if (this.#badAt[author]! >= 0) return this.verdictOf(this.#badAt[author]!, author)
    const good = this.#goodMost[author]!
    return good >= statement.wave ? this.verdictOf(good, author) : undefined
  }

  #write(statement: Statement): void {
    const { author } = statement
    switch (statement.kind) {
      case 'schedule':
        this.schedule = statement
        break
      case 'mark':
        this.#marks[author * MARK_SLOTS + statement.mark] = statement
        this.marks[author]! |= bitOf(statement.mark)
        break
      case 'probe':
        this.#probes.set(statement.target * this.#size + author, statement)
        break
      case 'verdict':
        this.#verdicts[statement.wave * this.#size + author] = statement
        if (statement.good) {
          this.#goodMost[author] = Math.max(this.#goodMost[author]!, statement.wave)
        } else this.#badAt[author] = statement.wave
        if (!this.isFaulty(author)) this.#count(statement.good ? statement.wave : 'bad', 1)
        break
      case 'halt':
        if (this.order === undefined || this.isFaulty(this.order.author)) this.order = statement
        break
      default:
        statement satisfies never
    }
  }

  #convict(author: MemberIndex): void {
    this.#faulty.add(author)
    for (let wave = 0; wave < this.goods.length; wave++) {
      const verdict = this.verdictOf(wave, author)
      if (verdict?.kind === 'verdict') this.#count(verdict.good ? wave : 'bad', -1)
    }
  }

  #count(of: number | 'bad', by: number): void {
    if (of === 'bad') this.bads += by
    else this.goods[of]! += by
  }
}

function sameAnswer(a: Statement, b: Statement): boolean {
  switch (a.kind) {
    case 'schedule':
      return b.kind === 'schedule' && a.startMs === b.startMs
    case 'mark':
      return b.kind === 'mark' && a.digest === b.digest && a.reason === b.reason
    case 'probe':
      return b.kind === 'probe' && a.digest === b.digest
    case 'verdict':
      return b.kind === 'verdict' && a.good === b.good
    case 'halt':
      return b.kind === 'halt'
    default:
      return a satisfies never
  }
}

/** Whether somebody who may say it says something there is. */
function isSound(plan: GatePlan, statement: Statement): boolean {
  const { author } = statement
  const size = plan.positions.size
  if (statement.plan !== plan.id || !isBelow(author, size)) return false
  switch (statement.kind) {
    case 'schedule':
      return author === plan.coordinator && isBelow(statement.startMs, plan.expiresMs)
    case 'mark': {
      const { mark, digest, reason } = statement
      const isNamed = MARKS.includes(mark) && REASONS.includes(reason)
      return isNamed && (mark === Mark.healthy) === (digest !== NO_ARTEFACT)
    }
    case 'probe':
      return isBelow(statement.target, size) && plan.probers[statement.target]!.includes(author)
    case 'verdict': {
      const { wave, good, reason, about } = statement
      const isNamed = REASONS.includes(reason) && isBelow(about, size)
      return isNamed && isBelow(wave, plan.waves.length + Number(!good))
    }
    case 'halt':
      return plan.halters.includes(author) && REASONS.includes(statement.reason)
    default:
      return statement satisfies never
  }
}

function isBelow(value: number, bound: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < bound
}

function bits(...marks: readonly Mark[]): number {
  return marks.reduce((set, mark) => set | bitOf(mark), 0)
}
