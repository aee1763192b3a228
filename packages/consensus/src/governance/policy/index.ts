export { checkPolicy } from './check-policy.ts'
export { breachOf, type ConstitutionalRule, constitution } from './constitution.ts'
export {
  type ActionClass,
  defaultPolicy,
  type Level,
  type ParameterRange,
  type Policy,
  ProposalType,
  type TypeRules,
  type WeightRules
} from './policy.ts'
export { PolicyRegistry } from './registry.ts'
