import { type Digest, NO_DIGEST } from '@torusmesh/consensus'
import { digestOfItems, Step, type Word } from './tendermint-message.ts'

/** Rounds of one height that words are kept of, and items that wait. */
const ROUNDS_MAX = 64
const ITEMS_MAX = 256

/** What the machine wants done. */
export interface TendermintSink {
  /** Sign it, make it durable, send it to all, and hand it back by `hear`. */
  say(word: Word): void
  decided(value: Digest, items: readonly Uint8Array[]): void
  wake(atMs: number | null): void
  nextRound(): void
}

interface Timeout {
  readonly step: Step
  readonly round: number
  readonly atMs: number
}

/** The words of one height, by step, round and validator. */
class Height {
  readonly proposals = new Map<number, Word>()
  private readonly votes = new Map<string, Map<number, Word>>()

  add(word: Word): void {
    if (word.step === Step.propose) {
      if (!this.proposals.has(word.round)) this.proposals.set(word.round, word)
      return
    }
    const key = `${word.step}/${word.round}`
    const votes = this.votes.get(key) ?? new Map<number, Word>()
    this.votes.set(key, votes)
    if (!votes.has(word.from)) votes.set(word.from, word)
  }

  /** How many said this, or anything. */
  count(step: Step, round: number, value?: Digest): number {
    const votes = this.votes.get(`${step}/${round}`)
    if (votes === undefined) return 0
    if (value === undefined) return votes.size
    let count = 0
    for (const word of votes.values()) if (word.value === value) count++
    return count
  }

  proposalOf(value: Digest): Word | undefined {
    for (const word of this.proposals.values()) if (word.value === value) return word
    return undefined
  }
}

/**
 * Tendermint's core for equal validators: algorithm 1 of Buchman, Kwon and Milosevic, "The latest gossip
 * on BFT consensus" (arXiv 1807.04938), named by its lines. Like ours it rests while nothing waits. It
 * doesn't skip rounds by others' words (line 55) and has no evidence: a yardstick of honest runs.
 */
export class Tendermint {
  private readonly self: number
  private readonly nodes: number
  private readonly delayMs: number
  private readonly sink: TendermintSink
  private height = 0
  private round = 0
  private step: Step = Step.propose
  private isActive = false
  private lockedValue: Digest = NO_DIGEST
  private lockedRound = -1
  private valid: Word | null = null
  private validRound = -1
  private pending: Uint8Array[] = []
  private now = new Height()
  /** Words of the next height, heard before this one is decided. */
  private next = new Height()
  private timeouts: Timeout[] = []
  private readonly scheduled = new Set<string>()
  private nowMs = 0

  constructor(self: number, nodes: number, delayMs: number, sink: TendermintSink) {
    this.self = self
    this.nodes = nodes
    this.delayMs = delayMs
    this.sink = sink
  }

  /** Of the present round. */
  get leader(): number {
    return this.proposer(this.height, this.round)
  }

  submit(item: Uint8Array, nowMs: number): void {
    this.nowMs = nowMs
    if (this.pending.length < ITEMS_MAX) this.pending.push(item)
    this.activate()
    this.apply()
  }

  /** A word whose signature is checked, own ones too. */
  hear(word: Word, nowMs: number): void {
    this.nowMs = nowMs
    if (word.round >= ROUNDS_MAX) return
    const isProposer = word.from === this.proposer(word.height, word.round)
    if (word.step === Step.propose && !isProposer) return
    if (word.height === this.height + 1) this.next.add(word)
    if (word.height !== this.height) return
    this.now.add(word)
    this.activate()
    this.apply()
  }

  /** Lines 57 to 67: whatever is due. */
  timer(nowMs: number): void {
    this.nowMs = nowMs
    const due = this.timeouts.filter(({ atMs }) => atMs <= nowMs)
    this.timeouts = this.timeouts.filter(({ atMs }) => atMs > nowMs)
    for (const { step, round } of due) {
      if (round !== this.round) continue
      if (step === Step.propose && this.step === Step.propose) this.vote(Step.prevote, NO_DIGEST)
      if (step === Step.prevote && this.step === Step.prevote) this.vote(Step.precommit, NO_DIGEST)
      if (step === Step.precommit) this.startRound(round + 1)
    }
    this.apply()
  }

  private proposer(height: number, round: number): number {
    return (height + round) % this.nodes
  }

