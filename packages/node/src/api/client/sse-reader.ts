import { ApiClientError } from './errors.ts'

export interface SseMessage {
  id: string | undefined
  event: string
  /** Empty for a message that only moves the id. */
  data: string
}

const MAX_MESSAGE_CHARS = 1024 * 1024

/**
 * Messages of a server-sent event stream. Comments and unknown fields are skipped, as the HTML
 * standard says (§9.2.6).
 *
 * @throws ApiClientError when a message is longer than 1 MiB
 */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseMessage> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    let end = text.indexOf('\n\n')
    while (end >= 0) {
      yield parse(text.slice(0, end))
      text = text.slice(end + 2)
      end = text.indexOf('\n\n')
    }
    if (text.length > MAX_MESSAGE_CHARS) {
      throw new ApiClientError('NODE_UNKNOWN_ANSWER', 'an event exceeds 1 MiB', 'check the address')
    }
  }
}

function parse(block: string): SseMessage {
  let id: string | undefined
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'id') id = value
    else if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
  return { id, event, data: data.join('\n') }
}
