export { Agent, type AgentInit } from './agent/agent.ts'
export type { AgentInput, AgentOutput, Notice } from './agent/messages.ts'
export { type AutonomyInput, MAX_GRANT_HOURS, SESSION_TIMEOUT_MS } from './approvals/autonomy.ts'
export {
  ANSWER_MS,
  type Approval,
  type ApprovalAnswer,
  type ApprovalEnd,
  type ApprovalRequest,
  EXPIRY_MS
} from './approvals/queue.ts'
export {
  catalogueYaml,
  createCatalogue,
  parseCatalogue,
  parseCatalogueYaml
} from './catalogue/parse.ts'
export type { Catalogue, CheckSpec, ServiceSpec } from './catalogue/types.ts'
export { type Prober, systemProber } from './checks/prober.ts'
export type { ProbeReply } from './checks/reply.ts'
export {
  aboutSymptom,
  type CheckResult,
  SYMPTOM_KINDS,
  type Symptom,
  type SymptomKind
} from './checks/symptoms.ts'
export { type Clock, systemClock } from './clock.ts'
export { AdvisorRecord } from './decide/advisor.ts'
export {
  type Decision,
  decide,
  type HoldReason,
  type Proposal,
  type Role
} from './decide/decide.ts'
export { type Diagnosis, diagnose, type ServiceView } from './diagnosis/diagnose.ts'
export { type DiscoverySource, discover } from './discover/discover.ts'
export { EngineClient } from './engine-api/client.ts'
export type { EngineSocketInit } from './engine-api/http.ts'
export { OperatorError, type OperatorErrorCode } from './errors.ts'
export {
  IncidentBook,
  type IncidentBundle,
  type TimedRow,
  type TrainingRow,
  trainingRows
} from './incidents/book.ts'
export { explain } from './incidents/explain.ts'
export { type Past, pastOf } from './incidents/past.ts'
export { readRow } from './incidents/read-row.ts'
export type { ActionOutcome, OperatorRow } from './incidents/rows.ts'
export {
  createOperator,
  type Delivery,
  type Operator,
  type OperatorInit,
  type OperatorJournal,
  type ProposalSource
} from './operator.ts'
export { FLAGS, type Flag, type FlagCode, flagOf, type Signal } from './refusals/flags.ts'
export { exposesSecret, holdsKeyMaterial, redact } from './refusals/key-material.ts'
export { type AgentRequest, REFUSALS, type RefusalCode, refuse } from './refusals/refuse.ts'
export { ACTION_KINDS, type Action, type ActionKind, aboutAction } from './remedy/actions.ts'
export { type AgentLimits, DEFAULT_LIMITS } from './remedy/limits.ts'
export { rulesPage, rulesYaml } from './rules/page.ts'
export { createRulebook, matchingRules, RULES } from './rules/rulebook.ts'
export type { Observation, Rule, Rulebook } from './rules/types.ts'
export { runtimeByKind } from './runtime/by-kind.ts'
export { type RunCommand, runCommand } from './runtime/command.ts'
export { DockerRuntime } from './runtime/docker.ts'
export { ProcessRuntime } from './runtime/process.ts'
export type { ContainerRuntime, InstanceState, OnChange } from './runtime/types.ts'
export * from './upgrade/index.ts'
