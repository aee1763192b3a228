import { type Env, Env as Envs, SUITES, SuiteId } from '@torusmesh/protocol'
import {
  blob,
  bool,
  type Codec,
  fixed,
  list,
  name,
  oneOf,
  optional,
  struct,
  text,
  u32,
  u64,
  union
} from '../codec/codec.ts'
import { AUDIT_KEPT, GRANTS_MAX } from '../limits.ts'
import { ALL_PURPOSES, type Purpose, purpose } from '../purposes.ts'
import { type VoteKind, voteKind } from '../signable.ts'
import { type VaultSuite, vaultSuite } from '../suites.ts'

/** What a client may do beside signing: nothing more, manage the vault, or read the audit stream. */
export const RIGHTS = { 0: 'sign', 1: 'admin', 2: 'audit' } as const
export type Right = (typeof RIGHTS)[keyof typeof RIGHTS]
const right: Codec<Right> = oneOf<Right>(RIGHTS)

/** Which purposes a client may use a key for. */
export interface Grant {
  readonly key: string
  readonly purposes: readonly Purpose[]
}

export interface Client {
  readonly name: string
  /** SHA-256 of the token's 32 random bytes. */
  readonly tokenHash: Uint8Array
  readonly rights: readonly Right[]
  readonly grants: readonly Grant[]
}

/** What a key may do at most. */
export interface KeyLimits {
  /** Signatures a second; twice as many in a burst. */
  readonly perSecond: number
  /** Signatures in all; then the key must be rotated. 0: any number. */
  readonly maxSignatures: number
  /** From this age on rotation is due. 0: never. */
  readonly maxAgeMs: number
}

/** Where a secret comes from: a seed of 32 bytes, or a key whose seed is unknown. */
export const SECRET_FORMS = { 0: 'seed', 1: 'expanded' } as const
export type SecretForm = (typeof SECRET_FORMS)[keyof typeof SECRET_FORMS]

/** A key without its secret, which follows sealed. */
export interface KeyInfo {
  readonly id: string
  /** 1 for the first, one more with each rotation. */
  readonly generation: number
  readonly suite: VaultSuite
  readonly publicKey: Uint8Array
  readonly purposes: readonly Purpose[]
  readonly limits: KeyLimits
  readonly createdMs: number
  /** Nobody has a reason to use it: a request locks the vault and raises an alert. */
  readonly isCanary: boolean
  readonly form: SecretForm
  readonly secretBytes: number
}

/** What must never be contradicted by a later signature. */
export type Mark =
  | {
      readonly type: 'vote'
      readonly env: Env
      readonly epochId: Uint8Array
      readonly kind: VoteKind
      readonly view: number
      readonly digest: Uint8Array
      readonly signature: Uint8Array
    }
  | {
      readonly type: 'checkpoint'
      readonly origin: string
      readonly size: number
      readonly root: Uint8Array
    }

/** What deserves an operator's look. `canary` and `rollback` are alarms. */
export const FLAGS = {
  1: 'unknown-client',
  2: 'odd-purpose',
  3: 'odd-rate',
  4: 'conflict',
  5: 'canary',
  6: 'rollback',
  7: 'wrong-passphrase'
} as const
export type Flag = (typeof FLAGS)[keyof typeof FLAGS]
const flag: Codec<Flag> = oneOf<Flag>(FLAGS)

/** What happened, for the ledger: one record for each signature and each flag. */
export type AuditEvent =
  | {
      readonly type: 'signed'
      readonly timeMs: number
      readonly client: string
      readonly key: string
      readonly generation: number
      readonly purpose: Purpose
      /** SHA-256 over context and bytes, see `digestOfSignable`. */
      readonly digest: Uint8Array
    }
  | {
      readonly type: 'flag'
      readonly timeMs: number
      /** Empty when nobody showed a token. */
      readonly client: string
      readonly key: string
      readonly flag: Flag
      /** Flags of this minute that were not written, before this one. */
      readonly unwritten: number
    }
  | {
      readonly type: 'change'
      readonly timeMs: number
      readonly client: string
      /** What was done, e.g. `rotated vote`. */
      readonly what: string
    }

export interface AuditRecord {
  /** Position in the vault's journal; rises by one with each entry. */
  readonly sequence: number
  readonly event: AuditEvent
}

