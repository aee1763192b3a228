import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mustReturn, newsFor, RETURN_REPEAT_MS, tidingOf, tidingRank } from '../../src/index.ts'

const MAX = 4
const memory: fc.Arbitrary<Map<number, number>> = fc
  .uniqueArray(fc.tuple(fc.nat(6), fc.nat(9)), { maxLength: MAX, selector: ([member]) => member })
  .map(entries => new Map(entries))

describe('tidings of a member', () => {
  it('hold by incarnation, and a notice before a return under the same', () => {
    const order = [
      tidingRank(0, false),
      tidingRank(0, true),
      tidingRank(1, false),
      tidingRank(1, true),
      tidingRank(0xffff_ffff, false),
      tidingRank(0xffff_ffff, true)
    ]
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b)
    )
    assert.equal(new Set(order).size, order.length)
    assert.deepEqual(tidingOf(order[5]!), { incarnation: 0xffff_ffff, isDown: true })
    assert.deepEqual(tidingOf(order[2]!), { incarnation: 1, isDown: false })
  })

  const cases: readonly { desc: string; theirs: [string, number][]; news: string[] }[] = [
    { desc: 'one who holds nothing lacks all', theirs: [], news: ['a', 'b'] },
    {
      desc: 'who holds the same lacks nothing',
      theirs: [
        ['a', 3],
        ['b', 8]
      ],
      news: []
    },
    {
      desc: 'older news is mended',
      theirs: [
        ['a', 2],
        ['b', 8]
      ],
      news: ['a']
    },
    {
      desc: 'later news is left alone',
      theirs: [
        ['a', 4],
        ['b', 9]
      ],
      news: []
    },
    {
      desc: 'who has no room hears only of whom it holds',
      theirs: [
        ['a', 1],
        ['c', 1],
        ['d', 1],
        ['e', 1]
      ],
      news: ['a']
    }
  ]
  for (const { desc, theirs, news } of cases) {
    it(desc, () => {
      const ours = new Map([
        ['a', 3],
        ['b', 8]
      ])
      assert.deepEqual(newsFor(new Map(theirs), ours, MAX), news)
    })
  }

  it('end an exchange: what was told once is no news again', () => {
    fc.assert(
      fc.property(memory, memory, (theirs, ours) => {
        const roomy = new Map(theirs)
        for (const member of newsFor(roomy, ours, 99)) roomy.set(member, ours.get(member)!)
        assert.deepEqual(newsFor(roomy, ours, 99), [])
        // A full memory doesn't grow.
        const full = new Map(theirs)
        for (const member of newsFor(full, ours, full.size)) full.set(member, ours.get(member)!)
        assert.equal(full.size, theirs.size)
      })
    )
  })
})

describe('telling the mesh that one is back', () => {
  const never = { downAs: -1, returnedAs: 0, sinceReturnMs: 0 }
  const cases = [
    { desc: 'nobody declared it down', declared: never, own: 6, again: false, due: false },
    {
      desc: 'it was declared down',
      declared: { ...never, downAs: 5 },
      own: 6,
      again: false,
      due: true
    },
    {
      desc: 'it was declared down as what it is still',
      declared: { ...never, downAs: 6 },
      own: 6,
      again: true,
      due: false
    },
    {
      desc: 'it has answered',
      declared: { downAs: 5, returnedAs: 6, sinceReturnMs: 9_000 },
      own: 7,
      again: false,
      due: false
    },
    {
      desc: 'another notice comes at once',
      declared: { downAs: 5, returnedAs: 6, sinceReturnMs: RETURN_REPEAT_MS - 1 },
      own: 6,
      again: true,
      due: false
    },
    {
      desc: 'another notice comes later',
      declared: { downAs: 5, returnedAs: 6, sinceReturnMs: RETURN_REPEAT_MS },
      own: 6,
      again: true,
      due: true
    },
    {
      desc: 'another notice comes at once, and it is higher',
      declared: { downAs: 5, returnedAs: 6, sinceReturnMs: 0 },
      own: 7,
      again: true,
      due: true
    }
  ]
  for (const { desc, declared, own, again, due } of cases) {
    it(`${desc}: ${due ? 'it says so' : 'it says nothing'}`, () => {
      assert.equal(mustReturn(declared, own, again), due)
    })
  }
})
