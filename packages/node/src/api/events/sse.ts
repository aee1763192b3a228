/** Media type of a server-sent event stream. */
export const EVENT_STREAM = 'text/event-stream; charset=utf-8'

/** A message; JSON has no line ends, so `data` is one line. */
export function sseMessage(
  data: unknown,
  { id, event }: { id?: number; event?: string } = {}
): Buffer {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`
  return Buffer.from(`${head}data: ${JSON.stringify(data)}\n\n`)
}

/** A line that clients skip. */
export function sseComment(text: string): Buffer {
  return Buffer.from(`: ${text}\n\n`)
}
