import assert from 'node:assert/strict'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { embeddedExecutor } from '../../src/sweep/embedded-executor.ts'
import type { SweepJob } from '../../src/sweep/job.ts'
import { openJournal } from '../../src/sweep/journal.ts'
import type { SweepPlan } from '../../src/sweep/plan.ts'
import { queueExecutor } from '../../src/sweep/queue-executor.ts'
import { runSweepWorker } from '../../src/sweep/queue-worker.ts'
import { PREFIX, queueName, resultKey } from '../../src/sweep/redis.ts'
import { runSweep, type SweepProgress } from '../../src/sweep/run-sweep.ts'
import { describeExecutor } from './compliance/executor.ts'
import { inFolder, treeOf } from './support/folders.ts'
import { CODE, planFor, RUN_MODULE } from './support/plans.ts'
import { type RedisServer, redisBinary, startRedis } from './support/redis-server.ts'
import { HANGING_MODULE, HANGS_FROM, kill, startWorker } from './support/worker-process.ts'

describe('queue executor without a server', () => {
  const job = planFor(2).jobs

  it('says in one line that nobody answers, without the password', async () => {
    const executor = queueExecutor({ url: 'redis://me:secret@127.0.0.1:1' })
    await assert.rejects(executor.run(job, { onDone: async () => {} }), {
      code: 'redis-unreachable',
      message:
        'no Redis or Valkey at 127.0.0.1:1 (ECONNREFUSED); start one, or unset TORUSMESH_SIM_REDIS to use this machine alone'
    })
  })

  it('says that an address is none', async () => {
    const executor = queueExecutor({ url: 'http://127.0.0.1' })
    await assert.rejects(executor.run(job, { onDone: async () => {} }), {
      message: 'TORUSMESH_SIM_REDIS is no address of Redis; give redis://host:port'
    })
  })
})

// Pending tests are forbidden, so the tests are not there at all where there is no server.
if (redisBinary === undefined) {
  process.stderr.write('sweeps over Redis are not tested: install redis-server or valkey-server\n')
} else {
  describeWithRedis(redisBinary)
}

function describeWithRedis(binary: string): void {
  describe('sweeps over a real Redis', () => {
    let redis: RedisServer
    before(async () => {
      redis = await startRedis(binary)
    })
    after(() => redis.close())

    describe('with two threads of a worker', () => {
      const stop = new AbortController()
      let ended: Promise<void>
      before(async () => {
        const ready = Promise.withResolvers<void>()
        const { signal } = stop
        const worker = { url: redis.url, code: CODE, threads: 2, runModule: RUN_MODULE, signal }
        ended = runSweepWorker({ ...worker, onReady: ready.resolve })
        await Promise.race([ready.promise, ended])
      })
      after(async () => {
        stop.abort()
        await ended
      })
      describeExecutor('Redis', () => ({
        executor: queueExecutor({ url: redis.url, window: 8 }),
        mostOpen: 8
      }))

      it('refuses a job that was altered in the queue', async () => {
        const [job] = planFor(2, { altered: 1 }).jobs
        await withQueue(redis, CODE, async queue => {
          await queue.add('job', { ...job!, seeds: [7] }, { jobId: job!.id })
        })
        assert.deepEqual(await failuresOf(redis, job!), [
          'a job of the queue was altered; run the sweep anew',
          'a job of the queue was altered; run the sweep anew'
        ])
      })
    })

    it('reports what a worker says that is no result as damaged', async () => {
      const code = 'bad0'.repeat(16)
      const [job] = planFor(2, {}, code).jobs
      await withQueue(redis, code, async (_, connection) => {
        const lie = async ({ data }: { data: SweepJob }): Promise<null> => {
          await connection.set(resultKey(data), 'rubbish')
          return null
        }
        const liar = new Worker(queueName(code), lie, { connection, prefix: PREFIX })
        const failures = await failuresOf(redis, job!)
        await liar.close()
        assert.deepEqual(
          failures.map(line => line.endsWith('delete it and run the sweep again')),
          [true, true]
        )
      })
    })

    it('leaves the same bytes after kill −9 of a worker amid a job as threads do', async () => {
      const plan = planFor(16, { name: 'killed' })
      const workers = [await startWorker(redis.url, HANGING_MODULE)]
      const replace = async (): Promise<void> => {
        await kill(workers[0]!)
        workers.push(await startWorker(redis.url, RUN_MODULE))
      }
      let replaced: Promise<void> | undefined
      try {
        const found = await treeOfQueue(redis, plan, ({ done, running }) => {
          if (done === HANGS_FROM - 1 && running > 0) replaced ??= replace()
        })
        await replaced
        assert.equal(workers.length, 2)
        assert.deepEqual(found, await treeOfThreads(plan))
      } finally {
        await Promise.all(workers.map(kill))
      }
    })

    it('leaves the same bytes after kill −9 of Redis amid a sweep as threads do', async () => {
      const plan = planFor(40, { name: 'restarted' })
      const worker = await startWorker(redis.url, RUN_MODULE)
      let restarted: Promise<void> | undefined
      try {
        const found = await treeOfQueue(redis, plan, ({ done }) => {
          if (done >= 10) restarted ??= redis.kill().then(redis.start)
        })
        await restarted
        assert.ok(restarted)
        assert.deepEqual(found, await treeOfThreads(plan))
      } finally {
        await kill(worker)
      }
    })
  })
}

async function withQueue(
  { url }: RedisServer,
  code: string,
  work: (queue: Queue, connection: Redis) => Promise<void>
): Promise<void> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue(queueName(code), { connection, prefix: PREFIX })
  try {
    await work(queue, connection)
  } finally {
    await queue.close()
    connection.disconnect()
  }
}

/** Messages of the runs of a job that failed. */
async function failuresOf({ url }: RedisServer, job: SweepJob): Promise<string[]> {
  const messages: string[] = []
  await queueExecutor({ url }).run([job], {
    onDone: async ({ replies }) => {
      messages.push(...replies.map(reply => (reply.ok ? '' : reply.failure.message)))
    }
  })
  return messages
}

async function treeOfThreads(plan: SweepPlan): Promise<string[]> {
  return inFolder(async folder => {
    const executor = embeddedExecutor({ threads: 2, runModule: RUN_MODULE })
    await runSweep(plan, { executor, sink: openJournal(folder) })
    return treeOf(folder)
  })
}

async function treeOfQueue(
  redis: RedisServer,
  plan: SweepPlan,
  onProgress: (progress: SweepProgress) => void
): Promise<string[]> {
  return inFolder(async folder => {
    const executor = queueExecutor({ url: redis.url, window: 8 })
    const report = await runSweep(plan, { executor, sink: openJournal(folder), onProgress })
    assert.deepEqual(report.failures, [])
    return treeOf(folder)
  })
}
