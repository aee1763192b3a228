import type { Purpose } from './purposes.ts'
import type { AuditRecord, Grant, KeyLimits, Right } from './state/entries.ts'
import type { VaultSuite } from './suites.ts'

/** `failed`: open, but the disk refuses writes; nothing is signed until it takes them again. */
export const VAULT_MODES = { 0: 'locked', 1: 'unlocked', 2: 'failed' } as const
export type VaultMode = (typeof VAULT_MODES)[keyof typeof VAULT_MODES]

/** A key as clients see it: nothing tells a canary from any other. */
export interface KeyStatus {
  readonly id: string
  readonly generation: number
  readonly suite: VaultSuite
  readonly publicKey: Uint8Array
  readonly purposes: readonly Purpose[]
  readonly createdMs: number
  /** Signatures so far. */
  readonly used: number
  /** Votes no more: what it said was forgotten with a restored or an older file. */
  readonly isRetired: boolean
  /** By count (seven eighths of its limit), by age or because it is retired. */
  readonly isRotationDue: boolean
}

export interface VaultStatus {
  readonly mode: VaultMode
  /** Of the journal; 32 bytes of link. Keep it outside as an anchor. */
  readonly sequence: number
  readonly link: Uint8Array
  readonly keys: readonly KeyStatus[]
  readonly clients: readonly string[]
  /** Newest last: canaries that were touched, rollbacks that were accepted. */
  readonly alerts: readonly AuditRecord[]
  /** Flags since the start that were not written: too many at a time, or while locked. */
  readonly flagsUnwritten: number
  /** Audit records that nobody read in time. */
  readonly auditDropped: number
  /** Whether this process sees no network interface. */
  readonly isOffline: boolean
}

/** Both halves of a key; the secret one as FIPS 204 or Falcon expands it. */
export interface ExpandedKey {
  readonly secretKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** A key to be made. */
export interface NewKey {
  readonly id: string
  readonly suite: VaultSuite
  readonly purposes: readonly Purpose[]
  /** 5,000 a second, any number at any age if left out. */
  readonly limits?: KeyLimits | undefined
  readonly isCanary?: boolean | undefined
  /** 32 bytes of a key that exists already; fresh randomness if left out. Zeroed. */
  readonly seed?: Uint8Array | undefined
  /** A key that exists already and whose seed nobody kept. Its secret half is zeroed. */
  readonly expanded?: ExpandedKey | undefined
}

/** A client to be let in, or one whose grants change. */
export interface NewClient {
  readonly name: string
  readonly rights: readonly Right[]
  readonly grants: readonly Grant[]
}

/** A page of the audit stream. */
export interface AuditPage {
  readonly records: readonly AuditRecord[]
  /** Records that were dropped unread since the vault was opened. */
  readonly dropped: number
}

export type { AuditRecord, Grant, KeyLimits, Right }
