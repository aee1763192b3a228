import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createDetectorStore,
  DetectorInput,
  DetectorOutput,
  type DetectorSink,
  type DetectorStore,
  detectorPresets,
  PeerState,
  quietMs,
  quorumOf,
  rowAt,
  SLOTS,
  startRow,
  step,
  storeBytes,
  TICK_MS
} from '../../src/index.ts'

const { local } = detectorPresets
const silent: DetectorSink = () => {}

type Input = readonly [input: DetectorInput, slot: number, a: number, b: number, afterMs: number]

const input: fc.Arbitrary<Input> = fc
  .record({
    input: fc.constantFrom(
      // Ticks and beats most of all, as in life.
      ...Array.from({ length: 12 }, () => DetectorInput.tick),
      DetectorInput.heard,
      DetectorInput.heard,
      ...Object.values(DetectorInput)
    ),
    slot: fc.integer({ min: 0, max: 3 }),
    incarnation: fc.integer({ min: 0, max: 3 }),
    other: fc.integer({ min: 0, max: SLOTS - 1 }),
    afterMs: fc.constantFrom(0, 1, 100, TICK_MS, TICK_MS, 600)
  })
  .map(({ input, slot, incarnation, other, afterMs }) =>
    input === DetectorInput.accused
      ? [input, slot, other, incarnation, afterMs]
      : [input, slot, incarnation, other, afterMs]
  )

/** Feeds inputs to row 0 of a fresh store that watches four peers; returns what it said. */
function feed(
  inputs: readonly Input[],
  startMs: number,
  rows = 1,
  look: (store: DetectorStore, now: number) => void = () => {},
  slots = SLOTS
): number[][] {
  const store = createDetectorStore(rows, local, startMs, slots)
  const said: number[][] = []
  let now = startMs
  const out: DetectorSink = (output, row, slot, a, b) =>
    said.push([output, row, slot, a, b, now - startMs])
  for (let slot = 0; slot < 4; slot++) step(store, 0, DetectorInput.watch, slot, 0, 3, now, out)
  for (const [code, slot, a, b, afterMs] of inputs) {
    now += afterMs
    step(store, 0, code, slot, a, b, now, out)
    look(store, now)
  }
  return said
}

