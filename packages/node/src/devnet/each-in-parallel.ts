/**
 * Runs `task` for every item, at most `parallel` at a time, in order of their starts. After a failure
 * or an abort no task starts any more; it settles once none runs.
 */
export async function eachInParallel<T>(
  parallel: number,
  items: readonly T[],
  signal: AbortSignal,
  task: (item: T, index: number) => Promise<void>
): Promise<void> {
  const failures: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0 && !signal.aborted) {
      const i = next++
      await task(items[i]!, i).catch(error => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  if (failures.length > 0) throw failures[0]
  signal.throwIfAborted()
}
