/** How often a phase says how far it is. */
const TELL_MS = 5_000

/** Says how far a phase is. */
export type Tell = (what: string, done: number, of: number) => void

/**
 * Does something that may take too long here: at its deadline `signal` aborts, and what it rejects
 * with then is `undefined` instead. Progress and the deadline go to standard error.
 *
 * @param work - shall end soon after the signal, and may return what it has until then
 */
export async function phase<T>(
  name: string,
  deadlineMs: number,
  work: (signal: AbortSignal, tell: Tell) => Promise<T>
): Promise<T | undefined> {
  const startMs = performance.now()
  const stop = new AbortController()
  // Asked too, for a simulation in this thread leaves timers no time.
  const isLate = (): boolean => performance.now() - startMs > deadlineMs
  const timer = setTimeout(() => stop.abort(), deadlineMs)
  let toldMs = startMs
  const tell: Tell = (what, done, of) => {
    if (isLate()) stop.abort()
    if (done < of && performance.now() - toldMs < TELL_MS) return
    toldMs = performance.now()
    process.stderr.write(`bench: realism, ${name}: ${what} ${done}/${of}\n`)
  }
  process.stderr.write(`bench: realism, ${name}…\n`)
  try {
    return await work(stop.signal, tell)
  } catch (error) {
    if (!stop.signal.aborted) throw error
    return undefined
  } finally {
    clearTimeout(timer)
    const seconds = Math.round((performance.now() - startMs) / 1_000)
    const end = stop.signal.aborted ? 'stopped at its deadline after' : 'done in'
    process.stderr.write(`bench: realism, ${name}: ${end} ${seconds} s\n`)
  }
}
