import assert from 'node:assert/strict'
import { deserialize, serialize } from 'node:v8'
import type { Checkpoint } from '../../src/engine/checkpoint.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { runShards, type ShardsOutcome } from '../../src/engine/run-shards.ts'
import { failing, greetings, setupOf, TestModel, testScenario } from './test-model.ts'

const catalogue = new URL('./test-model.ts', import.meta.url)
const setup = setupOf(greetings)

const run = (options: EngineOptions = {}): Promise<ShardsOutcome> =>
  runShards(setup, greetings, { catalogue, ...options })

/** What must be equal in equal runs. */
const ended = ({ auditHash, events, bytes, results }: ShardsOutcome): unknown => ({
  auditHash,
  events,
  bytes,
  results
})

describe('a run of shards', () => {
  it('ends the same with 1, 2 and 4 workers, and twice in a row', async () => {
    const alone = await run()
    assert.equal(alone.results.length, 4)
    assert.ok(alone.events > 10_000)
    for (const workers of [1, 2, 4]) {
      const outcome = await run({ workers })
      assert.equal(outcome.workers, workers)
      assert.deepEqual(ended(outcome), ended(alone))
    }
  })

  it('ends otherwise with another seed, and with another fault', async () => {
    const { auditHash } = await run()
    const otherSeed = await runShards(setupOf(greetings, { seed: 8 }), greetings)
    const fewerFaults = await runShards({ ...setup, faults: setup.faults.slice(1) }, greetings)
    assert.equal(new Set([auditHash, otherSeed.auditHash, fewerFaults.auditHash]).size, 3)
  })

  for (const { from, to } of [
    { from: 1, to: 1 },
    { from: 2, to: 1 },
    { from: 1, to: 2 }
  ]) {
    it(`ends as if uninterrupted when ${to} resume a checkpoint of ${from}`, async () => {
      const checkpoints: Checkpoint[] = []
      const whole = await run({
        workers: from,
        checkpointAtMs: 1_650,
        onCheckpoint: checkpoint => checkpoints.push(deserialize(serialize(checkpoint)))
      })
      const [resume] = checkpoints
      assert.ok(resume !== undefined && checkpoints.length === 1)
      assert.ok(resume.atTicks >= 1_650 * 4)
      const rest = await run({ workers: to, resume })
      assert.deepEqual(ended(rest), ended(whole))
    })
  }

  for (const checkpointAtMs of [200, 210, 1_650]) {
    it(`counts the mail of before a checkpoint at ${checkpointAtMs} ms among its bytes`, async () => {
      // Each shard's first windows carry far more mail than all later ones.
      const bursting = testScenario((all, port) => {
        const model = new TestModel(all, port)
        const { start, handle } = model
        model.start = () => {
          for (let n = 0; n < 2_000; n++) port.send(100 + (n & 63), (n * 997) % 4_096, 3, n, 0)
          start.call(model)
        }
        model.handle = (local, word, a, b) => {
          if (word !== 3) handle.call(model, local, word, a, b)
          else if (a > 0 && a < 300) port.send(50, (a * 1_009) % 4_096, 3, -a, 0)
        }
        return model
      })
      const checkpoints: Checkpoint[] = []
      const onCheckpoint = (checkpoint: Checkpoint): unknown => checkpoints.push(checkpoint)
      const whole = await runShards(setup, bursting, { checkpointAtMs, onCheckpoint })
      const rest = await runShards(setup, bursting, { resume: checkpoints[0]! })
      assert.deepEqual(ended(rest), ended(whole))
    })
  }

  it("refuses another run's checkpoint", async () => {
    const checkpoints: Checkpoint[] = []
    await run({ checkpointAtMs: 100, onCheckpoint: checkpoint => checkpoints.push(checkpoint) })
    const other = runShards(setupOf(greetings, { seed: 8 }), greetings, { resume: checkpoints[0]! })
    await assert.rejects(other, { code: 'bad-checkpoint' })
  })

  it('refuses what is sent sooner than promised, here and in threads', async () => {
    for (const workers of [1, 2]) {
      const running = runShards(setupOf(failing), failing, { catalogue, workers })
      await assert.rejects(running, { code: 'lookahead' })
    }
  })

  it('stops when its signal aborts, here and in threads', async () => {
    for (const workers of [1, 2]) {
      const controller = new AbortController()
      const running = runShards(setupOf(greetings, { durationMs: 10_000_000 }), greetings, {
        catalogue,
        workers,
        signal: controller.signal,
        onProgress: ({ events }) => events > 0 && controller.abort(new Error('enough'))
      })
      await assert.rejects(running, { message: 'enough' })
    }
  })

  it('gives a fault to every shard before the other events of its tick', async () => {
    const atTicks = 701 * 4
    const said: string[] = []
    const watching = testScenario((all, port) => {
      const model = new TestModel(all, port)
      model.start = () => port.timer(atTicks, 0, 1, 0, 0)
      model.fault = () => said.push(`fault ${port.shard} ${port.nowTicks}`)
      model.handle = () => said.push(`event ${port.shard} ${port.nowTicks}`)
      return model
    })
    const faults = [{ ...setup.faults[0]!, atMs: 701 }]
    await runShards({ ...setup, faults }, watching)
    assert.deepEqual(
      said,
      [0, 1, 2, 3].flatMap(shard => [`fault ${shard} ${atTicks}`, `event ${shard} ${atTicks}`])
    )
  })

  it('delivers mail of one tick in the order of the shards that sent it', async () => {
    const heard: number[] = []
    const mailing = testScenario((all, port) => {
      const model = new TestModel(all, port)
      model.start = () => {
        for (let n = 0; n < 40; n++) port.send(100, 0, 2, port.shard * 100 + n, 0)
      }
      model.handle = (_local, _word, a) => heard.push(a)
      return model
    })
    await runShards({ ...setup, faults: [] }, mailing)
    const expected = [0, 1, 2, 3].flatMap(shard =>
      Array.from({ length: 40 }, (_, n) => shard * 100 + n)
    )
    assert.deepEqual(heard, expected)
  })
})
