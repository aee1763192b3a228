import { parentPort, workerData } from 'node:worker_threads'
import type { Scenario } from '../scenario/scenario.ts'
import { topologyOf } from '../topology/table.ts'
import { Barrier } from './barrier.ts'
import { sharedWords } from './chunk-queues.ts'
import { sharedPostOffice } from './post-office.ts'
import { ShardGroup } from './shard-group.ts'
import type { ThreadInit, ThreadMessage } from './threads.ts'

interface Catalogue {
  findScenario(name: string): Scenario | undefined
}

const say = (message: ThreadMessage): void => parentPort!.postMessage(message)

async function run(init: ThreadInit): Promise<void> {
  const { findScenario } = (await import(init.catalogue)) as Catalogue
  const scenario = findScenario(init.scenario)
  if (scenario === undefined) throw new Error(`no scenario ${init.scenario} in ${init.catalogue}`)
  const { spec, faults, table } = init
  const topology = table === undefined ? scenario.topology(spec) : topologyOf(table)
  const group = new ShardGroup({ spec, topology, faults }, scenario, init.share, sharedWords)
  const barrier = new Barrier(init.barrier, init.share.thread)
  const post = sharedPostOffice(group.shards, topology.shards, init.ports)
  // The least lookahead of all threads' models; and nobody starts the clock before all are built.
  const ticks = barrier.meet(group.lookahead, 0)
  if (ticks === undefined) return say({ kind: 'stopped' })
  const startMs = performance.now()
  if (init.resume === undefined) group.start()
  else group.restore(init.resume)
  let mail = init.resume === undefined
  let saved = false
  for (;;) {
    post.publish()
    const start = barrier.meet(group.earliest, group.events)
    if (start === undefined) return say({ kind: 'stopped' })
    if (mail) group.collect(post)
    mail = true
    if (!saved && start >= init.checkpointTick) {
      saved = true
      say({ kind: 'checkpoint', atTicks: start, shards: group.save() })
    }
    if (start === Number.POSITIVE_INFINITY) break
    group.run(start, ticks)
  }
  say({ kind: 'result', results: group.results(), wallMs: performance.now() - startMs })
}

run(workerData as ThreadInit).catch((error: Error & { code?: string }) =>
  say({ kind: 'error', message: error.message, code: error.code })
)