/** One line of the journal: the vault's state is the fold of all of them. */
export type Entry =
  | { readonly type: 'audit'; readonly event: AuditEvent; readonly mark: Mark | undefined }
  | { readonly type: 'client'; readonly client: Client }
  | { readonly type: 'client-revoked'; readonly name: string }
  | { readonly type: 'key'; readonly key: KeyInfo }
  | { readonly type: 'key-retired'; readonly id: string }
  /** Of a key's generation so far. */
  | { readonly type: 'used'; readonly key: string; readonly count: number }
  | { readonly type: 'mark'; readonly key: string; readonly mark: Mark }
  | {
      readonly type: 'floor'
      readonly key: string
      readonly epochId: Uint8Array
      readonly floor: number
    }
  /** Keys that vote sign nothing more: what they said lately may have been forgotten. */
  | { readonly type: 'votes-retired' }
  /** Audit records up to here are in the ledger. */
  | { readonly type: 'acked'; readonly sequence: number }
  | { readonly type: 'kept'; readonly record: AuditRecord }

const DIGEST_BYTES = 32
const LOG_NAME_MAX_BYTES = 255
const WHAT_MAX_BYTES = 256
/** The largest public key, secret and signature of any suite. */
const PUBLIC_KEY_MAX_BYTES: number = SUITES[SuiteId.mlDsa65].publicKeyBytes
const SIGNATURE_MAX_BYTES: number = SUITES[SuiteId.mlDsa65].maxSignatureBytes

const digest = fixed(DIGEST_BYTES)
const purposes = list(purpose, ALL_PURPOSES.length)
const env: Codec<Env> = oneOf<Env>({ 0: Envs.dev, 1: Envs.beta, 2: Envs.mainnet })

const grant: Codec<Grant> = struct({ key: name, purposes })
export const grants: Codec<readonly Grant[]> = list(grant, GRANTS_MAX)
export const rights: Codec<readonly Right[]> = list(right, 3)
const client: Codec<Client> = struct({ name, tokenHash: digest, rights, grants })

export const keyLimits: Codec<KeyLimits> = struct({
  perSecond: u32,
  maxSignatures: u64,
  maxAgeMs: u64
})

const keyInfo: Codec<KeyInfo> = struct({
  id: name,
  generation: u32,
  suite: vaultSuite,
  publicKey: blob(PUBLIC_KEY_MAX_BYTES),
  purposes,
  limits: keyLimits,
  createdMs: u64,
  isCanary: bool,
  form: oneOf<SecretForm>(SECRET_FORMS),
  secretBytes: u32
})

const mark: Codec<Mark> = union<Mark>({
  vote: [
    1,
    struct({
      env,
      epochId: digest,
      kind: voteKind,
      view: u64,
      digest,
      signature: blob(SIGNATURE_MAX_BYTES)
    })
  ],
  checkpoint: [2, struct({ origin: text(LOG_NAME_MAX_BYTES), size: u64, root: digest })]
})

const auditEvent: Codec<AuditEvent> = union<AuditEvent>({
  signed: [1, struct({ timeMs: u64, client: name, key: name, generation: u32, purpose, digest })],
  flag: [2, struct({ timeMs: u64, client: name, key: name, flag, unwritten: u32 })],
  change: [3, struct({ timeMs: u64, client: name, what: text(WHAT_MAX_BYTES) })]
})

export const auditRecord: Codec<AuditRecord> = struct({ sequence: u64, event: auditEvent })

const entry: Codec<Entry> = union<Entry>({
  audit: [1, struct({ event: auditEvent, mark: optional(mark) })],
  client: [2, struct({ client })],
  'client-revoked': [3, struct({ name })],
  key: [4, struct({ key: keyInfo })],
  'key-retired': [5, struct({ id: name })],
  used: [6, struct({ key: name, count: u64 })],
  mark: [7, struct({ key: name, mark })],
  floor: [8, struct({ key: name, epochId: digest, floor: u64 })],
  'votes-retired': [9, struct({})],
  acked: [10, struct({ sequence: u64 })],
  kept: [11, struct({ record: auditRecord })]
})

/** The entries of one frame. */
export const entries: Codec<readonly Entry[]> = list(entry, 2 * AUDIT_KEPT)
