import { LedgerError, LedgerErrorCode } from '../errors.ts'

/**
 * What a failure's code or text, anywhere in its chain of causes, means. The first that fits
 * decides.
 */
const MEANINGS: ReadonlyArray<readonly [RegExp, LedgerErrorCode, string]> = [
  [
    /LEVEL_LOCKED/,
    LedgerErrorCode.locked,
    'the ledger is in use: stop the other process, or choose another folder'
  ],
  [
    /ENOSPC|EDQUOT|No space left|quota exceeded/i,
    LedgerErrorCode.diskFull,
    'the disk is full: free some space, then open the ledger again; nothing acknowledged is lost'
  ],
  [/EEXIST|ENOTDIR/, LedgerErrorCode.io, 'this is no folder: choose another path for the ledger'],
  [
    /EACCES|EPERM|EROFS|Permission denied|not permitted|Read-only file system/i,
    LedgerErrorCode.permission,
    "the ledger's folder can't be used: give this user the right to write to it"
  ],
  [
    /LEVEL_CORRUPTION|Corruption|IO error: .*No such file/s,
    LedgerErrorCode.unreadable,
    "the store's own files are damaged: keep the folder as evidence and restore it from an archive"
  ],
  [
    /^LEVEL_DATABASE_NOT_OPEN Database is not open/,
    LedgerErrorCode.closed,
    'the store is closed: open it again'
  ]
]

/** A LevelDB failure as a {@link LedgerError}. */
export function ledgerErrorOf(error: unknown, path: string): LedgerError {
  if (error instanceof LedgerError) return error
  const text = describe(error)
  // A failure to open is reported as not open, with the reason as its cause.
  const [, code, next] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [
    ...([undefined, LedgerErrorCode.io] as const),
    'the storage device failed: check the disk and its log'
  ]
  return new LedgerError(code, `${path}: ${next}`, error)
}

function describe(error: unknown): string {
  const parts: string[] = []
  for (let at = error; at instanceof Error && parts.length < 8; at = at.cause) {
    parts.push(`${'code' in at ? String(at.code) : ''} ${at.message}`)
  }
  return parts.reverse().join('\n')
}
