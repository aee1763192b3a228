import {
  describeEvent,
  formatVerifierKey,
  type InclusionProof,
  ML_DSA_44_PUBLIC_KEY_BYTES,
  ProofFault,
  type ProofVerdict,
  SignatureType,
  type VerifierKey,
  verifyProof
} from '@torusmesh/ledger'
import type { LedgerEvent, LedgerProof } from '@torusmesh/node'
import { CliError } from './errors.ts'

/** A ledger's proof together with the key to check it with: needs nothing else. */
export interface ProofFile extends InclusionProof {
  /** Of the log's signer, in C2SP's text form: `name+id+base64`. */
  readonly key: string
}

/** What a proof file shows, or why it shows nothing: also what `ledger prove --check --json` prints. */
export type Checked =
  | { readonly ok: false; readonly fault: ProofFault | 'key-malformed' | 'other-key' }
  | Proven

/** An event that stands in a log, and the checkpoint that says so. Hashes and ids are hexadecimal. */
export interface Proven {
  readonly ok: true
  readonly seq: number
  readonly timeMs: number
  /** Name of the type in the event catalogue. */
  readonly type: string
  readonly actor: string
  readonly summary: string
  /** The log's name, its size and root at the checkpoint. */
  readonly origin: string
  readonly size: number
  readonly root: string
  /** 0 if the signer made no statement of time. */
  readonly signedMs: number
  readonly key: string
}

/** Puts together what a node shows of one event. */
export function createProofFile(event: LedgerEvent, proof: LedgerProof, key: string): ProofFile {
  if (proof.checkpoint === null) {
    throw new CliError(
      'LEDGER_UNPROVEN',
      `event ${event.seq} is not under a signed checkpoint yet; try again in a second`
    )
  }
  return {
    format: 'torusmesh/ledger-proof/v1',
    seq: event.seq,
    event: event.bytes,
    path: proof.path.map(hash => Buffer.from(hash, 'hex').toString('base64')),
    checkpoint: proof.checkpoint,
    key
  }
}

/**
 * Checks a proof file with nothing but itself; nothing in it is trusted.
 *
 * @param trustedKey - the only key that may have signed; without it the file's own, which proves
 *   that somebody signed, but not who
 */
export function checkProofFile(text: string, trustedKey?: string): Checked {
  const proof = parseJson(text) as Partial<ProofFile> | undefined
  if (typeof proof?.key !== 'string' || typeof proof.checkpoint !== 'string') {
    return { ok: false, fault: ProofFault.malformedProof }
  }
  if (trustedKey !== undefined && proof.key !== trustedKey) return { ok: false, fault: 'other-key' }
  const key = parseVerifierKey(proof.key)
  if (key === undefined) return { ok: false, fault: 'key-malformed' }
  const [origin] = proof.checkpoint.split('\n', 1)
  const verdict = verifyProof(proof as InclusionProof, key, origin)
  return verdict.ok ? provenBy(verdict, proof.key) : { ok: false, fault: verdict.code }
}

function provenBy({ event, checkpoint }: Extract<ProofVerdict, { ok: true }>, key: string): Proven {
  const { what, who, outcome } = describeEvent(event)
  return {
    ok: true,
    seq: event.seq,
    timeMs: event.timeMs,
    type: what,
    actor: who,
    summary: outcome,
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: Buffer.from(checkpoint.root).toString('hex'),
    signedMs: checkpoint.timestamp * 1_000,
    key
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads a verifier key; its id has to be that of its name and bytes. */
function parseVerifierKey(text: string): VerifierKey | undefined {
  const [name = '', , ...encoded] = text.split('+')
  const [type, ...bytes] = Buffer.from(encoded.join('+'), 'base64')
  const publicKey = Uint8Array.from(bytes)
  const known = type === SignatureType.mlDsa44Cosignature
  if (!known || publicKey.length !== ML_DSA_44_PUBLIC_KEY_BYTES) return undefined
  return formatVerifierKey(name, type, publicKey) === text ? { name, publicKey } : undefined
}
