import type { GateInput, GateRecord, GateSink, MemberIndex, Stage, Statement } from './codes.ts'
import { Mark } from './codes.ts'
import { executed, goOn, resume } from './member.ts'
import { restand, restandAll } from './standing.ts'
import { type GateInit, GateState, Standing, type Step } from './state.ts'
import { vote, voteDueMs } from './voter.ts'

/** Where a gate stands. */
export interface GateStatus {
  readonly stage: Stage
  /** The open wave, -1 before the first, their number after the last. */
  readonly wave: number
  readonly step: Step
  readonly isHalted: boolean
}

/**
 * One node's gate for one plan: its own step, its look at neighbours, its verdicts. All nodes run the
 * same; a wave opens by the quorum of verdicts on the one before, and by nothing else. Deterministic:
 * no clock, no randomness, no I/O.
 *
 * A plan that was halted never goes on: nothing leads out of that state, and it is persisted.
 */
export class Gate {
  readonly #state: GateState

  /** Takes up where its records end. */
  constructor(init: GateInit) {
    this.#state = new GateState(init)
    for (const record of init.records ?? []) recall(this.#state, record)
  }

  get status(): GateStatus {
    const { stage, wave, step, isHalted } = this.#state
    return { stage, wave, step, isHalted }
  }

  /**
   * Handles one input. Tell it who is down by `health` before `start`.
   *
   * @param nowMs - injected time, integer ms, never going back
   */
  handle(input: GateInput, nowMs: number, out: GateSink): void {
    const state = this.#state
    state.nowMs = nowMs
    state.out = out
    switch (input.type) {
      case 'start':
        start(state)
        break
      case 'timer':
        state.timerMs = 0
        state.isDirty = true
        break
      case 'statement':
        hear(state, input.statement)
        break
      case 'health':
        feel(state, input.member, input.isUp)
        break
      case 'executed':
        executed(state, input.phase, input.ok, input.digest)
        state.isDirty = true
        break
      case 'probed':
        probed(state, input.target, input.digest)
        break
      case 'judged':
        judged(state, input.wave, input.isWorse)
        break
      case 'asked':
        answer(state, input.from, input.wave)
        break
      default:
        input satisfies never
    }
    if (state.isStarted && state.isDirty) advance(state)
  }
}

/** Until nothing changes any more: bounded, for each round opens a wave, ends the plan, or takes a step. */
function advance(state: GateState): void {
  while (state.isDirty) {
    state.isDirty = false
    while (state.rules.mayGoOn(state.isHalted) && isOpen(state)) enter(state, state.wave + 1)
    if (!state.isHalted && isEnded(state)) halt(state)
    goOn(state)
    vote(state)
  }
  ask(state)
  tell(state)
  rearm(state)
}

/** The key to the next wave: the schedule to the first, a wave's certificate to the one after. */
function isOpen(state: GateState): boolean {
  const { book, plan, rules, wave, nowMs } = state
  if (wave >= plan.waves.length) return false
  if (wave >= 0) return rules.isCertified(book.goods[wave]!, plan.positions.size)
  const { schedule } = book
  if (schedule?.kind !== 'schedule' || book.isFaulty(plan.coordinator)) return false
  return nowMs >= schedule.startMs && nowMs < plan.expiresMs
}

function enter(state: GateState, wave: number): void {
  const { book, plan } = state
  if (wave === 0) {
    for (const member of state.silentMs.keys()) state.excused.add(member)
    state.persist({ type: 'schedule', statement: book.schedule! })
  } else {
    for (const member of plan.members[wave - 1]!) {
      if (state.standings[member] !== Standing.well) state.excused.add(member)
    }
    state.persist({ type: 'certificate', wave: wave - 1, verdicts: book.verdicts(wave - 1) })
  }
  open(state, wave)
  state.newsMs = state.nowMs
  for (const member of plan.members[wave] ?? []) look(state, member)
}

function open(state: GateState, wave: number): void {
  state.wave = wave
  state.enteredMs = state.nowMs
  state.bakeFromMs = null
  state.judged = 'no'
  restandAll(state)
}

/** The order of somebody with the right, or bad verdicts of more than f. */
function isEnded({ book, plan, rules, wave }: GateState): boolean {
  if (wave >= plan.waves.length) return false
  if (book.order !== undefined && !book.isFaulty(book.order.author)) return true
  return rules.isHalting(book.bads, plan.positions.size)
}

function halt(state: GateState): void {
  const { book } = state
  const proof = book.order === undefined ? book.verdicts('bad') : [book.order]
  state.persist({ type: 'halt', proof })
  state.isHalted = true
  state.newsMs = state.nowMs
  state.isDirty = true
}

function start(state: GateState): void {
  if (state.isStarted) return
  state.isStarted = true
  state.newsMs = state.nowMs
  // A restart knows nothing of who was down before it.
  for (const member of state.silentMs.keys()) state.excused.add(member)
  state.enteredMs = state.nowMs
  state.goodMs = state.nowMs
  restandAll(state)
  resume(state)
  for (const member of state.plan.members[state.wave] ?? []) look(state, member)
  state.out({ type: 'ask', wave: state.wave })
}

function hear(state: GateState, statement: Statement): void {
  const { book, rules } = state
  if (book.has(statement)) return
  if (!rules.isSigned(statement)) return
  const entry = book.add(statement)
  if (entry.type === 'evidence') {
    state.persist({ type: 'evidence', a: entry.a, b: entry.b })
    restandAll(state)
  }
  if (entry.type !== 'new') return
  state.newsMs = state.nowMs
  // Others are on their way.
  if (state.wave < 0 && statement.kind !== 'schedule') state.mayHaveMissed = true
  switch (statement.kind) {
    case 'mark':
      look(state, statement.author)
      restand(state, statement.author)
      state.isDirty = true
      break
    case 'probe':
      restand(state, statement.target)
      break
    case 'verdict':
      // Most verdicts change nothing yet.
      state.isDirty ||= isOpen(state) || (!state.isHalted && isEnded(state))
      break
    default:
      state.isDirty = true
  }
}

/** Neighbours look at each other's steps, once. */
function look(state: GateState, target: MemberIndex): void {
  const { book, plan, self } = state
  if (!state.isStarted || state.looked.has(target) || plan.waveOf[target]! > state.wave) return
  if (book.markOf(target, Mark.healthy) === undefined) return
  if (!plan.probers[target]!.includes(self)) return
  if (book.probeOf(target, self) !== undefined) return
  state.looked.add(target)
  state.out({ type: 'probe', target })
}

function probed(state: GateState, target: MemberIndex, digest: string): void {
  if (!state.looked.has(target) || state.book.probeOf(target, state.self) !== undefined) return
  state.say({ kind: 'probe', target, digest })
  restand(state, target)
}

function feel(state: GateState, member: MemberIndex, isUp: boolean): void {
  if (isUp) {
    // Whoever was apart may have missed something.
    if (state.silentMs.delete(member)) state.mayHaveMissed = true
    state.excused.delete(member)
  } else if (!state.silentMs.has(member)) state.silentMs.set(member, state.nowMs)
  restand(state, member)
  for (const target of state.plan.probers[member]!) restand(state, target)
  state.isDirty = true
}

function judged(state: GateState, wave: number, isWorse: boolean): void {
  if (wave !== state.wave) return
  if (isWorse) state.judged = 'worse'
  else if (state.judged === 'asked') state.judged = 'fine'
  state.isDirty = true
}

function answer(state: GateState, to: MemberIndex, wave: number): void {
  const statements: Statement[] = []
  const words: Statement[] = []
  for (const statement of state.book.since(wave)) {
    const list = statement.author === state.self ? words : statements
    list.push(statement)
  }
  state.out({ type: 'tell', to, statements, words })
}

/** Asks a peer while nothing new comes: after a restart, a partition, a loss. */
function ask(state: GateState): void {
  const { plan, nowMs } = state
  if (!isAsking(state) || nowMs < state.newsMs + plan.timings.askMs) return
  state.newsMs = nowMs
  state.out({ type: 'ask', wave: state.wave })
}

function isAsking({ wave, plan, isHalted, step, mayHaveMissed }: GateState): boolean {
  if (isHalted) return step !== 'over' && step !== 'stuck'
  return wave < plan.waves.length && (wave >= 0 || mayHaveMissed)
}

/** Tells where the plan stands, when that has changed. */
function tell(state: GateState): void {
  const stage = stageOf(state)
  if (stage === state.stage) return
  state.stage = stage
  state.out({ type: 'notify', stage, wave: state.wave })
}

function stageOf({ wave, plan, isHalted, step, hasBegun }: GateState): Stage {
  if (isHalted) {
    if (step === 'over') return hasBegun ? 'rolled-back' : 'halted'
    return hasBegun ? 'rolling-back' : 'halted'
  }
  if (wave < 0) return 'planned'
  return plan.waves[wave]?.stage ?? 'done'
}

function rearm(state: GateState): void {
  const { book, plan, wave } = state
  let dueMs = voteDueMs(state)
  if (isAsking(state)) dueMs = Math.min(dueMs, state.newsMs + plan.timings.askMs)
  if (wave < 0 && !state.isHalted && book.schedule?.kind === 'schedule') {
    if (state.nowMs < book.schedule.startMs) dueMs = Math.min(dueMs, book.schedule.startMs)
  }
  if (!Number.isFinite(dueMs)) return
  const atMs = Math.max(dueMs, state.nowMs + 1)
  // An earlier alarm than needed only looks again.
  if (state.timerMs > 0 && state.timerMs <= atMs && state.timerMs > state.nowMs) return
  state.timerMs = atMs
  state.out({ type: 'timer', atMs })
}

/** Takes one of its own records for true. */
function recall(state: GateState, record: GateRecord): void {
  const { book } = state
  switch (record.type) {
    case 'word': {
      const { word } = record
      book.add(state.own(word))
      if (word.kind === 'verdict' && word.good) state.goodWave = word.wave
      else if (word.kind === 'verdict') state.hasObjected = true
      else if (word.kind === 'mark') recallMark(state, word.mark)
      break
    }
    case 'began':
      state.hasBegun = true
      if (state.step !== 'rollback') state.step = 'execute'
      break
    case 'schedule':
      book.add(record.statement)
      state.wave = Math.max(state.wave, 0)
      break
    case 'certificate':
      for (const verdict of record.verdicts) book.add(verdict)
      state.wave = Math.max(state.wave, record.wave + 1)
      break
    case 'halt':
      for (const statement of record.proof) book.add(statement)
      state.isHalted = true
      break
    case 'evidence':
      book.add(record.a)
      book.add(record.b)
      break
    default:
      record satisfies never
  }
}

function recallMark(state: GateState, mark: Mark): void {
  switch (mark) {
    case Mark.declined:
    case Mark.kept:
    case Mark.stays:
    case Mark.reverted:
      state.step = 'over'
      break
    case Mark.failed:
      state.step = 'rollback'
      break
    default:
  }
}
