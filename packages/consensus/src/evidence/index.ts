export { blame } from './blame.ts'
export { decodeEvidence, type Evidence, encodeEvidence, type Rule, ruleOf } from './evidence.ts'
export { type EvidenceFault, verifyEvidence } from './verifier.ts'
