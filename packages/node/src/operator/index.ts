export {
  cataloguePath,
  discoverServices,
  type Proposed,
  type ProposedService,
  writeCatalogue
} from './catalogue-file.ts'
export { OperatorService } from './operator-service.ts'
export { rulebookViews } from './present.ts'
export type {
  ApprovalView,
  DeliveryView,
  IncidentDetailView,
  IncidentView,
  OperatorPort,
  OperatorServiceView,
  OperatorView,
  RuleView
} from './views.ts'
