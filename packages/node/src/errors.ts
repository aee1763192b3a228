/** What can go wrong that a person has to mend; each message ends with the next step. */
export type NodeErrorCode =
  | 'HOME_EXISTS'
  | 'HOME_MISSING'
  | 'HOME_DAMAGED'
  | 'HOME_PERMISSION'
  | 'GENESIS_REFUSED'
  | 'WRONG_ENV'
  | 'DISK_FULL'
  | 'PORT_TAKEN'
  | 'LISTEN_FAILED'
  | 'INVITE_REFUSED'
  | 'INVITER_UNREACHABLE'
  | 'DEVNET_SIZE'
  | 'WATCH_ONLY'
  | 'NO_VAULT'
  | 'KEY_IS_KNOWN'
  | 'NODE_RUNNING'

export class NodeError extends Error {
  readonly code: NodeErrorCode

  constructor(code: NodeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'NodeError'
    this.code = code
  }
}

/** The system's own code of a failure (`EACCES`, `ENOSPC`, …), wherever in the chain it is. */
export function systemCode(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return code
  }
  return undefined
}
