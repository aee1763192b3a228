export { auditStream } from './client/audit.ts'
export { createVaultClient, type VaultClient, type VaultClientInit } from './client/client.ts'
export {
  type ApprovalFields,
  type CheckpointFields,
  createVaultPeerSigner,
  createVaultSigner,
  type VaultPeerSigner,
  type VaultSigner,
  type VoteFields
} from './client/signers.ts'
export { VAULT_ERRORS, VaultError, type VaultErrorCode } from './errors.ts'
export { initVaultFolder, restoreVaultFolder } from './process/folder.ts'
export { type StartVaultInit, startVault, type VaultProcess } from './process/start.ts'
export { ALL_PURPOSES, type Purpose } from './purposes.ts'
export type { Statement, VoteKind } from './signable.ts'
export type { Signed } from './signing.ts'
export type { AuditEvent, AuditRecord, Flag } from './state/entries.ts'
export type { Anchor } from './store/load.ts'
export { DEFAULT_KDF, type KdfCost, WEAKEST_KDF } from './store/seal.ts'
export type { VaultSuite } from './suites.ts'
export type {
  AuditPage,
  ExpandedKey,
  Grant,
  KeyLimits,
  KeyStatus,
  NewClient,
  NewKey,
  Right,
  VaultMode,
  VaultStatus
} from './types.ts'
export type { Op, Requests, RestoreRequest, UnlockRequest } from './wire/requests.ts'
