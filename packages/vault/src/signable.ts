import { createHash } from 'node:crypto'
import { concatBytes, Domain, type Env, signingContext, utf8 } from '@torusmesh/protocol'
import {
  blob,
  bool,
  type Codec,
  check,
  fixed,
  oneOf,
  struct,
  text,
  u64,
  union
} from './codec/codec.ts'
import { VaultError } from './errors.ts'
import { MESSAGE_MAX_BYTES } from './limits.ts'
import type { Purpose } from './purposes.ts'

/** Kinds of consensus statements by their signed number; `approval` is about an action. */
export const VOTE_KINDS = {
  1: 'propose',
  2: 'notarize',
  3: 'nullify',
  4: 'finalize',
  5: 'closing',
  6: 'opening'
} as const
export type VoteKind = (typeof VOTE_KINDS)[keyof typeof VOTE_KINDS]
const APPROVAL_NUMBER = 7
export const voteKind: Codec<VoteKind> = oneOf<VoteKind>(VOTE_KINDS)
const KIND_NUMBERS = new Map(
  Object.entries(VOTE_KINDS).map(([number, kind]) => [kind, Number(number)])
)

/** What is to be signed. Digests and ids are 32 bytes. */
export type Statement =
  | {
      readonly type: 'message'
      readonly purpose: Purpose
      readonly env: Env
      readonly message: Uint8Array
    }
  /** The digest of a `nullify` is zero. */
  | {
      readonly type: 'vote'
      readonly env: Env
      readonly epochId: Uint8Array
      readonly kind: VoteKind
      readonly view: number
      readonly digest: Uint8Array
    }
  | {
      readonly type: 'approval'
      readonly env: Env
      readonly epochId: Uint8Array
      readonly approves: boolean
      readonly digest: Uint8Array
    }
  /** The head of a log of `size` events at `timestamp` POSIX seconds, C2SP tlog-cosignature. */
  | {
      readonly type: 'checkpoint'
      readonly cosigner: string
      readonly origin: string
      readonly size: number
      readonly root: Uint8Array
      readonly timestamp: number
    }

const DIGEST_BYTES = 32
const LOG_NAME_MAX_BYTES = 255
const digest = fixed(DIGEST_BYTES)
const env: Codec<Env> = oneOf<Env>({ 0: 0, 1: 1, 2: 2 })
const logName: Codec<string> = {
  write: (to, value) => text(LOG_NAME_MAX_BYTES).write(to, value),
  read: from => check(text(LOG_NAME_MAX_BYTES).read(from), value => value.length > 0)
}

/** @param purpose - how a purpose is written; handed in to keep one table of numbers */
export function statementCodec(purpose: Codec<Purpose>): Codec<Statement> {
  return union<Statement>({
    message: [1, struct({ purpose, env, message: blob(MESSAGE_MAX_BYTES) })],
    vote: [2, struct({ env, epochId: digest, kind: voteKind, view: u64, digest })],
    approval: [3, struct({ env, epochId: digest, approves: bool, digest })],
    checkpoint: [
      4,
      struct({ cosigner: logName, origin: logName, size: u64, root: digest, timestamp: u64 })
    ]
  })
}

/** The purpose of a statement. */
export function purposeOf(statement: Statement): Purpose {
  switch (statement.type) {
    case 'message':
      return statement.purpose
    case 'vote':
      return 'consensus-vote'
    case 'approval':
      return 'action-approval'
    case 'checkpoint':
      return 'ledger-checkpoint'
    default:
      return statement satisfies never
  }
}

/** The bytes that the key signs, under a context (empty for Ed25519 and checkpoints). */
export interface Signable {
  readonly bytes: Uint8Array
  readonly context: Uint8Array
}

/** SHA-256 over context and bytes, each with its length: what the audit record names. */
export function digestOfSignable({ bytes, context }: Signable): Uint8Array {
  return createHash('sha256')
    .update(Uint8Array.of(context.length))
    .update(context)
    .update(bytes)
    .digest()
}

