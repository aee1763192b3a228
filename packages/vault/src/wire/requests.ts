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
  u64
} from '../codec/codec.ts'
import { VAULT_ERRORS, type VaultErrorCode } from '../errors.ts'
import { ALERTS_KEPT, AUDIT_PAGE_MAX, CLIENTS_MAX, KEYS_MAX } from '../limits.ts'
import { ALL_PURPOSES, purpose } from '../purposes.ts'
import { type Statement, statementCodec } from '../signable.ts'
import type { Signed } from '../signing.ts'
import { auditRecord, grants, keyLimits, type Right, rights } from '../state/entries.ts'
import { LINK_BYTES } from '../store/log.ts'
import { vaultSuite } from '../suites.ts'
import {
  type AuditPage,
  type ExpandedKey,
  type KeyStatus,
  type NewClient,
  type NewKey,
  VAULT_MODES,
  type VaultMode,
  type VaultStatus
} from '../types.ts'
import type { UnlockOptions } from '../vault.ts'

type Nothing = Record<never, never>

/** A backup's name and its passphrase. */
export interface RestoreRequest {
  readonly file: string
  readonly passphrase: Uint8Array
}

export interface UnlockRequest extends UnlockOptions {
  readonly passphrase: Uint8Array
}

/** Everything a client can ask, with its answer. */
export interface Requests {
  hello: { request: { readonly token: string }; answer: { readonly name: string } }
  status: { request: Nothing; answer: VaultStatus }
  publicKey: { request: { readonly key: string }; answer: KeyStatus }
  sign: { request: { readonly key: string; readonly statement: Statement }; answer: Signed }
  unlock: { request: UnlockRequest; answer: Nothing }
  lock: { request: Nothing; answer: Nothing }
  createKey: { request: NewKey; answer: KeyStatus }
  rotate: { request: { readonly key: string }; answer: KeyStatus }
  allow: { request: NewClient; answer: { readonly token: string | undefined } }
  revoke: { request: { readonly name: string }; answer: Nothing }
  audit: {
    request: { readonly after: number; readonly max: number; readonly waitMs: number }
    answer: AuditPage
  }
  backup: { request: Nothing; answer: { readonly file: string } }
  restore: { request: RestoreRequest; answer: Nothing }
}
export type Op = keyof Requests

/** How an operation is written, and the right it needs beside a token. */
export interface OpCodec<O extends Op> {
  readonly number: number
  readonly right: Right
  readonly request: Codec<Requests[O]['request']>
  readonly answer: Codec<Requests[O]['answer']>
}

const PASSPHRASE_MAX_BYTES = 1_024
const TOKEN_MAX_BYTES = 256
const SIGNATURE_MAX_BYTES = 4_096
const PUBLIC_KEY_MAX_BYTES = 2_048
const SEED_BYTES = 32
/** ML-DSA-65, expanded. */
const SECRET_KEY_MAX_BYTES = 4_032

const nothing: Codec<Nothing> = struct<Nothing>({})
const key = struct<{ readonly key: string }>({ key: name })
const passphrase = blob(PASSPHRASE_MAX_BYTES)
const token = text(TOKEN_MAX_BYTES)
const purposes = list(purpose, ALL_PURPOSES.length)
const anchor = struct({ sequence: u64, link: optional(fixed(LINK_BYTES)) })
const keyStatus: Codec<KeyStatus> = struct<KeyStatus>({
  id: name,
  generation: u32,
  suite: vaultSuite,
  publicKey: blob(PUBLIC_KEY_MAX_BYTES),
  purposes,
  createdMs: u64,
  used: u64,
  isRetired: bool,
  isRotationDue: bool
})
const status: Codec<VaultStatus> = struct<VaultStatus>({
  mode: oneOf<VaultMode>(VAULT_MODES),
  sequence: u64,
  link: fixed(LINK_BYTES),
  keys: list(keyStatus, KEYS_MAX),
  clients: list(name, CLIENTS_MAX),
  alerts: list(auditRecord, ALERTS_KEPT),
  flagsUnwritten: u64,
  auditDropped: u64,
  isOffline: bool
})
const newKey: Codec<NewKey> = struct<NewKey>({
  id: name,
  suite: vaultSuite,
  purposes,
  limits: optional(keyLimits),
  isCanary: optional(bool),
  seed: optional(fixed(SEED_BYTES)),
  expanded: optional(
    struct<ExpandedKey>({
      secretKey: blob(SECRET_KEY_MAX_BYTES),
      publicKey: blob(PUBLIC_KEY_MAX_BYTES)
    })
  )
})

/** One row for each operation; numbers are never reused. */
export const REQUESTS: { readonly [O in Op]: OpCodec<O> } = {
  hello: row(1, 'sign', struct({ token }), struct({ name })),
  status: row(2, 'sign', nothing, status),
  publicKey: row(3, 'sign', key, keyStatus),
  sign: row(
    4,
    'sign',
    struct({ key: name, statement: statementCodec(purpose) }),
    struct({ signature: blob(SIGNATURE_MAX_BYTES), sequence: u64 })
  ),
  unlock: row(
    5,
    'admin',
    struct<UnlockRequest>({
      passphrase,
      anchor: optional(anchor),
      acceptRollback: optional(bool)
    }),
    nothing
  ),
  lock: row(6, 'admin', nothing, nothing),
  createKey: row(7, 'admin', newKey, keyStatus),
  rotate: row(8, 'admin', key, keyStatus),
  allow: row(9, 'admin', struct({ name, rights, grants }), struct({ token: optional(token) })),
  revoke: row(10, 'admin', struct({ name }), nothing),
  audit: row(
    11,
    'audit',
    struct({ after: u64, max: u32, waitMs: u32 }),
    struct({ records: list(auditRecord, AUDIT_PAGE_MAX), dropped: u64 })
  ),
  backup: row(12, 'admin', nothing, struct({ file: name })),
  restore: row(13, 'admin', struct({ file: name, passphrase }), nothing)
}

const BY_NUMBER = new Map(
  Object.entries(REQUESTS).map(([op, { number }]) => [number, op as Op] as const)
)

/** The operation of a number from outside. */
export function opOf(number: number): Op | undefined {
  return BY_NUMBER.get(number)
}

/** A refusal as it travels. */
export interface WireError {
  readonly code: VaultErrorCode
  readonly message: string
}

export const wireError: Codec<WireError> = struct<WireError>({
  code: oneOf<VaultErrorCode>({ ...VAULT_ERRORS }),
  message: text(1_024)
})

function row<Request, Answer>(
  number: number,
  right: Right,
  request: Codec<Request>,
  answer: Codec<Answer>
): {
  readonly number: number
  readonly right: Right
  readonly request: Codec<Request>
  readonly answer: Codec<Answer>
} {
  return { number, right, request, answer }
}
