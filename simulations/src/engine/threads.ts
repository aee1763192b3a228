import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { FaultEvent } from '../faults/event.ts'
import type { RunSetup, Scenario } from '../scenario/scenario.ts'
import type { RunProgress, RunSpec } from '../scenario/spec.ts'
import { TableTopology, type TopologyTable } from '../topology/table.ts'
import { type BarrierMemory, createBarrierMemory, stop } from './barrier.ts'
import { checkpointOf, type SavedShard } from './checkpoint.ts'
import { EngineError } from './errors.ts'
import { TICKS_PER_MS } from './model.ts'
import { checkpointTickOf, type EngineOptions } from './options.ts'
import type { ShardResult, Share } from './shard-group.ts'

const PROGRESS_MS = 100

const isSource: boolean = import.meta.url.endsWith('.ts')
const urlOf = (path: string): URL => new URL(`${path}.${isSource ? 'ts' : 'js'}`, import.meta.url)
const WORKER_URL: URL = urlOf('./worker')
const CATALOGUE_URL: URL = urlOf('../scenario/catalogue')

/** What a thread needs to know of its run. */
export interface ThreadInit {
  readonly spec: RunSpec
  readonly faults: readonly FaultEvent[]
  /** Shared by all threads; those without make the topology anew. */
  readonly table: TopologyTable | undefined
  readonly scenario: string
  readonly catalogue: string
  readonly barrier: BarrierMemory
  readonly share: Share
  /** To each other thread. */
  readonly ports: readonly MessagePort[]
  readonly checkpointTick: number
  readonly resume: readonly SavedShard[] | undefined
}

/** What a thread says. */
export type ThreadMessage =
  | {
      readonly kind: 'checkpoint'
      readonly atTicks: number
      readonly shards: readonly SavedShard[]
    }
  | { readonly kind: 'result'; readonly results: readonly ShardResult[]; readonly wallMs: number }
  | { readonly kind: 'error'; readonly message: string; readonly code: string | undefined }
  | { readonly kind: 'stopped' }

type ThreadResult = Extract<ThreadMessage, { readonly kind: 'result' }>

interface Running {
  readonly worker: Worker
  readonly result: Promise<ThreadResult>
}

/** Runs the shards in threads; this one only follows them. */
export async function runThreads(
  setup: RunSetup,
  scenario: Scenario,
  options: EngineOptions,
  workers: number
): Promise<{ groups: readonly (readonly ShardResult[])[]; wallMs: number }> {
  const barrier = createBarrierMemory(workers)
  const checkpoints: { atTicks: number; shards: readonly SavedShard[] }[] = []
  const onCheckpoint = (thread: number, atTicks: number, shards: readonly SavedShard[]): void => {
    checkpoints[thread] = { atTicks, shards }
    if (Object.keys(checkpoints).length < workers) return
    const all = checkpoints.flatMap(part => part.shards).sort((a, b) => a.shard - b.shard)
    options.onCheckpoint?.(checkpointOf(setup, atTicks, all))
  }
  const running = initsOf(setup, scenario, options, barrier).map(init => start(init, onCheckpoint))
  const startMs = performance.now()
  const timer = setInterval(() => {
    options.onProgress?.({
      ...progressOf(barrier, setup.spec),
      wallMs: performance.now() - startMs
    })
  }, PROGRESS_MS)
  const abort = (): void => stop(barrier)
  options.signal?.addEventListener('abort', abort)
  try {
    const done = await Promise.all(running.map(({ result }) => result))
    return {
      groups: done.map(({ results }) => results),
      wallMs: Math.max(...done.map(({ wallMs }) => wallMs))
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    throw error
  } finally {
    clearInterval(timer)
    options.signal?.removeEventListener('abort', abort)
    stop(barrier)
    await Promise.all(running.map(({ worker }) => worker.terminate()))
  }
}

function progressOf(barrier: BarrierMemory, { durationMs }: RunSpec): Omit<RunProgress, 'wallMs'> {
  return {
    virtualMs: Math.min(Math.floor(barrier.agreed[0]! / TICKS_PER_MS), durationMs),
    ofMs: durationMs,
    events: barrier.events.reduce((sum, events) => sum + events, 0)
  }
}

function initsOf(
  setup: RunSetup,
  scenario: Scenario,
  options: EngineOptions,
  barrier: BarrierMemory
): ThreadInit[] {
  const workers = barrier.earliest.length
  const { spec, topology, faults } = setup
  const ports = meshOfPorts(workers)
  return ports.map((portsOfThread, thread) => ({
    spec,
    faults,
    table: topology instanceof TableTopology ? topology.table : undefined,
    scenario: scenario.name,
    catalogue: (options.catalogue ?? CATALOGUE_URL).href,
    barrier,
    share: { thread, threads: workers },
    ports: portsOfThread,
    checkpointTick: checkpointTickOf(options),
    resume: options.resume?.shards
  }))
}

/** For each thread a port to every other one. */
function meshOfPorts(threads: number): MessagePort[][] {
  const ports: MessagePort[][] = Array.from({ length: threads }, () => [])
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const { port1, port2 } = new MessageChannel()
      ports[a]!.push(port1)
      ports[b]!.push(port2)
    }
  }
  return ports
}

function start(
  init: ThreadInit,
  onCheckpoint: (thread: number, atTicks: number, shards: readonly SavedShard[]) => void
): Running {
  const worker = new Worker(WORKER_URL, { workerData: init, transferList: [...init.ports] })
  const result = new Promise<ThreadResult>((resolve, reject) => {
    let ended = false
    const fail = (error: Error): void => {
      if (ended) return
      ended = true
      stop(init.barrier)
      reject(error)
    }
    worker.on('message', (message: ThreadMessage) => {
      switch (message.kind) {
        case 'checkpoint':
          return onCheckpoint(init.share.thread, message.atTicks, message.shards)
        case 'result':
          ended = true
          return resolve(message)
        case 'error':
          return fail(Object.assign(new Error(message.message), { code: message.code }))
        case 'stopped':
          return fail(new EngineError('worker-failed', 'stopped with another thread'))
        default:
          message satisfies never
      }
    })
    worker.on('error', fail)
    worker.on('exit', code =>
      fail(
        new EngineError('worker-failed', `a thread ended with code ${code}: give it more memory`)
      )
    )
  })
  return { worker, result }
}