const DOMAINS: Partial<Record<Purpose, Domain>> = {
  health: Domain.health,
  digest: Domain.digest,
  weights: Domain.weights,
  upgrade: Domain.upgrade,
  // Without the epoch in its context: no vote, see `epochContext`.
  'vote-envelope': Domain.vote,
  governance: Domain.governance,
  evidence: Domain.evidence,
  'node-record': Domain.nodeRecord,
  enrolment: Domain.enrolment,
  join: Domain.join,
  approval: Domain.approval,
  manifest: Domain.manifest
}

/** The purpose of a domain's plain statements; `undefined` for domains that no member signs. */
export function purposeOfDomain(domain: Domain): Purpose | undefined {
  const found = Object.entries(DOMAINS).find(([, value]) => value === domain)
  return found?.[0] as Purpose | undefined
}

const NO_CONTEXT = new Uint8Array(0)

/**
 * Builds what is signed: the client gives fields, the vault the bytes and their context.
 *
 * @throws VaultError `BAD_REQUEST` for what is no statement of its purpose
 */
export function signableOf(statement: Statement): Signable {
  switch (statement.type) {
    case 'message':
      return messageSignable(statement.purpose, statement.env, statement.message)
    case 'vote': {
      const { epochId, kind, view, digest: about } = statement
      const isNothing = about.every(byte => byte === 0)
      if ((kind === 'nullify') !== isNothing) {
        throw new VaultError(
          'BAD_REQUEST',
          `a ${kind} vote ${isNothing ? 'needs a' : 'has no'} digest`
        )
      }
      const bytes = voteBytes(epochId, KIND_NUMBERS.get(kind)!, view, about)
      return { bytes, context: epochContext(statement.env, epochId) }
    }
    case 'approval': {
      const { epochId, approves, digest: about } = statement
      const bytes = voteBytes(epochId, APPROVAL_NUMBER, approves ? 1 : 0, about)
      return { bytes, context: epochContext(statement.env, epochId) }
    }
    case 'checkpoint':
      return { bytes: checkpointBytes(statement), context: NO_CONTEXT }
    default:
      return statement satisfies never
  }
}

function messageSignable(purpose: Purpose, environment: Env, message: Uint8Array): Signable {
  const domain = DOMAINS[purpose]
  if (domain !== undefined) return { bytes: message, context: signingContext(domain, environment) }
  const start = peerStart(purpose, environment)
  if (start === undefined || !startsWith(message, start)) {
    throw new VaultError('BAD_REQUEST', `these bytes are no statement of the purpose ${purpose}`)
  }
  return { bytes: message, context: NO_CONTEXT }
}

const NOISE_START = utf8('noise-libp2p-static-key:')
const TLS_START = utf8('libp2p-tls-handshake:')
const RECORD_DOMAIN = utf8('libp2p-peer-record')
const RECORD_START = concatBytes(Uint8Array.of(RECORD_DOMAIN.length), RECORD_DOMAIN)

/** How everything begins that a libp2p key signs: Ed25519 has no context. */
function peerStart(purpose: Purpose, environment: Env): Uint8Array | undefined {
  switch (purpose) {
    case 'peer-noise':
      return NOISE_START
    case 'peer-tls':
      return TLS_START
    case 'peer-record':
      return RECORD_START
    case 'peer-node-record': {
      const context = signingContext(Domain.nodeRecord, environment)
      return concatBytes(Uint8Array.of(context.length), context)
    }
    default:
      return undefined
  }
}

/** The purpose of bytes that a libp2p key is asked to sign; `undefined` for any others. */
export function peerPurposeOf(bytes: Uint8Array, environment: Env): Purpose | undefined {
  const purposes: readonly Purpose[] = ['peer-noise', 'peer-tls', 'peer-record', 'peer-node-record']
  return purposes.find(purpose => startsWith(bytes, peerStart(purpose, environment)!))
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length > start.length && start.every((byte, at) => bytes[at] === byte)
}

