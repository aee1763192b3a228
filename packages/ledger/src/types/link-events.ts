import { hex, json, oneOf, text, uint } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/** A connection to another member came up. */
export interface LinkOpened {
  /** Member id, 32 bytes in hex. */
  readonly peer: string
  readonly cell: number
  readonly kind: 'neighbour' | 'cell-mate' | 'long'
}

export const linkOpened: EventType<LinkOpened> = eventType({
  number: 32,
  name: 'link-opened',
  version: 1,
  codec: json<LinkOpened>({
    peer: hex(32),
    cell: uint,
    kind: oneOf('neighbour', 'cell-mate', 'long')
  }),
  outcome: ({ peer, cell, kind }) => `${kind} link to ${peer.slice(0, 8)} in cell ${cell}`
})

/** A connection to another member went down. */
export interface LinkClosed {
  /** Member id, 32 bytes in hex. */
  readonly peer: string
  readonly why: string
}

export const linkClosed: EventType<LinkClosed> = eventType({
  number: 33,
  name: 'link-closed',
  version: 1,
  codec: json<LinkClosed>({ peer: hex(32), why: text(256) }),
  outcome: ({ peer, why }) => `link to ${peer.slice(0, 8)} closed: ${why}`
})
