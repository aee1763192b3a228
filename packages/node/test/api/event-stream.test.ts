import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { EventHub, everyInterval, MAX_STREAMS } from '../../src/api/events/event-hub.ts'
import { type EventStream, MAX_QUEUE_BYTES } from '../../src/api/events/event-stream.ts'
import { FakeEvents, nodeEvent } from './support/fake-node.ts'

function createHub() {
  const events = new FakeEvents()
  const beats = new Set<() => void>()
  const errors: unknown[] = []
  const hub = new EventHub({
    events,
    every: (everyMs, run) => {
      assert.equal(everyMs, 15_000)
      beats.add(run)
      return () => beats.delete(run)
    },
    onError: error => errors.push(error)
  })
  const beat = (): void => {
    for (const run of beats) run()
  }
  return { hub, events, beats, beat, errors }
}

/** All a stream says until it ends. */
async function readAll(stream: EventStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

const idsOf = (text: string): number[] =>
  [...text.matchAll(/^id: (\d+)\ndata: /gm)].map(match => Number(match[1]))

describe('event stream', () => {
  it('tells where it starts, then sends each event as a message', async () => {
    const { hub, events } = createHub()
    events.publish(nodeEvent(4))
    const stream = hub.open()!
    events.publish(nodeEvent(6, 'two\nlines'))
    hub.close()
    assert.deepEqual((await readAll(stream)).split('\n\n'), [
      'id: 4\nretry: 2000',
      `id: 6\ndata: ${JSON.stringify(nodeEvent(6, 'two\nlines'))}`,
      ': the node stops',
      ''
    ])
  })

  it('gives who resumes each event once, in order, whatever happens meanwhile', async () => {
    const step = fc.integer({ min: 1, max: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { maxLength: 600 }),
        fc.array(step, { maxLength: 12 }),
        fc.nat(700),
        async (scheduler, past, later, after) => {
          const { hub, events } = createHub()
          const publishAfter = (gap: number): void => {
            events.publish(nodeEvent(events.latestSeq() + gap))
          }
          past.forEach(publishAfter)
          const known = events.latestSeq()
          events.beforeRead = () => scheduler.schedule(Promise.resolve(), 'read')
          const stream = hub.open(after)!
          const text = readAll(stream)
          const publishing = scheduler.scheduleSequence(
            later.map(gap => async () => publishAfter(gap))
          )
          await scheduler.waitFor(publishing.task)
          await scheduler.waitIdle()
          hub.close()
          const expected = events.kept
            .map(event => event.seq)
            .filter(id => id > Math.min(after, known))
          assert.deepEqual(idsOf(await text), expected)
        }
      ),
      { seed: 21, numRuns: 60 }
    )
  })

  it('starts after the newest event for who knows a later one than there is', async () => {
    const { hub, events } = createHub()
    events.publish(nodeEvent(1))
    const stream = hub.open(99)!
    events.publish(nodeEvent(2))
    hub.close()
    assert.deepEqual(idsOf(await readAll(stream)), [2])
  })

  it('drops a client whose queue is full, says so, and keeps it within bounds', async () => {
    const { hub, events } = createHub()
    const stream = hub.open()!
    const other = readAll(hub.open()!)
    const summary = 'x'.repeat(1_000)
    for (let seq = 0; seq < 1_000; seq++) {
      events.publish(nodeEvent(seq, summary))
      if (seq % 50 === 0) await turn()
    }
    assert.ok(stream.readableLength <= MAX_QUEUE_BYTES + 2_000)
    const text = await readAll(stream)
    const ids = idsOf(text)
    assert.deepEqual(ids, [...ids.keys()])
    assert.ok(ids.length > 200 && ids.length < 300)
    assert.match(text, /\n: too slow, dropped; resume with Last-Event-ID\n\n$/)
    hub.close()
    assert.equal(idsOf(await other).length, 1_000, 'a quick client is not held up')
  })

  it('reads the past no faster than the client takes it', async () => {
    const { hub, events } = createHub()
    for (let seq = 0; seq < 5_000; seq++) events.publish(nodeEvent(seq, 'x'.repeat(1_000)))
    let reads = 0
    events.beforeRead = async () => {
      reads++
    }
    const stream = hub.open(-1)!
    await once(stream, 'readable')
    assert.equal(reads, 1)
    assert.ok(stream.readableLength <= stream.readableHighWaterMark + 2_000)
    let text = ''
    for await (const chunk of stream) {
      text += chunk
      if (idsOf(text.slice(-3_000)).at(-1) === 4_999) break
    }
    assert.equal(idsOf(text).length, 5_000)
    assert.equal(reads, Math.ceil(5_000 / 256))
  })

  it('keeps a quiet connection alive with comments', async () => {
    const { hub, beat } = createHub()
    const stream = hub.open()!
    stream.resume()
    await once(stream, 'data')
    const heard = once(stream, 'data')
    beat()
    assert.equal(String((await heard)[0]), ': beat\n\n')
  })

  it('drops a client that takes nothing between two beats, and cuts it at the third', async () => {
    const { hub, beat } = createHub()
    const stream = hub.open()!
    beat()
    beat()
    assert.equal(stream.destroyed, false)
    const closed = once(stream, 'close')
    beat()
    await closed
    assert.equal(stream.destroyed, true)
  })

  it('keeps a slow client that takes something', () => {
    const { hub, events, beat } = createHub()
    const stream = hub.open()!
    for (let seq = 0; seq < 100; seq++) events.publish(nodeEvent(seq))
    for (let round = 0; round < 20; round++) {
      assert.notEqual(stream.read(100), null)
      beat()
    }
    events.publish(nodeEvent(100))
    assert.ok(String(stream.read()).includes('id: 100\n'))
  })

  it('ends when the ledger can not be read', async () => {
    const { hub, events, errors } = createHub()
    events.publish(nodeEvent(0))
    events.beforeRead = () => Promise.reject(new Error('EIO'))
    const text = await readAll(hub.open(-1)!)
    assert.match(text, /: the node failed to read its ledger; resume with Last-Event-ID\n\n$/)
    assert.deepEqual(errors.map(String), ['Error: EIO'])
  })
})

describe('event hub', () => {
  it('serves a bounded number of clients and listens only while it has some', async () => {
    const { hub, events, beats } = createHub()
    assert.equal(events.listeners.size, 0)
    const streams = Array.from({ length: MAX_STREAMS }, () => hub.open()!)
    assert.deepEqual([events.listeners.size, beats.size], [1, 1])
    assert.equal(hub.open(), undefined)
    const [first, ...rest] = streams
    const left = once(first!, 'close')
    first!.destroy()
    await left
    const next = hub.open()!
    assert.ok(next)
    await Promise.all([next, ...rest].map(stream => once(stream.destroy(), 'close')))
    assert.deepEqual([events.listeners.size, beats.size], [0, 0])
  })

  it('counts a dropped client until it is gone', async () => {
    const { hub, beat } = createHub()
    const streams = Array.from({ length: MAX_STREAMS }, () => hub.open()!)
    beat()
    beat()
    assert.equal(hub.open(), undefined)
    const gone = Promise.all(streams.map(stream => once(stream, 'close')))
    beat()
    await gone
    assert.ok(hub.open())
  })

  it('repeats by the real clock until stopped', async () => {
    let runs = 0
    const twice = Promise.withResolvers<void>()
    const stop = everyInterval(1, () => {
      runs++
      if (runs === 2) twice.resolve()
    })
    const awake = setInterval(() => {}, 1_000)
    await twice.promise
    clearInterval(awake)
    stop()
  })
})
