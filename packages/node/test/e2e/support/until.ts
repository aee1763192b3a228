const POLL_MS = 20

/**
 * Waits until a condition holds.
 *
 * @throws Error that names what didn't come true within `deadlineMs`
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 15_000
): Promise<void> {
  const endMs = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}
