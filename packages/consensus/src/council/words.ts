import type { Digest } from '../certificate/codec.ts'
import type { Message } from '../engine/message.ts'

/** The epoch that a message is of. */
export function epochIdOf(message: Message): Digest {
  switch (message.type) {
    case 'proposal':
      return message.block.header.epochId
    case 'vote':
      return message.vote.epochId
    case 'certificate':
      return message.claim.epochId
    case 'want-blocks':
    case 'blocks':
    case 'want-certificates':
      return message.epochId
    default:
      return message satisfies never
  }
}

/** One name for each word of this node about a view. */
export function wordOf(message: Message): string {
  switch (message.type) {
    case 'vote':
      return `${message.vote.epochId} vote ${message.vote.kind} ${message.vote.view}`
    case 'certificate':
      return `${message.claim.epochId} certificate ${message.claim.kind} ${message.claim.view}`
    default:
      return `${epochIdOf(message)} ${message.type} ${viewOf(message)}`
  }
}

/** The view that a validator's word is of; -1 for what is no word. */
export function viewOf(message: Message): number {
  if (message.type === 'vote') return message.vote.view
  return message.type === 'proposal' ? message.block.header.view : -1
}
