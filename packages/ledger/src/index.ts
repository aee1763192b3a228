export {
  type Checkpoint,
  CheckpointFault,
  formatTreeHead,
  openCheckpoint,
  parseTreeHead,
  signCheckpoint,
  type TreeHead
} from './checkpoint.ts'
export {
  type Cosigner,
  cosign,
  cosignatureTimestamp,
  cosignedMessage,
  cosignerKeyId,
  ML_DSA_44_PUBLIC_KEY_BYTES,
  ML_DSA_44_SIGNATURE_BYTES,
  type Subtree,
  type VerifierKey,
  verifyCosignature
} from './cosignature.ts'
export { LedgerError, LedgerErrorCode } from './errors.ts'
export { decodeEvent, type EventInput, encodeEvent, type LedgerEvent } from './event.ts'
export type { Expectations, Witnessed } from './expectations.ts'
export { type Fault, FaultClass } from './fault.ts'
export type { Scheduler } from './group-commit.ts'
export { hashOf, type LedgerHead } from './head.ts'
export type { KeyRange } from './keys.ts'
export {
  type Appended,
  type Ledger,
  type LedgerInit,
  openLedger,
  type TailOptions
} from './ledger.ts'
export * from './limits.ts'
export { createMemoryStore, type MemoryStore, type MemoryStoreInit } from './memory-store.ts'
export { type Hash, hashToBytes, leafHash, nodeHash } from './merkle/hash.ts'
export { type LeafRange, verifyConsistency, verifyInclusion } from './merkle/proof.ts'
export { tilePath } from './merkle/tile.ts'
export {
  formatNote,
  formatVerifierKey,
  keyId,
  type Note,
  type NoteSignature,
  parseNote,
  SignatureType
} from './note.ts'
export {
  type ConsistencyProof,
  formatTlogProof,
  type InclusionProof,
  ProofFault,
  type ProofVerdict,
  parseTlogProof,
  verifyConsistencyProof,
  verifyProof
} from './prove.ts'
export type { ReadOptions } from './reader.ts'
export type { LedgerStore, StoreOperation, StoreRecord } from './store.ts'
export * from './types/index.ts'
export { type VerifyOptions, type VerifyReport, verifyLedger } from './verify/verify.ts'
