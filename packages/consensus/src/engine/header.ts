import {
  type Certificate,
  type CertificateClaim,
  type Outcome,
  readCertificate,
  writeCertificate
} from '../certificate/certificate.ts'
import { type Digest, type Reader, Writer } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { digestOf, Hashed, Kind } from '../certificate/statement.ts'
import { BODY_MAX_BYTES, ITEMS_MAX, SKIPPED_MAX } from './limits.ts'

/** Why a block may follow its parent: nothing but the header is needed to check it. */
export interface Justification {
  /** Notarization or finalization of the parent; `null` where the parent is the epoch's origin. */
  readonly parent: CertificateClaim | null
  /** A nullification of every view between the parent's and the block's, ascending. */
  readonly skipped: readonly CertificateClaim[]
}

/** What a block's digest covers. */
export interface Header {
  readonly epochId: Digest
  readonly view: number
  /** 0 where the parent is the epoch's origin. */
  readonly parentView: number
  readonly parentDigest: Digest
  /** `null` for a block without items: it only carries its parent to finality. */
  readonly height: number | null
  readonly bodyRoot: Digest
  /** Root of the state after the block. */
  readonly stateRoot: Digest
  readonly policyVersion: number
  /** Root of the next epoch's plan, where the block ends its epoch. */
  readonly nextPlan: Digest | null
  readonly justification: Justification
}

/** What is proposed; the rest of the header follows from it. */
export type HeaderInit = Omit<Header, 'bodyRoot'>

/** A header with the body it names. The digest is computed, never received. */
export class Block {
  readonly header: Header
  readonly items: readonly Uint8Array[]
  readonly digest: Digest

  private constructor(header: Header, items: readonly Uint8Array[]) {
    this.header = header
    this.items = items
    this.digest = headerDigest(header)
  }

  /** The block of these items. */
  static build(init: HeaderInit, items: readonly Uint8Array[]): Block {
    return new Block({ ...init, bodyRoot: bodyRoot(items) }, items)
  }

  /** The block, or `null` where the header names another body. */
  static join(header: Header, items: readonly Uint8Array[]): Block | null {
    return header.bodyRoot === bodyRoot(items) ? new Block(header, items) : null
  }
}

/** SHA-256 over the header, the justification included. */
export function headerDigest(header: Header): Digest {
  const writer = new Writer()
  writeHeader(writer, header)
  return digestOf(Hashed.header, writer.finish())
}

/** Why a header isn't justified. */
export type JustificationFault = 'bad-views' | 'bad-parent' | 'bad-skip'

/**
 * Checks that the parent is certified and that every view in between was given up. Who notarizes or
 * finalizes a header that fails here is provably faulty (E4).
 *
 * @param check - verifies a claim under the header's epoch
 * @returns the certificates inside, parent first
 */
export function checkJustification(
  header: Header,
  epoch: Epoch,
  check: (claim: CertificateClaim) => Outcome<Certificate, string>
): Outcome<Certificate[], JustificationFault> {
  const { view, parentView, parentDigest, justification } = header
  const { parent, skipped } = justification
  if (skipped.length !== view - parentView - 1) return { ok: false, fault: 'bad-views' }
  const certificates: Certificate[] = []
  if (parent === null) {
    const isOrigin = parentView === 0 && parentDigest === epoch.origin.digest
    if (!isOrigin) return { ok: false, fault: 'bad-parent' }
  } else {
    const isNamed = parent.view === parentView && parent.digest === parentDigest && parentView > 0
    const isKind = parent.kind === Kind.notarize || parent.kind === Kind.finalize
    const checked = isNamed && isKind ? check(parent) : null
    if (!checked?.ok) return { ok: false, fault: 'bad-parent' }
    certificates.push(checked.value)
  }
  for (const [at, claim] of skipped.entries()) {
    const isNamed = claim.kind === Kind.nullify && claim.view === parentView + 1 + at
    const checked = isNamed ? check(claim) : null
    if (!checked?.ok) return { ok: false, fault: 'bad-skip' }
    certificates.push(checked.value)
  }
  return { ok: true, value: certificates }
}

/** Writes a header's canonical bytes. */
export function writeHeader(writer: Writer, header: Header): void {
  writer.digest(header.epochId).u64(header.view)
  writer.u64(header.parentView).digest(header.parentDigest)
  writer.optional(header.height, height => writer.u64(height))
  writer.digest(header.bodyRoot).digest(header.stateRoot).u32(header.policyVersion)
  writer.optional(header.nextPlan, root => writer.digest(root))
  writer.optional(header.justification.parent, claim => writeCertificate(writer, claim))
  writer.list(header.justification.skipped, claim => writeCertificate(writer, claim))
}

/** Reads what {@link writeHeader} wrote. */
export function readHeader(reader: Reader): Header {
  const epochId = reader.digest()
  const view = reader.u64()
  const parentView = reader.u64()
  const parentDigest = reader.digest()
  const height = reader.optional(() => reader.u64())
  const bodyRoot = reader.digest()
  const stateRoot = reader.digest()
  const policyVersion = reader.u32()
  const nextPlan = reader.optional(() => reader.digest())
  const parent = reader.optional(() => readCertificate(reader))
  const skipped = reader.list(SKIPPED_MAX, () => readCertificate(reader))
  const justification = { parent, skipped }
  const roots = { bodyRoot, stateRoot, policyVersion, nextPlan }
  return { epochId, view, parentView, parentDigest, height, ...roots, justification }
}

/** Writes a block's canonical bytes. */
export function writeBlock(writer: Writer, block: Block): void {
  writeHeader(writer, block.header)
  writer.list(block.items, item => writer.blob(item))
}

/** Reads what {@link writeBlock} wrote: the header names its body, or it is no block. */
export function readBlock(reader: Reader): Block {
  const header = readHeader(reader)
  const items = reader.list(ITEMS_MAX, () => reader.blob(BODY_MAX_BYTES))
  const block = Block.join(header, items)
  return reader.check(block, block !== null && bodyBytes(items) <= BODY_MAX_BYTES)!
}

/** Bytes of all items together. */
export function bodyBytes(items: readonly Uint8Array[]): number {
  return items.reduce((sum, item) => sum + item.length, 0)
}

function bodyRoot(items: readonly Uint8Array[]): Digest {
  const writer = new Writer()
  writer.list(items, item => writer.blob(item))
  return digestOf(Hashed.body, writer.finish())
}
