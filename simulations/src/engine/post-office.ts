import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { OutboxColumns } from './outbox.ts'
import type { Shard } from './shard.ts'
import type { PostOffice } from './shard-group.ts'

/** All shards in one thread. */
export function localPostOffice(shards: readonly Shard[]): PostOffice {
  return {
    publish: () => {},
    listen: () => {},
    outbox: (shard, parity) => shards[shard]!.outboxColumns(parity)
  }
}

interface Moved {
  readonly shard: number
  readonly outboxes: readonly [OutboxColumns, OutboxColumns]
}

/**
 * Outboxes lie in shared memory. When one of them grew it moved: its owner tells the others through a
 * port before the next barrier, and they look after it.
 *
 * @param ports - one for each other thread
 */
export function sharedPostOffice(
  shards: readonly Shard[],
  shardCount: number,
  ports: readonly MessagePort[]
): PostOffice {
  const known: (readonly [OutboxColumns, OutboxColumns])[] = new Array(shardCount)
  const told = shards.map(() => -1)
  return {
    listen() {
      for (const port of ports) {
        for (let moved = receive(port); moved !== undefined; moved = receive(port)) {
          known[moved.shard] = moved.outboxes
        }
      }
    },
    publish() {
      for (const [i, shard] of shards.entries()) {
        if (shard.outboxMoves === told[i]) continue
        told[i] = shard.outboxMoves
        const outboxes = [shard.outboxColumns(0), shard.outboxColumns(1)] as const
        known[shard.shard] = outboxes
        for (const port of ports) port.postMessage({ shard: shard.shard, outboxes })
      }
    },
    outbox(shard, parity) {
      return known[shard]![parity]!
    }
  }
}

function receive(port: MessagePort): Moved | undefined {
  return (receiveMessageOnPort(port) as { message: Moved } | undefined)?.message
}
