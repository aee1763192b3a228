import assert from 'node:assert/strict'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeGenesis } from '@torusmesh/protocol'
import { type NodeConfig, resolveConfig } from '../../src/config/index.ts'
import { startDevnet } from '../../src/devnet/devnet.ts'
import { newGenesis, sidesFor } from '../../src/devnet/devnet-genesis.ts'
import { eachInParallel } from '../../src/devnet/each-in-parallel.ts'
import {
  broadcastFrom,
  FalseRemovals,
  measureBroadcast,
  measureKills
} from '../../src/devnet/measure.ts'
import { sharedNowMs } from '../../src/devnet/shard.ts'
import { WorkerShard } from '../../src/devnet/worker-shard.ts'
import { silentLogger } from '../../src/log/index.ts'

const config: NodeConfig = resolveConfig({
  flags: { 'listen.address': '/ip4/127.0.0.1/tcp/0', 'api.port': '0' }
}).config

/** Of each cell on a torus of sides 2. */
const NEIGHBOURS = 3

describe('sides of a devnet', () => {
  const cases = [
    { nodes: 1, side: 2 },
    { nodes: 8, side: 2 },
    { nodes: 9, side: 3 },
    { nodes: 216, side: 6 },
    { nodes: 512, side: 8 },
    { nodes: 4_096, side: 8 }
  ]
  for (const { nodes, side } of cases) {
    it(`are ${side} for ${nodes} hosts`, () => {
      assert.deepEqual(sidesFor(nodes), [side, side, side])
    })
  }
})

describe('tasks side by side', () => {
  it('start in order and never more than allowed at once', async () => {
    const started: number[] = []
    let running = 0
    let most = 0
    await eachInParallel(2, [10, 11, 12, 13, 14], new AbortController().signal, async (item, i) => {
      assert.equal(item, 10 + i)
      started.push(i)
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
    })
    assert.deepEqual(started, [0, 1, 2, 3, 4])
    assert.equal(most, 2)
  })

  it('fail with the first failure, once those that run have ended', async () => {
    const ended: number[] = []
    const run = eachInParallel(2, [0, 1, 2, 3], new AbortController().signal, async item => {
      if (item === 0) throw new Error('first')
      await new Promise(resolve => setImmediate(resolve))
      ended.push(item)
    })
    await assert.rejects(run, { message: 'first' })
    assert.deepEqual(ended, [1])
  })

  it('start no more after an abort', async () => {
    const stop = new AbortController()
    const started: number[] = []
    const run = eachInParallel(1, [0, 1, 2], stop.signal, async item => {
      started.push(item)
      if (item === 1) stop.abort()
    })
    await assert.rejects(run, { name: 'AbortError' })
    assert.deepEqual(started, [0, 1])
  })
})

