import { type Certificate, SIGNATURE_MAX_BYTES, type Verify } from './certificate.ts'
import { type Digest, NO_DIGEST, type Reader, type Writer } from './codec.ts'
import type { Epoch } from './epoch.ts'
import { Kind } from './statement.ts'

/** What a vote is about. */
export interface Ballot {
  readonly kind: Exclude<Kind, typeof Kind.approval>
  readonly view: number
  /** {@link NO_DIGEST} for `nullify`. */
  readonly digest: Digest
}

/** One validator's signed word. A signed header is a vote of kind `propose`. */
export interface Vote extends Ballot {
  readonly epochId: Digest
  /** Index in the epoch's set. */
  readonly validator: number
  readonly signature: Uint8Array
}

/** Whether the validator signed the vote in this epoch. Check first that it is one of the set. */
export function isSigned(epoch: Epoch, vote: Vote, verify: Verify): boolean {
  const { epochId, kind, view, digest, validator, signature } = vote
  return epochId === epoch.id && verify(validator, epoch.statement(kind, view, digest), signature)
}

/** The votes that a certificate is made of. */
export function votesOf(certificate: Certificate): Vote[] {
  const { kind, epochId, view, digest, signers, signatures } = certificate
  return signers.map((validator, at) => {
    return { kind, epochId, view, digest, validator, signature: signatures[at]! }
  })
}

/** Writes a vote's canonical bytes. */
export function writeVote(writer: Writer, vote: Vote): void {
  writer.u8(vote.kind).digest(vote.epochId).u64(vote.view).digest(vote.digest)
  writer.u32(vote.validator).blob(vote.signature)
}

/** Reads what {@link writeVote} wrote; its signature is not checked. */
export function readVote(reader: Reader): Vote {
  const kind = reader.u8() as Vote['kind']
  const epochId = reader.digest()
  const view = reader.u64()
  const digest = reader.digest()
  const validator = reader.u32()
  const signature = reader.blob(SIGNATURE_MAX_BYTES)
  const isKind = kind >= Kind.propose && kind <= Kind.opening
  const isValid = isKind && (kind === Kind.nullify) === (digest === NO_DIGEST)
  return reader.check({ kind, epochId, view, digest, validator, signature }, isValid)
}