  private isQuorum(count: number): boolean {
    return 3 * count > 2 * this.nodes
  }

  private activate(): void {
    if (this.isActive) return
    this.isActive = true
    this.startRound(0)
  }

  /** Line 11. */
  private startRound(round: number): void {
    if (round >= ROUNDS_MAX) return
    this.round = round
    this.step = Step.propose
    if (round > 0) this.sink.nextRound()
    this.schedule(Step.propose, 2)
    if (this.proposer(this.height, round) !== this.self) return
    const items = this.valid?.items ?? this.pending
    if (items.length === 0) return
    const value = this.valid?.value ?? digestOfItems(this.height, items)
    this.say({ step: Step.propose, value, validRound: this.validRound, items: [...items] })
  }

  /** Lines 22 to 54, until none applies any more. */
  private apply(): void {
    while (this.isActive && this.applyOne());
    this.wake()
  }

  private applyOne(): boolean {
    const { now, round } = this
    const proposal = now.proposals.get(round)
    if (proposal !== undefined && this.step === Step.propose) {
      const { value, validRound } = proposal
      const isFree = this.lockedValue === NO_DIGEST || this.lockedValue === value
      // Lines 22 and 28.
      if (validRound < 0) return this.vote(Step.prevote, isFree ? value : NO_DIGEST)
      if (validRound < round && this.isQuorum(now.count(Step.prevote, validRound, value))) {
        const isValid = isFree || this.lockedRound <= validRound
        return this.vote(Step.prevote, isValid ? value : NO_DIGEST)
      }
    }
    if (this.step >= Step.prevote && this.applyPrevotes(proposal)) return true
    // Line 47.
    if (this.isQuorum(now.count(Step.precommit, round))) this.schedule(Step.precommit, 1)
    return this.decide()
  }

  /** Lines 34, 36 and 44. */
  private applyPrevotes(proposal: Word | undefined): boolean {
    const { now, round } = this
    const isPrevoting = this.step === Step.prevote
    if (isPrevoting && this.isQuorum(now.count(Step.prevote, round))) this.schedule(Step.prevote, 1)
    if (proposal && this.isQuorum(now.count(Step.prevote, round, proposal.value))) {
      if (this.validRound < round) {
        this.valid = proposal
        this.validRound = round
      }
      if (!isPrevoting) return false
      this.lockedValue = proposal.value
      this.lockedRound = round
      return this.vote(Step.precommit, proposal.value)
    }
    const isNil = isPrevoting && this.isQuorum(now.count(Step.prevote, round, NO_DIGEST))
    return isNil && this.vote(Step.precommit, NO_DIGEST)
  }

  /** Line 49. */
  private decide(): boolean {
    for (const proposal of this.now.proposals.values()) {
      const { round, value, items } = proposal
      if (!this.isQuorum(this.now.count(Step.precommit, round, value))) continue
      this.sink.decided(value, items)
      const isOpen = (item: Uint8Array): boolean => !items.some(other => isSame(item, other))
      this.pending = this.pending.filter(isOpen)
      this.startHeight()
      return true
    }
    return false
  }

  private startHeight(): void {
    this.height++
    this.now = this.next
    this.next = new Height()
    this.lockedValue = NO_DIGEST
    this.lockedRound = -1
    this.valid = null
    this.validRound = -1
    this.timeouts = []
    this.scheduled.clear()
    this.round = 0
    this.step = Step.propose
    this.isActive = false
    if (this.pending.length > 0 || this.now.proposals.size > 0) this.activate()
  }

  private vote(step: Step, value: Digest): true {
    this.step = step
    this.say({ step, value, validRound: -1, items: [] })
    return true
  }

  private say(word: Pick<Word, 'step' | 'value' | 'validRound' | 'items'>): void {
    this.sink.say({ ...word, height: this.height, round: this.round, from: this.self })
  }

  /** A timeout of this round, once; it grows by Δ a round. */
  private schedule(step: Step, delays: number): void {
    const key = `${step}/${this.round}`
    if (this.scheduled.has(key)) return
    this.scheduled.add(key)
    const atMs = this.nowMs + (delays + this.round) * this.delayMs
    this.timeouts.push({ step, round: this.round, atMs })
  }

  private wake(): void {
    const next = this.timeouts.reduce((least, { atMs }) => Math.min(least, atMs), Number.MAX_VALUE)
    this.sink.wake(this.timeouts.length === 0 ? null : next)
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
