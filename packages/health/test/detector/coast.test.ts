import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  BEAT_MS,
  coast,
  createDetectorStore,
  DetectorInput,
  DetectorOutput,
  type DetectorSink,
  type DetectorStore,
  detectorPresets,
  PeerState,
  quietMs,
  step,
  TICK_MS
} from '../../src/index.ts'

const quiet: DetectorSink = output => assert.fail(`said ${output}`)
const PEERS = 4
const BEATS = 20

/** What a node went through before it comes to rest: inputs, and ticks between them. */
const past = fc.array(
  fc.record({
    input: fc.constantFrom(...Object.values(DetectorInput)),
    slot: fc.integer({ min: 0, max: PEERS - 1 }),
    a: fc.integer({ min: 0, max: 3 }),
    b: fc.integer({ min: 0, max: 3 }),
    ticks: fc.integer({ min: 0, max: 30 })
  }),
  { maxLength: 20 }
)

/** By peer: when its beats arrive within each second, and with what incarnation. */
const rhythms = fc.array(
  fc.record({
    phaseMs: fc.integer({ min: 0, max: BEAT_MS - 1 }),
    incarnation: fc.integer({ min: 0, max: 4 })
  }),
  { minLength: PEERS, maxLength: PEERS }
)

type Past = typeof past extends fc.Arbitrary<infer T> ? T : never
type Rhythm = { readonly phaseMs: number; readonly incarnation: number }

/** Lets a node live through its past; returns when that ends, with a tick. */
function live(store: DetectorStore, inputs: Past): number {
  let now = 0
  const tick = (): void => {
    now += TICK_MS
    step(store, 0, DetectorInput.tick, 0, 0, 0, now, () => {})
  }
  for (let slot = 0; slot < PEERS; slot++) {
    step(store, 0, DetectorInput.watch, slot, 0, 3, now, () => {})
  }
  for (const { input, slot, a, b, ticks } of inputs) {
    if (input !== DetectorInput.tick) step(store, 0, input, slot, a, b, now, () => {})
    for (let n = 0; n < ticks; n++) tick()
  }
  tick()
  return now
}

/** Slots whose peers' beats come in time, and are taken. */
function assuredSlots(store: DetectorStore, at: number, beats: readonly Rhythm[]): number {
  return beats.reduce((bits, { phaseMs, incarnation }, slot) => {
    const isTimely = untilMs(phaseMs, at) + at - store.heardMs[slot]! <= BEAT_MS
    return isTimely && incarnation >= store.incarnation[slot]! ? bits | (1 << slot) : bits
  }, 0)
}

/** From a time to the first arrival at or after it. */
function untilMs(phaseMs: number, at: number): number {
  return (((phaseMs - at) % BEAT_MS) + BEAT_MS) % BEAT_MS
}

describe('detector: coast', () => {
  it('leaves the state that all the quiet ticks, and beats between them, would have left', () => {
    let long = 0
    fc.assert(
      fc.property(past, rhythms, (inputs, beats) => {
        const slow = createDetectorStore(1, detectorPresets.local, 0)
        const startMs = live(slow, inputs)
        const fast = createDetectorStore(1, detectorPresets.local, 0)
        assert.equal(live(fast, inputs), startMs)
        const assured = assuredSlots(slow, startMs, beats)
        const quietForMs = quietMs(slow, 0, startMs, assured, BEATS)
        const ticks = Math.ceil(quietForMs / TICK_MS) - 1
        if (ticks < 1) return
        if (ticks > 8) long++
        const endMs = startMs + ticks * TICK_MS
        let sent = 0
        for (let now = startMs; now <= endMs; now++) {
          if (now > startMs && (now - startMs) % TICK_MS === 0) {
            step(slow, 0, DetectorInput.tick, 0, 0, 0, now, output => {
              assert.equal(output, DetectorOutput.beat)
              sent++
            })
          }
          for (const [slot, { phaseMs, incarnation }] of beats.entries()) {
            if (!isHeard(slow, slot, assured) || untilMs(phaseMs, now) !== 0) continue
            step(slow, 0, DetectorInput.heard, slot, incarnation, 0, now, quiet)
          }
        }
        assert.equal(coast(fast, 0, endMs), sent)
        for (const [slot, { phaseMs, incarnation }] of beats.entries()) {
          const lastMs = endMs - ((BEAT_MS - untilMs(phaseMs, endMs)) % BEAT_MS)
          if (!isHeard(fast, slot, assured) || lastMs < startMs) continue
          step(fast, 0, DetectorInput.heard, slot, incarnation, 0, lastMs, quiet)
        }
        // How long it is known to be calm is a shortcut: it may be known for longer, or for less long.
        slow.calmMs[0] = 0
        fast.calmMs[0] = 0
        assert.deepEqual(fast.words, slow.words)
      }),
      { seed: 11, numRuns: 2_000 }
    )
    assert.ok(long > 50)
  })

  it('is quiet until silence, however many of its own beats are taken care of', () => {
    const store = createDetectorStore(1, detectorPresets.local, 0)
    for (const slot of [0, 1]) step(store, 0, DetectorInput.watch, slot, 0, 6, 0, () => {})
    const { probeMs } = detectorPresets.local
    assert.equal(quietMs(store, 0, 0, 0b11, 0), 875)
    assert.equal(quietMs(store, 0, 0, 0b11, 3), 3_875)
    assert.equal(quietMs(store, 0, 0, 0b01, 3), probeMs)
    assert.equal(quietMs(store, 0, 500, 0b01, 3), probeMs - 500)
  })
})

function isHeard(store: DetectorStore, slot: number, assured: number): boolean {
  const state = store.state[slot]
  const isOpen = state === PeerState.alive || state === PeerState.probation
  return isOpen && ((assured >>> slot) & 1) === 1
}
