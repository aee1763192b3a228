import { Book } from './book.ts'
import {
  type Digest,
  type GateRecord,
  type GateSink,
  type MemberIndex,
  NO_ARTEFACT,
  type Phase,
  type Stage,
  type Statement,
  type Word
} from './codes.ts'
import type { GatePlan } from './plan.ts'
import type { GateRules } from './rules.ts'

/** What a node's gate starts from. */
export interface GateInit {
  readonly plan: GatePlan
  readonly self: MemberIndex
  readonly rules: GateRules
  /** What it persisted before, in order; trusted as its own. */
  readonly records?: readonly GateRecord[]
}

/**
 * Where a node is with its own step: `ready` waits for its turn, `waiting` for the way back to be safe,
 * `over` for nothing.
 */
export type Step = 'idle' | 'ready' | Phase | 'healthy' | 'waiting' | 'stuck' | 'over'

/** How a member of the wave looks from here. */
export const Standing = { open: 0, well: 1, missing: 2 } as const
export type Standing = (typeof Standing)[keyof typeof Standing]

const UNSIGNED = new Uint8Array()

/** All that a gate knows; what it does is in the other files. */
export class GateState {
  readonly init: GateInit
  readonly book: Book
  nowMs = 0
  out: GateSink = () => {}
  isStarted = false
  /** The wave that is open, from -1 before the schedule to their number. */
  wave = -1
  enteredMs = 0
  isHalted = false
  step: Step = 'idle'
  /** Whether its own artefact may have been swapped. */
  hasBegun = false
  /** The wave it voted for last, and when. */
  goodWave = -1
  goodMs = 0
  hasObjected = false
  /** Since when the open wave is healthy. */
  bakeFromMs: number | null = null
  judged: 'no' | 'asked' | 'fine' | 'worse' = 'no'
  /** Whether the plan may have begun elsewhere: somebody was out of reach, or speaks of a wave. */
  mayHaveMissed = false
  /** When it last asked a peer or heard something new. */
  newsMs = 0
  timerMs = 0
  stage: Stage = 'planned'
  /** By member of the open wave: a {@link Standing}; and how many have each. */
  readonly standings: Uint8Array
  readonly tally: number[] = [0, 0, 0]
  /** Members that are silent, and since when. */
  readonly silentMs: Map<MemberIndex, number> = new Map()
  /** Members that may be down without ending the plan. */
  readonly excused: Set<MemberIndex> = new Set()
  /** Neighbours that it looked at, or is about to. */
  readonly looked: Set<MemberIndex> = new Set()
  /** Whether what was heard may have changed what to do. */
  isDirty = true

  constructor(init: GateInit) {
    this.init = init
    this.book = new Book(init.plan)
    this.standings = new Uint8Array(init.plan.positions.size)
  }

  get plan(): GatePlan {
    return this.init.plan
  }

  get rules(): GateRules {
    return this.init.rules
  }

  get self(): MemberIndex {
    return this.init.self
  }

  get ownWave(): number {
    return this.plan.waveOf[this.self]!
  }

  /** An own word: durable first, then said, then counted here. */
  say(word: Word): void {
    const statement = this.own(word)
    this.out({ type: 'persist', record: { type: 'word', word } })
    this.book.add(statement)
    this.out({ type: 'say', word })
    this.isDirty = true
  }

  /** How an own word stands in its own book. */
  own(word: Word): Statement {
    return { ...word, plan: this.plan.id, author: this.self, signature: UNSIGNED }
  }

  persist(record: GateRecord): void {
    this.out({ type: 'persist', record })
  }

  isSettled(member: MemberIndex): boolean {
    return !this.book.isFaulty(member) && this.rules.isSettled(this.book.marks[member]!)
  }

  /** Voted artefacts are what a healthy member may run. */
  isVoted(digest: Digest): boolean {
    return digest !== NO_ARTEFACT && this.rules.isVoted(this.plan, digest)
  }
}
