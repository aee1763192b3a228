export * from './api/index.ts'
export * from './config/index.ts'
export type {
  CouncilPort,
  CouncilSettings,
  CouncilView,
  PolicyView,
  ProposalView,
  ProposeInit,
  Said,
  WeightsView
} from './council/index.ts'
export {
  actionText,
  type CheckedFile,
  checkCouncilFile,
  type DecisionFacts,
  type DecisionFile,
  type ResultFile
} from './council/index.ts'
export type { DemoSummary } from './devnet/demo-summary.ts'
export { Devnet, type DevnetHost, type DevnetInit, startDevnet } from './devnet/devnet.ts'
export type { HostRow } from './devnet/host-row.ts'
export {
  type BroadcastFigures,
  broadcastFrom,
  type FailureFigures,
  FalseRemovals,
  killAndWait,
  type MeasureOptions,
  measureBroadcast,
  measureKills,
  percentile
} from './devnet/measure.ts'
export {
  type DemoInit,
  type DemoMesh,
  type DemoPhase,
  runDemo
} from './devnet/run-demo.ts'
export { NodeError, type NodeErrorCode } from './errors.ts'
export { type HomeLedger, openHomeLedger, verifierKey } from './home-ledger.ts'
export { type ApiAccess, Home } from './identity/home.ts'
export { type InitHomeInit, type InitialisedHome, initHome } from './identity/init-home.ts'
export type { AskPassphrase } from './identity/open-signers.ts'
export {
  type HomeVaultStatus,
  type VaultAdmin,
  type VaultMade,
  vaultAdminOf
} from './identity/vault-admin.ts'
export { type Joined, type JoinMeshInit, joinMesh } from './join/join-mesh.ts'
export * from './log/index.ts'
export * from './metrics/index.ts'
export {
  type ApprovalView,
  cataloguePath,
  type DeliveryView,
  discoverServices,
  type IncidentDetailView,
  type IncidentView,
  type OperatorPort,
  type OperatorServiceView,
  type OperatorView,
  type Proposed,
  type ProposedService,
  type RuleView,
  rulebookViews,
  writeCatalogue
} from './operator/index.ts'
export { type RunNodeInit, type RunningNode, runNode } from './run-node.ts'
export type * from './view.ts'
