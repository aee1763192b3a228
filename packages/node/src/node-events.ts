import { describeEvent, type Ledger, type LedgerEvent } from '@torusmesh/ledger'
import type { EventPort } from './api/index.ts'
import type { NodeEvent } from './view.ts'

/** A ledger as a stream of what people may want to see. */
export interface NodeEvents extends EventPort {
  close(): void
}

/** Follows the ledger while anybody listens. */
export function createNodeEvents(ledger: Ledger, onError: (error: unknown) => void): NodeEvents {
  const listeners = new Set<(event: NodeEvent) => void>()
  let following: AbortController | undefined

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const event of ledger.tail({ signal })) {
      for (const listener of listeners) listener(shown(event))
    }
  }
  const stop = (): void => {
    following?.abort()
    following = undefined
  }
  return {
    latestSeq: () => ledger.size - 1,
    async read(fromSeq, limit) {
      const events: NodeEvent[] = []
      for await (const event of ledger.read({ from: fromSeq, limit })) events.push(shown(event))
      return events
    },
    subscribe(listener) {
      listeners.add(listener)
      if (following === undefined) {
        following = new AbortController()
        follow(following.signal).catch(onError)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    close: stop
  }
}

function shown(event: LedgerEvent): NodeEvent {
  const { what, outcome } = describeEvent(event)
  return { seq: event.seq, timeMs: event.timeMs, type: what, summary: outcome }
}
