import { parentPort, workerData } from 'node:worker_threads'
import { createLogger } from '../log/index.ts'
import { LocalShard } from './local-shard.ts'
import type { ShardEvents, ShardInit, StandingChange } from './shard.ts'
import { post, serveShard } from './shard-protocol.ts'

/** A change may reach the coordinator this much later: when it happened is in it. */
const BATCH_MS = 20

const port = parentPort!
const init: ShardInit = workerData
let batch: StandingChange[] = []

const events: ShardEvents = {
  standings(changes) {
    if (batch.length === 0) setTimeout(flush, BATCH_MS)
    batch.push(...changes)
  },
  progress: (phase, done) => post(port, { kind: 'progress', phase, done })
}

function flush(): void {
  post(port, { kind: 'standings', changes: batch })
  batch = []
}

const logger = createLogger({
  level: init.config.log.level,
  format: 'json',
  destination: { write: line => post(port, { kind: 'log', line }) }
})

serveShard(port, LocalShard.create(init, logger, events))
