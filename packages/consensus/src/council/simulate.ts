import { type Digest, NO_DIGEST } from '../certificate/codec.ts'
import type { EpochPlan } from '../certificate/epoch.ts'
import type { Action } from '../governance/index.ts'
import { carryOut, type Effects, stateFor } from './effects.ts'
import type { CouncilState } from './state.ts'

/** What an action does to the present state, without doing it. */
export interface Simulation {
  readonly preState: Digest
  /** {@link NO_DIGEST} for what can't be carried out. */
  readonly postState: Digest
  readonly effects: Effects
  /** The next epoch's set, where the action ends this one. */
  readonly plan: EpochPlan | null
}

/** Re-executes an action on the present state; nothing of it is taken from anybody else. */
export function simulate(state: CouncilState, proposal: Digest, action: Action): Simulation {
  const { effects, ports, nowMs } = state
  const preState = stateFor(action, effects, ports.sha256)
  const failed = { preState, postState: NO_DIGEST, effects, plan: null }
  const after = carryOut(proposal, action, effects, nowMs)
  if (typeof after === 'string') return failed
  const endsEpoch = action.kind === 'set-validators' || action.kind === 'set-policy'
  const plan = endsEpoch ? state.planFor(after, nextSeed(state, proposal)) : null
  if (endsEpoch && plan === null) return failed
  return { preState, postState: stateFor(action, after, ports.sha256), effects: after, plan }
}

function nextSeed(state: CouncilState, proposal: Digest): Digest {
  const seed = state.rounds.get(proposal)?.seed
  // Without a beacon the next leaders follow from the last ones: known in advance, but nobody's choice.
  return seed === undefined || seed === 'open' || seed === 'failed' ? state.epoch.seed : seed
}
