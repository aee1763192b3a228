export { createCouncilPort } from './create-port.ts'
export {
  type CheckedFile,
  checkCouncilFile,
  type DecisionFacts,
  type DecisionFile,
  type ResultFile
} from './files.ts'
export { actionText } from './lines.ts'
export { openCouncil } from './open-council.ts'
export type {
  CouncilPort,
  CouncilView,
  PolicyView,
  ProposalView,
  ProposeInit,
  Said,
  WeightsView
} from './port.ts'
export { CouncilService } from './service.ts'
export { type CouncilSettings, foundingOf } from './terms.ts'
