export { bitmapBytes, fromBitmap, toBitmap } from './bitmap.ts'
export {
  Certificate,
  type CertificateClaim,
  type CertificateFault,
  type Outcome,
  readCertificate,
  SIGNATURE_MAX_BYTES,
  type Verify,
  writeCertificate
} from './certificate.ts'
export { DIGEST_BYTES, type Digest, decode, isDigest, NO_DIGEST, Reader, Writer } from './codec.ts'
export {
  Epoch,
  type EpochInit,
  type EpochPlan,
  isChurnAllowed,
  type Origin,
  POWER_MAX,
  planRoot,
  powerFromWeight,
  type Tolerance,
  VALIDATORS_MAX,
  type Validator
} from './epoch.ts'
export {
  type CertificateKind,
  epochContext,
  Kind,
  STATEMENT_BYTES,
  statementBytes
} from './statement.ts'
export { type Ballot, isSigned, readVote, type Vote, writeVote } from './vote.ts'
