import { CliError } from './errors.ts'
import type { Io } from './io.ts'

/**
 * Does something that stops at Ctrl-C.
 *
 * @param what - what had been done by then, and the next step
 * @throws CliError `CANCELLED` when it was stopped before its end
 */
export async function stoppable<T>(
  io: Io,
  what: () => string,
  run: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const stop = new AbortController()
  const unhear = io.onInterrupt(() => stop.abort())
  try {
    return await run(stop.signal)
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new CliError('CANCELLED', what())
  } finally {
    unhear()
  }
}
