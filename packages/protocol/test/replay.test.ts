import assert from 'node:assert/strict'
import fc from 'fast-check'
import { REPLAY_WINDOW, ReplayGuard, Subject } from '../src/index.ts'
import { seedOf } from './compliance/fixtures.ts'

const LIFE_MS = 1_000

/** Runs lines such as `a5 @10` (sender a, sequence 5, at 10 ms): answers to check and commit. */
function transcript(guard: ReplayGuard, lines: readonly string[]): string[] {
  return lines.map(line => {
    const [, name, sequence, nowMs] = /^(\w)(\d+) @(\d+)$/.exec(line)!
    const sender = seedOf(32, name!.charCodeAt(0))
    const expiresMs = Number(nowMs) + LIFE_MS
    const before = guard.check(sender, Subject.health, Number(sequence), expiresMs)
    const after = guard.commit(sender, Subject.health, Number(sequence), expiresMs, Number(nowMs))
    return `${line} ${before ?? 'new'} ${after ?? 'new'}`
  })
}

const cases = [
  {
    desc: 'lets each sequence through once',
    lines: ['a1 @0', 'a1 @0', 'a2 @1', 'a1 @2', 'a2 @2'],
    answers: ['new', 'replayed', 'new', 'replayed', 'replayed']
  },
  {
    desc: 'lets late ones through, within the window',
    lines: ['a100 @0', 'a37 @0', 'a37 @0', 'a36 @0', 'a99 @0', 'a68 @0', 'a69 @0', 'a68 @0'],
    answers: ['new', 'new', 'replayed', 'replayed', 'new', 'new', 'new', 'replayed']
  },
  {
    desc: 'remembers the window when sequences jump by less, by 32 or more, by all of it',
    lines: [
      'a10 @0',
      'a41 @0',
      'a10 @0',
      'a73 @0',
      'a10 @0',
      'a41 @0',
      'a137 @0',
      'a73 @0',
      'a74 @0'
    ],
    answers: ['new', 'new', 'replayed', 'new', 'replayed', 'replayed', 'new', 'replayed', 'new']
  },
  {
    desc: 'keeps senders apart',
    lines: ['a1 @0', 'b1 @0', 'a1 @0', 'b1 @0'],
    answers: ['new', 'new', 'replayed', 'replayed']
  }
]

describe('replay guard', () => {
  for (const { desc, lines, answers } of cases) {
    it(desc, () => {
      const expected = lines.map((line, at) => `${line} ${answers[at]} ${answers[at]}`)
      assert.deepEqual(transcript(new ReplayGuard(8), lines), expected)
    })
  }

  it('keeps subjects apart', () => {
    const guard = new ReplayGuard(8)
    const sender = seedOf(32)
    assert.equal(guard.commit(sender, Subject.health, 1, 10, 0), undefined)
    assert.equal(guard.check(sender, Subject.digest, 1, 10), undefined)
  })

  it('changes nothing by a check: a forged twin blocks nobody', () => {
    const guard = new ReplayGuard(8)
    const sender = seedOf(32)
    assert.equal(guard.check(sender, Subject.health, 9, 10), undefined)
    assert.equal(guard.check(sender, Subject.health, 9, 10), undefined)
    assert.equal(guard.size, 0)
  })

  it('tells the second of two copies verified at once', () => {
    const guard = new ReplayGuard(8)
    const sender = seedOf(32)
    for (const _ of [1, 2]) assert.equal(guard.check(sender, Subject.health, 1, 10), undefined)
    assert.equal(guard.commit(sender, Subject.health, 1, 10, 0), undefined)
    assert.equal(guard.commit(sender, Subject.health, 1, 10, 0), 'replayed')
  })

  it('refuses newcomers rather than forget anybody whose statements count', () => {
    const guard = new ReplayGuard(2)
    const said = transcript(guard, [
      'a1 @0',
      'b1 @5',
      'c1 @10',
      'a2 @20',
      'c1 @999',
      'c1 @1006',
      'b1 @1007'
    ])
    assert.deepEqual(said, [
      'a1 @0 new new',
      'b1 @5 new new',
      'c1 @10 new queue-full',
      'a2 @20 new new',
      'c1 @999 new queue-full',
      'c1 @1006 new new',
      'b1 @1007 new queue-full'
    ])
  })

  it('refuses what a forgotten track could have seen, even when the clock steps back', () => {
    const guard = new ReplayGuard(1)
    const [first, second] = [seedOf(32, 1), seedOf(32, 2)]
    assert.equal(guard.commit(first, Subject.health, 1, 1_000, 0), undefined)
    assert.equal(guard.commit(second, Subject.health, 1, 9_000, 1_000), undefined)
    assert.equal(guard.check(first, Subject.health, 1, 1_000), 'replayed')
    assert.equal(guard.commit(first, Subject.health, 1, 1_000, 500), 'replayed')
  })

  it('stays bounded, and makes room in the end however many pass through', () => {
    const guard = new ReplayGuard(64)
    let taken = 0
    for (let n = 0; n < 5_000; n++) {
      const sender = Uint8Array.from({ length: 32 }, (_, at) => (n >> (at & 8)) & 0xff)
      if (guard.commit(sender, Subject.health, 1, n + 50, n) === undefined) taken++
      assert.ok(guard.size <= 64)
    }
    assert.equal(taken, 5_000)
  })

  it('lets nothing through twice, whatever the order, the clock and the evictions', () => {
    const step = fc.record({
      sender: fc.nat(5),
      sequence: fc.integer({ min: 1, max: 200 }),
      nowMs: fc.nat(4_000)
    })
    const run = (steps: readonly { sender: number; sequence: number; nowMs: number }[]): void => {
      const guard = new ReplayGuard(3)
      const seen = new Set<string>()
      for (const { sender, sequence, nowMs } of steps) {
        // A statement's expiry is part of what was signed: the same each time it is shown.
        const expiresMs = 1_000 + ((sequence * 37) % 1_500)
        const id = seedOf(32, sender)
        const before = guard.check(id, Subject.health, sequence, expiresMs)
        const after = guard.commit(id, Subject.health, sequence, expiresMs, nowMs)
        const name = `${sender}/${sequence}`
        if (after === undefined) {
          assert.equal(before, undefined)
          assert.ok(!seen.has(name), `${name} passed twice`)
          seen.add(name)
        }
      }
    }
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), run), { numRuns: 200, seed: 4 })
  })

  it('agrees with a plain set inside the window', () => {
    const run = (sequences: readonly number[]): void => {
      const guard = new ReplayGuard(1)
      const seen = new Set<number>()
      for (const sequence of sequences) {
        const highest = Math.max(0, ...seen)
        const isNew = !seen.has(sequence) && sequence > highest - REPLAY_WINDOW
        const answer = guard.commit(seedOf(32), Subject.vote, sequence, 10, 0)
        assert.equal(answer, isNew ? undefined : 'replayed')
        if (isNew) seen.add(sequence)
      }
    }
    const sequences = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 150 })
    fc.assert(fc.property(sequences, run), { numRuns: 200, seed: 5 })
  })
})
