import assert from 'node:assert/strict'
import { LiveRegion } from '../../src/render/live-region.ts'
import { progressLine } from '../../src/render/progress.ts'
import { FakeIo, screenOf } from '../support/fake-io.ts'

describe('live region', () => {
  const create = (size: { columns?: number; rows?: number } = {}) => {
    const { stdout } = new FakeIo().asTerminal(size)
    return { stdout, region: new LiveRegion(stdout), seen: () => screenOf(stdout.text) }
  }

  it('draws over what it drew, whether that was longer or shorter', () => {
    const { region, seen } = create()
    region.draw(['one', 'two', 'three'])
    region.draw(['1'])
    assert.deepEqual(seen(), ['1', ''])
    region.draw(['uno', 'due'])
    assert.deepEqual(seen(), ['uno', 'due', ''])
  })

  it('lets text pass above it', () => {
    const { region, seen } = create()
    region.draw(['table'])
    region.above('log line\n')
    region.draw(['table 2'])
    assert.deepEqual(seen(), ['log line', 'table 2', ''])
  })

  it('never draws more than the terminal holds', () => {
    const { region, seen } = create({ columns: 6, rows: 3 })
    region.draw(['a long line', 'b', 'c', 'd'])
    region.draw(['a long line', 'b', 'c', 'd'])
    assert.deepEqual(seen(), ['a lo…', 'b', ''])
  })

  it('is gone when cleared and stays when released', () => {
    const { region, stdout, seen } = create()
    region.draw(['gone'])
    region.clear()
    region.draw(['stays'])
    region.release()
    stdout.write('after\n')
    region.clear()
    assert.deepEqual(seen(), ['stays', 'after', ''])
  })
})

describe('progress line', () => {
  const cases = [
    { desc: 'spins where the end is not known', done: 0, of: 0, ms: 0, line: '⠋ calling' },
    {
      desc: 'shows no time left in the first second',
      done: 1,
      of: 4,
      ms: 900,
      line: '⠋ calling ██████░░░░░░░░░░░░░░░░░░ 1/4'
    },
    {
      desc: 'guesses the time left',
      done: 512,
      of: 2_048,
      ms: 10_000,
      line: '⠋ calling ██████░░░░░░░░░░░░░░░░░░ 512/2,048, 30 s left'
    },
    {
      desc: 'is full at the end',
      done: 4,
      of: 4,
      ms: 9_000,
      line: '⠋ calling ████████████████████████ 4/4'
    }
  ]
  for (const { desc, done, of, ms, line } of cases) {
    it(desc, () => assert.equal(progressLine('⠋', 'calling', done, of, ms), line))
  }
})