const BALLOT_BYTES: number = 1 + DIGEST_BYTES + 8 + DIGEST_BYTES

/** Kind, epoch, view, digest: 73 bytes, as consensus verifies them. */
function voteBytes(epochId: Uint8Array, kind: number, view: number, about: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(BALLOT_BYTES)
  bytes[0] = kind
  bytes.set(epochId, 1)
  bytes.writeBigUInt64BE(BigInt(view), 1 + DIGEST_BYTES)
  bytes.set(about, 1 + DIGEST_BYTES + 8)
  return bytes
}

/** How much of the epoch id the context of its signatures carries. */
const CONTEXT_ID_BYTES = 16

function epochContext(environment: Env, epochId: Uint8Array): Uint8Array {
  const id = Buffer.from(epochId.subarray(0, CONTEXT_ID_BYTES)).toString('hex')
  return concatBytes(signingContext(Domain.vote, environment), utf8(`/${id}`))
}

/**
 * The fields of a consensus vote or an approval from the bytes that consensus builds; `undefined` for
 * any other bytes, and under another context than theirs.
 */
export function ballotOf(
  bytes: Uint8Array,
  context: Uint8Array,
  environment: Env
): Statement | undefined {
  if (bytes.length !== BALLOT_BYTES) return undefined
  const epochId = Uint8Array.from(bytes.subarray(1, 1 + DIGEST_BYTES))
  const about = Uint8Array.from(bytes.subarray(BALLOT_BYTES - DIGEST_BYTES))
  const view = Number(Buffer.from(bytes).readBigUInt64BE(1 + DIGEST_BYTES))
  const common = { env: environment, epochId, digest: about }
  if (Buffer.compare(epochContext(environment, epochId), context) !== 0) return undefined
  if (bytes[0] === APPROVAL_NUMBER && view <= 1) {
    return { type: 'approval', ...common, approves: view === 1 }
  }
  const kind = (VOTE_KINDS as Readonly<Record<number, VoteKind>>)[bytes[0]!]
  if (kind === undefined || !Number.isSafeInteger(view)) return undefined
  return { type: 'vote', ...common, kind, view }
}

/** The fields of a whole tree's `cosigned_message`; `undefined` for any other bytes. */
export function checkpointOf(message: Uint8Array): Statement | undefined {
  const bytes = Buffer.from(message)
  let at = CHECKPOINT_LABEL.length
  const opaque = (): string => {
    const end = at + 1 + (bytes[at] ?? 0)
    const value = bytes.subarray(at + 1, end).toString()
    at = end
    return value
  }
  const cosigner = opaque()
  const timestampAt = at
  at += 8
  const origin = opaque()
  if (bytes.length !== at + 16 + DIGEST_BYTES) return undefined
  const number = (from: number): number => Number(bytes.readBigUInt64BE(from))
  const root = Uint8Array.from(bytes.subarray(at + 16))
  const [size, timestamp] = [number(at + 8), number(timestampAt)]
  const fields = { cosigner, origin, size, root, timestamp }
  // The same bytes must come out again: what a reader made of them isn't taken on trust.
  const isSame = Buffer.compare(checkpointBytes(fields), bytes) === 0
  return isSame ? { type: 'checkpoint', ...fields } : undefined
}

const CHECKPOINT_LABEL = utf8('subtree/v1\n\0')

/** C2SP tlog-cosignature's `cosigned_message` for a whole tree. */
function checkpointBytes(
  checkpoint: Omit<Extract<Statement, { type: 'checkpoint' }>, 'type'>
): Uint8Array {
  const { cosigner, origin, size, root, timestamp } = checkpoint
  const opaque = (value: string): Uint8Array => {
    const bytes = utf8(value)
    return concatBytes(Uint8Array.of(bytes.length), bytes)
  }
  const number = (value: number): Uint8Array => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(BigInt(value))
    return bytes
  }
  return concatBytes(
    ...[CHECKPOINT_LABEL, opaque(cosigner), number(timestamp), opaque(origin)],
    ...[number(0), number(size), root]
  )
}