describe('a shard in another thread', () => {
  it('answers like one in this thread, from keys to verified ledgers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'torusmesh-test-'))
    const opened: number[] = []
    const shard = new WorkerShard(
      { first: 5, names: ['a', 'b'], folder, keepsKeys: false, config, poolThreads: 1 },
      silentLogger,
      {
        standings: () => undefined,
        progress: (phase, done) => phase === 'hosts' && opened.push(done)
      }
    )
    try {
      const genesis = newGenesis(await shard.prepare())
      const addresses = await shard.open(encodeGenesis(genesis), [])
      assert.equal(addresses.size, 2)
      assert.deepEqual(opened, [1, 2])
      const beforeMs = sharedNowMs()
      const envelope = await shard.sayReturned(6)
      const sentMs = await shard.publish(6, envelope)
      assert.ok(beforeMs - 100 < sentMs && sentMs < sharedNowMs() + 100, 'clocks of threads agree')
      assert.deepEqual(
        (await shard.rows()).map(({ name, state }) => `${name} ${state}`),
        ['a up', 'b up']
      )
      await shard.kill(5)
      assert.equal((await shard.rows())[0]?.state, 'killed')
      await shard.halt()
      await shard.stop()
      const ledgers = await shard.verify()
      assert.ok(ledgers.verified)
      assert.ok(ledgers.events >= 4)
    } finally {
      await shard.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('passes failures on with their code, and fails what is asked after its end', async () => {
    const shard = new WorkerShard(
      { first: 0, names: [], folder: tmpdir(), keepsKeys: false, config, poolThreads: 1 },
      silentLogger,
      { standings: () => undefined, progress: () => undefined }
    )
    await assert.rejects(shard.open(new Uint8Array([1]), []), { code: 'GENESIS_REFUSED' })
    await shard.close()
    await assert.rejects(shard.wired(), { message: 'the thread of a shard has ended' })
  })
})

describe('a devnet', () => {
  it('wires 8 hosts in two threads, reaches all, and all of them notice a kill', async () => {
    const phases = new Set<string>()
    await using devnet = await startDevnet({
      ...{ nodes: 8, shards: 2, config, logger: silentLogger },
      onProgress: (phase, done, of) => done === of && phases.add(phase)
    })
    assert.deepEqual([...phases], ['keys', 'hosts', 'wiring'])
    assert.ok(devnet.wiredAtMs > 0)
    assert.equal(await devnet.wired(), 8)
    assert.equal(devnet.firstNode.parts.self.key, devnet.hosts[0]?.member)
    const removals = new FalseRemovals(devnet)
    // Also a statement that says nothing new reaches all.
    const sources = [2, 6, 2].map(at => devnet.hosts[at]!)
    const broadcast = await measureBroadcast(devnet, sources)
    assert.equal(broadcast.reach, 7)
    // Who watches a host is in its reports: without them nobody's word against it counts.
    while ((await devnet.rows()).some(({ reportsIn }) => reportsIn < NEIGHBOURS)) {
      await new Promise(resolve => setImmediate(resolve))
    }
    const progress: string[] = []
    const kills = await measureKills(devnet, [devnet.hosts[5]!], {
      onProgress: (done, of) => progress.push(`${done}/${of}`)
    })
    assert.deepEqual(progress, ['0/1', '1/1'])
    assert.ok(kills.detectedP99Ms >= 0, 'every survivor knows')
    assert.equal(removals.count, 0)
    assert.equal(devnet.alive.length, 7)
    assert.equal((await devnet.rows())[5]?.state, 'killed')
    await devnet.stop()
    assert.ok((await devnet.verify(() => undefined)).verified)
  })

  it('with injected delays no broadcast is faster than the shortest path', async () => {
    const nodes = 4
    // No way round is shorter than the direct one, and the two directions differ.
    const delayMs = (from: number, to: number): number => 50 + 10 * from + 5 * to
    const oneWayMs = Float32Array.from({ length: nodes * nodes }, (_, pair) =>
      delayMs(Math.floor(pair / nodes), pair % nodes)
    )
    await using devnet = await startDevnet({
      ...{ nodes, shards: 2, oneWayMs, config, logger: silentLogger }
    })
    // Once reports come, gossip has its streams.
    while ((await devnet.rows()).some(({ reportsIn }) => reportsIn < 2)) {
      await new Promise(resolve => setImmediate(resolve))
    }
    for (const source of [devnet.hosts[0]!, devnet.hosts[3]!]) {
      const heardMs = await broadcastFrom(devnet, source)
      assert.equal(heardMs.size, nodes - 1)
      for (const [host, ms] of heardMs) {
        // Timers have whole milliseconds, and threads read their clocks apart.
        assert.ok(ms >= delayMs(source.index, host) - 2, `${source.index} → ${host}: ${ms} ms`)
      }
    }
  })

  it('refuses delays for another number of hosts', async () => {
    const start = startDevnet({
      ...{ nodes: 3, oneWayMs: new Float32Array(4), config, logger: silentLogger }
    })
    await assert.rejects(start, { code: 'DEVNET_SIZE', message: 'oneWayMs: give 3 × 3 delays' })
  })

  it('gives up at once when it is told to while it starts, and leaves nothing behind', async () => {
    const stop = new AbortController()
    const homePath = await mkdtemp(join(tmpdir(), 'torusmesh-test-'))
    try {
      const start = startDevnet({
        ...{ nodes: 8, shards: 2, config, homePath, logger: silentLogger, signal: stop.signal },
        onProgress: phase => phase === 'hosts' && stop.abort(new Error('enough'))
      })
      await assert.rejects(start, { message: 'enough' })
      await assert.rejects(startDevnet({ nodes: 9, config, homePath, logger: silentLogger }), {
        code: 'DEVNET_SIZE'
      })
      await using again = await startDevnet({ nodes: 8, config, homePath, logger: silentLogger })
      assert.equal(await again.wired(), 8)
      await access(join(homePath, again.hosts[7]!.name, 'keys.json'))
    } finally {
      await rm(homePath, { recursive: true, force: true })
    }
  })
})
