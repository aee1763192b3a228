export {
  APPEAL_WITHIN_MS,
  type Appeal,
  type AppealInput,
  type AppealOutcome,
  type AppealOutput,
  type AppealStage,
  Appeals,
  type AutomatedDecision
} from './appeal/appeals.ts'
export { type CaptureCost, type CaptureTarget, captureCosts } from './capture/capture-cost.ts'
export { canonical, type Digest, digestOf, type Sha256 } from './digest.ts'
export { GovernanceError, type GovernanceErrorCode } from './errors.ts'
export * from './limits.ts'
export { type InclusionProof, MerkleTree, verifyInclusion } from './merkle.ts'
export {
  type Notice,
  type NoticeCode,
  type NoticeInput,
  type NoticeStream,
  noticesFor,
  SOON_MS
} from './notice/notices.ts'
export * from './policy/index.ts'
export * from './proposal/index.ts'
export { nextStep, type RefusalCode } from './refusal.ts'
export * from './tally/index.ts'
export * from './weight/index.ts'
