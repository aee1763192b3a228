export { TreeCastInput, TreeCastOutput, type TreeCastSink } from './codes.ts'
export { type TreeCastLimits, treeCastLimits } from './limits.ts'
export { createTreeCastPlan, LONG_GENERATORS, SLOTS, type TreeCastPlan } from './plan.ts'
export { rankOf, UNLINKED } from './ranks.ts'
export { step } from './step.ts'
export { createTreeCastStore, needs, Stage, storeBytes, type TreeCastStore } from './store.ts'
export {
  createTreeCast,
  type TreeCast,
  type TreeCastEvent,
  type TreeCastInit,
  type TreeCastSays
} from './tree-cast.ts'
