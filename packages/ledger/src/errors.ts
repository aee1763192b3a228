/** Closed set of codes a {@link LedgerError} carries. */
export const LedgerErrorCode = {
  /** Another process or instance has the store open. */
  locked: 'LEDGER_LOCKED',
  /** The store's own files are damaged beyond opening or reading. */
  unreadable: 'LEDGER_UNREADABLE',
  permission: 'LEDGER_PERMISSION',
  diskFull: 'LEDGER_DISK_FULL',
  /** Any other failure of the storage device. */
  io: 'LEDGER_IO',
  /** The ledger takes no events: verification failed, or a write did. */
  readOnly: 'LEDGER_READ_ONLY',
  closed: 'LEDGER_CLOSED',
  /** More bytes wait for the disk than the ledger may hold. */
  overloaded: 'LEDGER_OVERLOADED',
  /** A field of an event or an argument is outside its limits. */
  limit: 'LEDGER_LIMIT',
  /** The cosigner failed or returned a signature that does not verify. */
  cosigner: 'LEDGER_COSIGNER_FAILED',
  /** What was read back is not what was written: nothing is signed any more. */
  inconsistent: 'LEDGER_INCONSISTENT',
  /** No such event under the last checkpoint, or no tile to prove it with. */
  unproven: 'LEDGER_UNPROVEN'
} as const
export type LedgerErrorCode = (typeof LedgerErrorCode)[keyof typeof LedgerErrorCode]

/**
 * A failure of the ledger or its store: a stable code and one line that ends with the next step.
 */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
