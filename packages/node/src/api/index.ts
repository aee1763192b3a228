export type { ApiInit, App } from './app.ts'
export {
  type ApiClient,
  type ApiClientInit,
  createApiClient
} from './client/create-api-client.ts'
export { ApiClientError, type ClientErrorCode } from './client/errors.ts'
export type { GovernanceCalls, ProposalFilter } from './client/governance-calls.ts'
export { type Api, createApi } from './create-api.ts'
export {
  API_STATUS,
  ApiError,
  type ApiErrorCode,
  ApiListenError,
  type ErrorBody
} from './errors.ts'
export type { Every } from './events/event-hub.ts'
export type {
  EventPort,
  Invite,
  InvitePort,
  LedgerEvent,
  LedgerPort,
  LedgerProof,
  VerifyProgress,
  VerifyResult
} from './ports.ts'
export type {
  ChoiceName,
  CouncilAnswer,
  DecisionAnswer,
  ProposalAnswer,
  ProposalPage,
  RevisitedAnswer,
  SaidAnswer,
  WantedAction
} from './schemas/governance.ts'
export type { Readiness } from './schemas/health.ts'
export type { LedgerPage } from './schemas/ledger.ts'
export type { MemberPage } from './schemas/mesh.ts'
export type {
  AppealAnswer,
  NoticeAnswer,
  PolicyAnswer,
  WeightAnswer,
  WeightPage
} from './schemas/weights.ts'
export { newApiToken } from './token.ts'
