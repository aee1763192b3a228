import type { VerifierKey } from './cosignature.ts'

/**
 * A size and root somebody else vouches for: the vault's last signed checkpoint, or a neighbour's.
 */
export interface Witnessed {
  readonly size: number
  /** RFC 6962 root, 32 bytes. */
  readonly root: Uint8Array
}

/** What a log is held against. */
export interface Expectations {
  readonly origin: string
  /** Keys the log's checkpoints may be signed with: the present one, then former ones. */
  readonly keys: readonly VerifierKey[]
  readonly witnessed?: Witnessed | undefined
}
