/** Every way a vault refuses; the codes are stable and their order is on the wire. */
export const VAULT_ERRORS = [
  'VAULT_LOCKED',
  'VAULT_EXISTS',
  'VAULT_MISSING',
  'VAULT_DAMAGED',
  'VAULT_ROLLED_BACK',
  'VAULT_IN_USE',
  'VAULT_BUSY',
  'VAULT_FULL',
  'VAULT_UNREACHABLE',
  'WRONG_PASSPHRASE',
  'DISK_FAILED',
  'DISK_FULL',
  'KEY_UNKNOWN',
  'KEY_EXISTS',
  'KEY_RETIRED',
  'KEY_SPENT',
  'RATE_LIMITED',
  'NOT_ALLOWED',
  'TOKEN_REFUSED',
  'BAD_REQUEST',
  'VOTE_CONFLICT',
  'VOTE_TOO_OLD',
  'CHECKPOINT_CONFLICT',
  'SIGNING_FAILED'
] as const
export type VaultErrorCode = (typeof VAULT_ERRORS)[number]

/** A refusal. The message says the next step and never quotes keys, tokens or passphrases. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode

  constructor(code: VaultErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** The error of a system call, e.g. `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** What the disk refused, as one clear line. */
export function diskError(error: unknown): VaultError {
  if (error instanceof VaultError) return error
  const code = systemCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new VaultError('DISK_FULL', 'the disk is full: nothing was signed; free some space', error)
    : new VaultError(
        'DISK_FAILED',
        `the disk refused a write (${code ?? 'unknown error'}): nothing was signed; check the disk, the vault tries again by itself`,
        error
      )
}
