export * from './bytes.ts'
export {
  decodeCouncilRequest,
  decodeCouncilResponse,
  decodeCouncilStatement,
  decodeGovernanceStatement
} from './decode/council.ts'
export { decodeDigestStatement, decodeHealthStatement } from './decode/health.ts'
export { decodeFindCellRequest, decodeFindCellResponse, decodeLinkFrame } from './decode/sync.ts'
export * from './domains.ts'
export * from './env.ts'
export * from './envelope.ts'
export * from './errors.ts'
export * from './identity/enrolment.ts'
export {
  cellsOf,
  checkGenesis,
  decodeGenesis,
  encodeGenesis,
  type Founder,
  type Genesis,
  type GenesisResult,
  genesisHash,
  networkId
} from './identity/genesis.ts'
export * from './identity/genesis-text.ts'
export * from './identity/invite.ts'
export * from './identity/join.ts'
export * from './identity/member.ts'
export * from './identity/node-record.ts'
export * from './limits.ts'
export * from './messages.ts'
export * from './reject.ts'
export * from './replay.ts'
export * from './subject.ts'
export * from './suites/attestation.ts'
export type { RandomSource } from './suites/ml-dsa.ts'
export { mockSuite } from './suites/mock.ts'
export * from './suites/portable.ts'
export {
  CONTEXT_MAX_BYTES,
  isSuiteId,
  isSuiteUsable,
  type KeyPair,
  type SignatureSuite,
  SUITES,
  SuiteId,
  type SuiteInfo,
  type SuiteSet,
  suiteOf
} from './suites/suite.ts'
export * from './topics.ts'
