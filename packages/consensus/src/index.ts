export * from './action/index.ts'
export * from './beacon/index.ts'
export * from './certificate/index.ts'
export * as council from './council/index.ts'
export * from './engine/index.ts'
export { ConsensusError, type ConsensusErrorCode } from './errors.ts'
export * from './evidence/index.ts'
export * as governance from './governance/index.ts'
export {
  byzantineQuorum,
  faultsTolerated,
  shareQuorum,
  weightedByzantineQuorum,
  weightedFaultsTolerated,
  weightedShareQuorum
} from './quorum.ts'
