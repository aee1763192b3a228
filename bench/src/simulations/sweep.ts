import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Executor,
  embeddedExecutor,
  planSweep,
  queueExecutor,
  type RunOutcome,
  type RunSpec,
  runSweepWorker,
  type SweepPlan
} from '@torusmesh/simulations'
import { median, type Row } from '../row.ts'

const JOBS = 20
const JOB_MS = 1_000
const THREADS = 2
const ROUNDS = 3
const EMPTY_JOBS = 4_000
const CODE = 'bench'.padEnd(64, '0')
/** One seed a job, as the planner has it for long runs. */
const LARGE_MS = 2 ** 31

/**
 * A run that takes `forMs` of time and no CPU, so that the queue's own cost shows on a machine that
 * others use too. Threads find it here.
 */
export async function runScenario(spec: RunSpec): Promise<RunOutcome> {
  const { scenario, nodes, seed, parameters } = spec
  await delay(Number(parameters['forMs']))
  const counts = { events: 0, bytesPerNode: 0, violations: 0, sometimes: {}, measures: {} }
  return {
    summary: { scenario, nodes, seed, auditHash: '0', ...counts },
    timing: { workers: 1, wallMs: 0, eventsPerSecond: 0, realTimeFactor: 0 },
    violations: [],
    tables: {}
  }
}

/** What the queue costs beside threads of one process, at jobs of one second and at empty ones. */
export async function sweepRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'torusmesh-bench-'))
  const server = await startRedis(folder)
  if (server === undefined) {
    process.stderr.write('bench: sweeps over Redis skipped, redis-server is not installed\n')
    return []
  }
  const stop = new AbortController()
  const runModule = new URL(import.meta.url)
  const { promise: ready, resolve: onReady } = Promise.withResolvers<void>()
  const worker = { url: server.url, code: CODE, threads: THREADS, runModule }
  const ended = runSweepWorker({ ...worker, onReady, signal: stop.signal })
  try {
    await Promise.race([ready, ended])
    return await measured(
      embeddedExecutor({ threads: THREADS, runModule }),
      queueExecutor({ url: server.url })
    )
  } finally {
    stop.abort()
    await ended
    server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measured(embedded: Executor, queue: Executor): Promise<Row[]> {
  const [own, other]: [number[], number[]] = [[], []]
  // Threads of the worker start at its first jobs; the embedded ones each time.
  await timeOf(queue, planOf(THREADS, 0, -1))
  for (let round = 0; round < ROUNDS; round++) {
    own.push(await timeOf(queue, planOf(JOBS, JOB_MS, round)))
    other.push(await timeOf(embedded, planOf(JOBS, JOB_MS, round)))
  }
  const idealMs = (JOBS / THREADS) * JOB_MS
  const overhead = (times: readonly number[]): number => (median(times) / idealMs - 1) * 100
  const emptyMs = await timeOf(queue, planOf(EMPTY_JOBS, 0, ROUNDS))
  return [
    {
      name: 'sweep over Redis, 1 s jobs: time over the jobs alone',
      value: overhead(own),
      unit: '%',
      peer: 'threads of one process',
      ratio: median(own) / median(other)
    },
    {
      name: 'sweep over threads, 1 s jobs: time over the jobs alone',
      value: overhead(other),
      unit: '%'
    },
    {
      name: 'empty jobs over Redis: planned, queued, run, fetched',
      value: Math.round((EMPTY_JOBS / emptyMs) * 1_000),
      unit: '/s'
    }
  ]
}

/** The `round` gives jobs other names. */
function planOf(jobs: number, forMs: number, round: number): SweepPlan {
  const spec = {
    scenario: 'flood',
    nodes: 512,
    durationMs: LARGE_MS,
    network: { latency: { model: 'constant', oneWayMs: 20 } },
    faults: [],
    parameters: { forMs, round }
  } as const
  return planSweep(
    Array.from({ length: jobs }, (_, seed) => ({ ...spec, seed })),
    CODE
  )
}

async function timeOf(executor: Executor, { jobs }: SweepPlan): Promise<number> {
  const startMs = performance.now()
  let done = 0
  const onDone = async (): Promise<void> => {
    done++
  }
  await executor.run(jobs, { onDone })
  if (done !== jobs.length) throw new Error(`${done} of ${jobs.length} jobs came back`)
  return performance.now() - startMs
}

/** A Redis of its own on a free port; `undefined` where there is none. */
async function startRedis(
  folder: string
): Promise<{ readonly url: string; kill(): void } | undefined> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  const server = spawn('redis-server', [
    ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder],
    ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction']
  ])
  const isUp = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false))
    createInterface(server.stdout).on('line', line => {
      if (line.includes('Ready to accept connections')) resolve(true)
    })
  })
  return isUp ? { url: `redis://127.0.0.1:${port}`, kill: () => server.kill() } : undefined
}
