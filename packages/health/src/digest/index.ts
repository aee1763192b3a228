export {
  DIGEST_CHANGES_MAX,
  type DigestChanges,
  DigestMap,
  type DigestTotals,
  type MergeResult,
  type SealedDigest
} from './map.ts'
export { chooseSteward, type StewardCandidate } from './steward.ts'
export {
  type CellDigest,
  type MemberStanding,
  Standing,
  summariseCell,
  type VersionCount
} from './summary.ts'
