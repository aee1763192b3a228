import { json, oneOf, text } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/** A node took up its work. */
export interface NodeStarted {
  /** Release that runs, as in its manifest. */
  readonly release: string
  readonly env: 'dev' | 'beta' | 'mainnet'
}

export const nodeStarted: EventType<NodeStarted> = eventType({
  number: 1,
  name: 'node-started',
  version: 1,
  codec: json<NodeStarted>({ release: text(64), env: oneOf('dev', 'beta', 'mainnet') }),
  outcome: ({ release, env }) => `release ${release} runs in ${env}`
})

/** A node laid down its work; a crash leaves none. */
export interface NodeStopped {
  readonly why: string
}

export const nodeStopped: EventType<NodeStopped> = eventType({
  number: 2,
  name: 'node-stopped',
  version: 1,
  codec: json<NodeStopped>({ why: text(256) }),
  outcome: ({ why }) => why
})
