import {
  Certificate,
  type CertificateClaim,
  type Outcome,
  readCertificate,
  type Verify,
  writeCertificate
} from '../certificate/certificate.ts'
import { type Digest, decode, Writer } from '../certificate/codec.ts'
import {
  Epoch,
  type EpochPlan,
  isChurnAllowed,
  planRoot,
  readPlan,
  writePlan
} from '../certificate/epoch.ts'
import { digestOf, Hashed, Kind } from '../certificate/statement.ts'
import { MESSAGE_MAX_BYTES } from './limits.ts'

/** Where one epoch ends and the next begins. */
export interface Checkpoint {
  /** Number of the epoch that ends. */
  readonly number: number
  /** The block that ended it. */
  readonly block: Digest
  readonly height: number
  readonly stateRoot: Digest
  /** Root of the next epoch's plan. */
  readonly plan: Digest
}

/** One step of the light client's chain: what leads from an epoch to the next. */
export interface EpochStep {
  readonly checkpoint: Checkpoint
  readonly plan: EpochPlan
  /** The old set's word, in the old epoch. */
  readonly closing: CertificateClaim
  /** The new set's word, in the new epoch. */
  readonly opening: CertificateClaim
}

/** Why a step leads nowhere. */
export type StepFault =
  | 'wrong-epoch'
  | 'wrong-plan'
  | 'too-much-churn'
  | 'bad-closing'
  | 'bad-opening'

/** Digest of a checkpoint: what both sets sign. */
export function checkpointDigest(checkpoint: Checkpoint): Digest {
  const writer = new Writer()
  writeCheckpoint(writer, checkpoint)
  return digestOf(Hashed.checkpoint, writer.finish())
}

/** The epoch that follows. The checkpoint and the plan are taken as they are. */
export function nextEpoch(epoch: Epoch, checkpoint: Checkpoint, plan: EpochPlan): Epoch {
  const { block, height, stateRoot } = checkpoint
  const origin = { digest: block, height, stateRoot }
  return new Epoch({ ...plan, number: epoch.number + 1, env: epoch.env, origin })
}

/**
 * Follows one step from a trusted epoch: both sets signed the checkpoint, and not more than a third of
 * the power changed. Nothing but keys is needed.
 *
 * @param verifierOf - checks signatures under an epoch's keys and context
 */
export function followStep(
  epoch: Epoch,
  step: EpochStep,
  verifierOf: (epoch: Epoch) => Verify
): Outcome<Epoch, StepFault> {
  const { checkpoint, plan, closing, opening } = step
  if (checkpoint.number !== epoch.number) return { ok: false, fault: 'wrong-epoch' }
  if (planRoot(plan) !== checkpoint.plan) return { ok: false, fault: 'wrong-plan' }
  if (!isChurnAllowed(epoch.validators, plan.validators)) {
    return { ok: false, fault: 'too-much-churn' }
  }
  const digest = checkpointDigest(checkpoint)
  const next = nextEpoch(epoch, checkpoint, plan)
  const isSignedBy = (set: Epoch, kind: Kind, claim: CertificateClaim): boolean =>
    claim.kind === kind &&
    claim.digest === digest &&
    Certificate.verify(set, claim, verifierOf(set)).ok
  if (!isSignedBy(epoch, Kind.closing, closing)) return { ok: false, fault: 'bad-closing' }
  if (!isSignedBy(next, Kind.opening, opening)) return { ok: false, fault: 'bad-opening' }
  return { ok: true, value: next }
}

/** Canonical bytes of a step. */
export function encodeStep(step: EpochStep): Uint8Array {
  const writer = new Writer()
  writeCheckpoint(writer, step.checkpoint)
  writePlan(writer, step.plan)
  writeCertificate(writer, step.closing)
  writeCertificate(writer, step.opening)
  return writer.finish()
}

/** Decodes a step; `null` for malformed or oversized bytes. Nothing is verified. */
export function decodeStep(bytes: Uint8Array): EpochStep | null {
  if (bytes.length > MESSAGE_MAX_BYTES) return null
  return decode(bytes, reader => {
    const number = reader.u64()
    const block = reader.digest()
    const height = reader.u64()
    const stateRoot = reader.digest()
    const checkpoint = { number, block, height, stateRoot, plan: reader.digest() }
    const plan = readPlan(reader)
    return { checkpoint, plan, closing: readCertificate(reader), opening: readCertificate(reader) }
  })
}

function writeCheckpoint(writer: Writer, checkpoint: Checkpoint): void {
  writer.u64(checkpoint.number).digest(checkpoint.block).u64(checkpoint.height)
  writer.digest(checkpoint.stateRoot).digest(checkpoint.plan)
}