describe('detector: store and step', () => {
  it('takes 612 bytes a node', () => {
    assert.equal(storeBytes(createDetectorStore(100, local, 0)), 67_600)
  })

  it('takes 252 bytes a node that watches six peers, and refuses other slots', () => {
    assert.equal(storeBytes(createDetectorStore(100, local, 0, 6)), 27_600)
    for (const slots of [0, 1.5, SLOTS + 1]) {
      assert.throws(() => createDetectorStore(1, local, 0, slots), { code: 'bad-slot' })
    }
    const store = createDetectorStore(2, local, 0, 6)
    assert.throws(() => step(store, 0, DetectorInput.heard, 6, 0, 0, 1, silent), {
      code: 'bad-slot'
    })
  })

  it('does the same with fewer slots a row', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 300 }), inputs => {
        assert.deepEqual(
          feed(inputs, 0, 1, () => {}, 4),
          feed(inputs, 0)
        )
      }),
      { seed: 6, numRuns: 100 }
    )
  })

  it('keeps rows apart', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 200 }), inputs => {
        const untouched = createDetectorStore(2, local, 0)
        feed(inputs, 0, 2, store => {
          const second = rowAt(store, 1)
          assert.deepEqual(store.words.subarray(second), untouched.words.subarray(second))
        })
      }),
      { seed: 1, numRuns: 50 }
    )
  })

  it('does the same at any time of day, 32-bit wraps included', () => {
    fc.assert(
      fc.property(
        fc.array(input, { maxLength: 300 }),
        fc.constantFrom(2 ** 31 - 1_500, 2 ** 32 - 2_000, 1_763_700_000_000),
        (inputs, startMs) => {
          assert.deepEqual(feed(inputs, startMs), feed(inputs, 0))
        }
      ),
      { seed: 2, numRuns: 100 }
    )
  })

  it('says of one incarnation of a peer once that it is down, unless it is watched anew', () => {
    const downs = fc.array(input, { maxLength: 400 }).map(inputs => {
      const tame = inputs.filter(
        ([code]) => code !== DetectorInput.watch && code !== DetectorInput.unwatch
      )
      return feed(tame, 0)
        .filter(([output]) => output === DetectorOutput.down)
        .map(([, , slot, incarnation]) => `${slot} @${incarnation}`)
    })
    fc.assert(
      fc.property(downs, said => {
        assert.equal(new Set(said).size, said.length)
      }),
      { seed: 3, numRuns: 200 }
    )
  })

  it('alternates doubt and sure', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 400 }), inputs => {
        const turns = feed(inputs, 0)
          .map(([output]) => output)
          .filter(output => output === DetectorOutput.doubt || output === DetectorOutput.sure)
        for (const [i, turn] of turns.entries()) {
          assert.equal(turn, i % 2 === 0 ? DetectorOutput.doubt : DetectorOutput.sure)
        }
      }),
      { seed: 4, numRuns: 100 }
    )
  })

  it('never takes a peer for heard later than now, in whatever order it wakes up to its inputs', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 300 }), inputs => {
        feed(inputs, 0, 1, (store, now) => {
          assert.ok(store.heardMs.subarray(0, SLOTS).every(heardMs => heardMs <= now))
        })
      }),
      { seed: 5, numRuns: 100 }
    )
  })

  it('forgives a stall once, however many inputs it wakes up to', () => {
    const store = createDetectorStore(1, local, 0)
    for (const slot of [0, 1]) step(store, 0, DetectorInput.watch, slot, 0, 6, 0, silent)
    for (let n = 0; n < 5; n++) step(store, 0, DetectorInput.heard, 0, 0, 0, 10_000, silent)
    step(store, 0, DetectorInput.tick, 0, 0, 0, 10_000, silent)
    assert.deepEqual([...store.heardMs.subarray(0, 2)], [10_000, 10_000 - TICK_MS])
  })

  it('works the same after a month of silence and doubt, when 32 bits of ms have wrapped', () => {
    const store = createDetectorStore(1, local, 0)
    const hourMs = 3_600_000
    const endMs = 30 * 24 * hourMs
    for (const slot of [0, 1]) step(store, 0, DetectorInput.watch, slot, 0, 6, 0, silent)
    for (let now = hourMs; now <= endMs; now += hourMs) {
      // As if it had ticked all the while.
      store.tickMs[0] = now - TICK_MS
      step(store, 0, DetectorInput.tick, 0, 0, 0, now, silent)
      assert.equal(store.doubting[0], 1)
      assert.equal(store.state[0], now > hourMs ? PeerState.accused : PeerState.suspect)
    }
    const said: number[] = []
    step(store, 0, DetectorInput.accusedSelf, 0, 0, 0, endMs, output => said.push(output))
    assert.deepEqual(said, [DetectorOutput.refute])
  })

  it('starts a row anew, and no other', () => {
    const store = createDetectorStore(3, local, 0)
    for (const row of [0, 1, 2]) {
      step(store, row, DetectorInput.watch, 3, 7, 4, 0, silent)
      step(store, row, DetectorInput.accusedSelf, 0, 5, 0, 0, silent)
    }
    const before = store.words.slice()
    startRow(store, 1, 9_000)
    const { stride } = store
    assert.deepEqual(
      store.words.subarray(stride, 2 * stride),
      createDetectorStore(1, local, 9_000).words
    )
    for (const at of [0, 2 * stride]) {
      assert.deepEqual(store.words.slice(at, at + stride), before.slice(at, at + stride))
    }
  })

  it('is quiet for as long as it says, whatever beats come and however it ticks meanwhile', () => {
    const beat = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 300 })
    )
    let quiet = 0
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), fc.array(beat), (inputs, beats) => {
        const store = createDetectorStore(1, local, 0)
        let now = 0
        for (let slot = 0; slot < 4; slot++) {
          step(store, 0, DetectorInput.watch, slot, 0, 3, now, silent)
        }
        for (const [code, slot, a, b, afterMs] of inputs) {
          now += afterMs
          step(store, 0, code, slot, a, b, now, silent)
        }
        const endMs = now + quietMs(store, 0, now)
        const said: DetectorSink = output => assert.fail(`said ${output}`)
        for (const [slot, incarnation, afterMs] of beats) {
          now += afterMs
          if (now >= endMs) break
          quiet++
          const state = store.state[slot]!
          if (state === PeerState.alive || state === PeerState.probation) {
            step(store, 0, DetectorInput.heard, slot, incarnation, 0, now, said)
          }
          step(store, 0, DetectorInput.tick, 0, 0, 0, now, said)
        }
      }),
      { seed: 7, numRuns: 1_000 }
    )
    assert.ok(quiet > 500)
  })

  it('is not quiet longer than until its next beat, or the first silence it asks about', () => {
    const store = createDetectorStore(1, local, 0)
    step(store, 0, DetectorInput.watch, 0, 0, 6, 0, silent)
    assert.equal(quietMs(store, 0, 0), 875)
    step(store, 0, DetectorInput.tick, 0, 0, 0, 0, silent)
    assert.equal(quietMs(store, 0, 0), 875)
    for (let now = TICK_MS; now <= 1_000; now += TICK_MS) {
      step(store, 0, DetectorInput.tick, 0, 0, 0, now, silent)
    }
    assert.equal(quietMs(store, 0, 1_000), local.probeMs - 1_000)
    step(store, 0, DetectorInput.unreachable, 0, 0, 0, 1_100, silent)
    assert.equal(quietMs(store, 0, 1_100), 0)
  })

  it('refuses slots and accusers that belong to another row', () => {
    const store = createDetectorStore(2, local, 0)
    for (const slot of [-1, SLOTS, Number.NaN]) {
      assert.throws(() => step(store, 0, DetectorInput.heard, slot, 0, 0, 1, silent), {
        code: 'bad-slot'
      })
      assert.throws(() => step(store, 0, DetectorInput.accused, 0, slot, 0, 1, silent), {
        code: 'bad-slot'
      })
    }
  })

  it('refuses thresholds out of order', () => {
    const bad = [
      { probeMs: 1_000 },
      { suspectMs: 1_200 },
      { accuseMs: 1_400 },
      { refuteMs: 5_001 },
      { refuteMs: 0.5 },
      { stalledMs: 1_000 }
    ]
    for (const change of bad) {
      assert.throws(() => createDetectorStore(1, { ...local, ...change }, 0), {
        code: 'bad-limits'
      })
    }
    assert.throws(() => createDetectorStore(0, local, 0), { code: 'bad-rows' })
  })

  it('takes two thirds for a quorum', () => {
    const quorums = Array.from({ length: SLOTS }, (_, i) => quorumOf(i + 1))
    assert.deepEqual(quorums, [1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11])
  })
})
