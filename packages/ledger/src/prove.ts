import { fromBase64 } from './bytes.ts'
import { type Checkpoint, type CheckpointFault, openCheckpoint } from './checkpoint.ts'
import type { VerifierKey } from './cosignature.ts'
import { decodeEvent, type LedgerEvent } from './event.ts'
import { hashOf } from './head.ts'
import { HASH_BYTES, type Hash, hashAt, hashToBytes, leafHash } from './merkle/hash.ts'
import { verifyConsistency, verifyInclusion } from './merkle/proof.ts'
import { parseNote } from './note.ts'

/** Everything needed to check offline that a log holds an event; plain JSON. */
export interface InclusionProof {
  readonly format: typeof PROOF_FORMAT
  /** Position of the event in the log. */
  readonly seq: number
  /** The event's canonical bytes, base64. */
  readonly event: string
  /** RFC 6962 inclusion path, base64, from the leaf's sibling up. */
  readonly path: readonly string[]
  /** The signed note the path leads to, verbatim. */
  readonly checkpoint: string
}

/** That one tree is a prefix of another; plain JSON. */
export interface ConsistencyProof {
  readonly from: number
  readonly to: number
  /** Roots and RFC 6962 consistency path, base64. */
  readonly fromRoot: string
  readonly toRoot: string
  readonly path: readonly string[]
}

export const PROOF_FORMAT = 'torusmesh/ledger-proof/v1'

/** Why a proof is not accepted: its own form, its checkpoint's, or what it claims. */
export const ProofFault = {
  malformedProof: 'proof-malformed',
  malformedEvent: 'event-malformed',
  /** The event says it stands elsewhere than the proof does. */
  otherSeq: 'other-seq',
  /** The path does not lead to the signed root. */
  notIncluded: 'not-included'
} as const
export type ProofFault = (typeof ProofFault)[keyof typeof ProofFault] | CheckpointFault

/** What a verified proof shows, or why it shows nothing. */
export type ProofVerdict =
  | { readonly ok: true; readonly event: LedgerEvent; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly code: ProofFault }

/** A tree of 2^64 leaves has no longer paths. */
const MAX_PATH = 64

/**
 * Checks an inclusion proof from anywhere, with nothing but the log's key.
 *
 * @param proof - as parsed from JSON; nothing in it is trusted
 * @param key - the log's key; its name is the log's origin unless `origin` says otherwise
 */
export function verifyProof(
  proof: InclusionProof,
  key: VerifierKey,
  origin: string = key.name
): ProofVerdict {
  const refuse = (code: ProofFault): ProofVerdict => ({ ok: false, code })
  const path = decodePath(proof?.path)
  const bytes = typeof proof?.event === 'string' ? fromBase64(proof.event) : undefined
  if (proof?.format !== PROOF_FORMAT || path === undefined || bytes === undefined) {
    return refuse(ProofFault.malformedProof)
  }
  const event = decodeEvent(bytes)
  if (event === undefined) return refuse(ProofFault.malformedEvent)
  if (event.seq !== proof.seq) return refuse(ProofFault.otherSeq)
  if (typeof proof.checkpoint !== 'string') return refuse(ProofFault.malformedProof)
  const checkpoint = openCheckpoint(proof.checkpoint, origin, [key])
  if (typeof checkpoint === 'string') return refuse(checkpoint)
  const root = hashOf(checkpoint.root)
  if (!verifyInclusion(event.seq, checkpoint.size, leafHash(bytes), path, root)) {
    return refuse(ProofFault.notIncluded)
  }
  return { ok: true, event, checkpoint }
}

/** Checks a consistency proof between two roots, both from checkpoints already opened. */
export function verifyConsistencyProof(
  proof: ConsistencyProof,
  from: Pick<Checkpoint, 'size' | 'root'>,
  to: Pick<Checkpoint, 'size' | 'root'>
): boolean {
  const path = decodePath(proof.path)
  if (path === undefined || proof.from !== from.size || proof.to !== to.size) return false
  return verifyConsistency(from.size, to.size, hashOf(from.root), hashOf(to.root), path)
}

/** The proof as C2SP tlog-proof text, with the event's bytes as its extra data. */
export function formatTlogProof({ seq, event, path, checkpoint }: InclusionProof): string {
  return ['c2sp.org/tlog-proof@v1', `extra ${event}`, `index ${seq}`, ...path, '', checkpoint].join(
    '\n'
  )
}

/**
 * Reads C2SP tlog-proof text that {@link formatTlogProof} wrote; undefined if it is not of that
 * form.
 */
export function parseTlogProof(text: string): InclusionProof | undefined {
  const blank = text.indexOf('\n\n')
  const [header, extra, index, ...path] = text.slice(0, Math.max(blank, 0)).split('\n')
  const seq = /^index (0|[1-9][0-9]{0,15})$/.exec(index ?? '')?.[1]
  const event = /^extra (\S+)$/.exec(extra ?? '')?.[1]
  const checkpoint = text.slice(blank + 2)
  if (header !== 'c2sp.org/tlog-proof@v1' || seq === undefined || event === undefined)
    return undefined
  if (parseNote(checkpoint) === undefined) return undefined
  return { format: PROOF_FORMAT, seq: Number(seq), event, path, checkpoint }
}

/** Base64 of each hash. */
export function encodePath(path: readonly Hash[]): string[] {
  return path.map(hash => hashToBytes(hash).toString('base64'))
}

function decodePath(path: unknown): Hash[] | undefined {
  if (!Array.isArray(path) || path.length > MAX_PATH) return undefined
  const hashes = path.map(text => (typeof text === 'string' ? fromBase64(text) : undefined))
  return hashes.every(hash => hash?.length === HASH_BYTES)
    ? hashes.map(hash => hashAt(hash!, 0))
    : undefined
}
