export { ConsensusError, type ConsensusErrorCode } from './errors.ts'
export {
  byzantineQuorum,
  faultsTolerated,
  shareQuorum,
  weightedByzantineQuorum,
  weightedFaultsTolerated,
  weightedShareQuorum
} from './quorum.ts'
