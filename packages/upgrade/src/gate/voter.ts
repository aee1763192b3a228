import { type MemberIndex, Reason } from './codes.ts'
import { type GateState, Standing } from './state.ts'

/** A node's verdict on the open wave: one a wave, and after a bad one none. */
export function vote(state: GateState): void {
  const { wave, plan, nowMs } = state
  if (state.isHalted || state.hasObjected || wave < 0 || wave >= plan.waves.length) return
  const degraded = findDegraded(state)
  if (degraded !== undefined) return object(state, Reason.meshDegraded, degraded)
  if (state.judged === 'worse') return object(state, Reason.worse, state.self)
  if (state.goodWave >= wave) {
    const isStalled = nowMs >= state.goodMs + plan.timings.certificateMs
    if (isStalled) object(state, Reason.stalled, state.self)
    return
  }
  const objection = watch(state)
  if (objection !== undefined) return object(state, objection, missingOne(state))
  if (state.bakeFromMs === null || nowMs < state.bakeFromMs + bakeOf(state)) return
  if (state.judged === 'no') {
    state.judged = 'asked'
    state.out({ type: 'judge', wave })
  } else if (state.judged === 'fine') {
    state.goodWave = wave
    state.goodMs = nowMs
    const about = state.self
    state.say({ kind: 'verdict', wave, good: true, reason: Reason.none, about })
  }
}

/** When a voter has to look again. */
export function voteDueMs(state: GateState): number {
  const { wave, plan } = state
  let dueMs = Number.POSITIVE_INFINITY
  if (state.isHalted || state.hasObjected || wave < 0 || wave >= plan.waves.length) return dueMs
  for (const [member, sinceMs] of state.silentMs) {
    if (isBystander(state, member)) dueMs = Math.min(dueMs, sinceMs + graceOf(state))
  }
  if (state.goodWave >= wave) return Math.min(dueMs, state.goodMs + plan.timings.certificateMs)
  if (state.bakeFromMs === null) return Math.min(dueMs, state.enteredMs + plan.timings.deadlineMs)
  return state.judged === 'no' ? Math.min(dueMs, state.bakeFromMs + bakeOf(state)) : dueMs
}

/** Starts the watch once enough of the wave is healthy; says what is wrong with it. */
function watch(state: GateState): Reason | undefined {
  const open = state.tally[Standing.open]!
  const missing = state.tally[Standing.missing]!
  const { stage } = state.plan.waves[state.wave]!
  // A canary, or an octant's, is there to be seen healthy.
  const allowed = stage === 'wave' ? state.plan.tolerance : 0
  if (missing > allowed) return Reason.waveFailed
  const isLate = state.nowMs >= state.enteredMs + state.plan.timings.deadlineMs
  const isHealthy = open === 0 || (isLate && open + missing <= allowed)
  if (isHealthy) {
    state.bakeFromMs ??= state.nowMs
    return undefined
  }
  if (state.bakeFromMs !== null) return open + missing > allowed ? Reason.waveFailed : undefined
  return isLate ? Reason.deadline : undefined
}

function bakeOf({ plan, wave }: GateState): number {
  return plan.timings.bakeMs[plan.waves[wave]!.stage]
}

/** Silence is no degradation until others could have learnt of a new wave's key. */
function graceOf({ plan }: GateState): number {
  return plan.timings.certificateMs
}

/** Somebody whose silence isn't their step. */
function isBystander(state: GateState, member: MemberIndex): boolean {
  if (state.excused.has(member)) return false
  return state.plan.waveOf[member] !== state.wave
}

function findDegraded(state: GateState): MemberIndex | undefined {
  const graceMs = graceOf(state)
  for (const [member, sinceMs] of state.silentMs) {
    if (isBystander(state, member) && state.nowMs >= sinceMs + graceMs) return member
  }
  return undefined
}

function missingOne(state: GateState): MemberIndex {
  const { members } = state.plan
  const isNotWell = (member: MemberIndex): boolean => state.standings[member] !== Standing.well
  return members[state.wave]!.find(isNotWell) ?? state.self
}

function object(state: GateState, reason: Reason, about: MemberIndex): void {
  state.hasObjected = true
  // A verdict for the open wave may be out: then the objection is to the one after.
  const wave = Math.max(state.wave, state.goodWave + 1)
  state.say({ kind: 'verdict', wave, good: false, reason, about })
}
