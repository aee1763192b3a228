import type { StepOutcome, StepRefusal } from './port.ts'

/** Leaves a step on its way to the outcome; never leaves an executor. */
export class StepFailure extends Error {
  readonly code: StepRefusal

  constructor(code: StepRefusal, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'StepFailure'
    this.code = code
  }
}

/** What a step came to; what nobody foresaw is a failure of the host. */
export async function outcomeOf(work: Promise<string>): Promise<StepOutcome> {
  try {
    return { ok: true, digest: await work }
  } catch (error) {
    if (error instanceof StepFailure) return { ok: false, code: error.code, message: error.message }
    const full = isDiskFull(error)
    const why = error instanceof Error ? error.message.split('\n')[0]! : 'unknown error'
    const message = full ? 'the disk is full: free some space' : `${why}: look at this machine`
    return { ok: false, code: full ? 'disk-full' : 'host-failed', message }
  }
}

export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}
