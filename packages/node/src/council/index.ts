export { createCouncilPort } from './create-port.ts'
export { openCouncil } from './open-council.ts'
export type {
  CouncilPort,
  CouncilView,
  PolicyView,
  ProposalView,
  ProposeInit,
  Said
} from './port.ts'
export { CouncilService } from './service.ts'
export { type CouncilSettings, foundingOf } from './terms.ts'
