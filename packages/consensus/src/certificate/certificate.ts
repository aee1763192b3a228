import { bitmapBytes, fromBitmap } from './bitmap.ts'
import { type Digest, NO_DIGEST, type Reader, type Writer } from './codec.ts'
import { type Epoch, VALIDATORS_MAX } from './epoch.ts'
import { type CertificateKind, Kind } from './statement.ts'

/** Longest signature in bytes: ML-DSA-65 (FIPS 204, table 2). */
export const SIGNATURE_MAX_BYTES = 3_309

/** Checks one validator's signature under the epoch's keys and context. */
export type Verify = (validator: number, statement: Uint8Array, signature: Uint8Array) => boolean

/** What somebody says is a certificate: nothing in it is checked. */
export interface CertificateClaim {
  readonly kind: CertificateKind
  readonly epochId: Digest
  readonly view: number
  /** {@link NO_DIGEST} for a nullification. */
  readonly digest: Digest
  /** Signers by index. */
  readonly bitmap: Uint8Array
  /** One a signer, ascending by index. */
  readonly signatures: readonly Uint8Array[]
}

/** Why a claim is no certificate. */
export type CertificateFault =
  | 'foreign-epoch'
  | 'bad-digest'
  | 'bad-bitmap'
  | 'too-little-power'
  | 'bad-signature'

/** A checked value, or the name of what is wrong with it. */
export type Outcome<T, Fault extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault }

/**
 * More than two thirds of an epoch's power signed one statement. {@link Certificate.verify} is the
 * only way to one.
 */
export class Certificate implements CertificateClaim {
  readonly kind: CertificateKind
  readonly epochId: Digest
  readonly view: number
  readonly digest: Digest
  readonly bitmap: Uint8Array
  readonly signatures: readonly Uint8Array[]
  /** Signers by index, ascending. */
  readonly signers: readonly number[]

  private constructor(claim: CertificateClaim, signers: readonly number[]) {
    this.kind = claim.kind
    this.epochId = claim.epochId
    this.view = claim.view
    this.digest = claim.digest
    this.bitmap = claim.bitmap
    this.signatures = claim.signatures
    this.signers = signers
  }

  /**
   * Checks, cheap before dear: epoch, distinct signers of the set, more than two thirds of its power,
   * every signature.
   */
  static verify(
    epoch: Epoch,
    claim: CertificateClaim,
    verify: Verify
  ): Outcome<Certificate, CertificateFault> {
    const { kind, epochId, view, digest, bitmap, signatures } = claim
    if (epochId !== epoch.id) return { ok: false, fault: 'foreign-epoch' }
    if ((kind === Kind.nullify) !== (digest === NO_DIGEST))
      return { ok: false, fault: 'bad-digest' }
    const signers = fromBitmap(bitmap, epoch.validators.length)
    if (signers?.length !== signatures.length) return { ok: false, fault: 'bad-bitmap' }
    let power = 0
    for (const signer of signers) power += epoch.validators[signer]!.power
    if (!epoch.isQuorum(power)) return { ok: false, fault: 'too-little-power' }
    const statement = epoch.statement(kind, view, digest)
    for (let at = 0; at < signers.length; at++) {
      if (!verify(signers[at]!, statement, signatures[at]!)) {
        return { ok: false, fault: 'bad-signature' }
      }
    }
    return { ok: true, value: new Certificate(claim, signers) }
  }
}

/** Writes a claim's canonical bytes. */
export function writeCertificate(writer: Writer, claim: CertificateClaim): void {
  writer.u8(claim.kind).digest(claim.epochId).u64(claim.view).digest(claim.digest)
  writer.blob(claim.bitmap).list(claim.signatures, signature => writer.blob(signature))
}

/** Reads what {@link writeCertificate} wrote; it is a claim until it is verified. */
export function readCertificate(reader: Reader): CertificateClaim {
  const kind = readKind(reader)
  const epochId = reader.digest()
  const view = reader.u64()
  const digest = reader.digest()
  const bitmap = reader.blob(bitmapBytes(VALIDATORS_MAX))
  const signatures = reader.list(VALIDATORS_MAX, () => reader.blob(SIGNATURE_MAX_BYTES))
  return { kind, epochId, view, digest, bitmap, signatures }
}

function readKind(reader: Reader): CertificateKind {
  const kind = reader.u8() as CertificateKind
  return reader.check(kind, kind >= Kind.notarize && kind <= Kind.opening)
}
