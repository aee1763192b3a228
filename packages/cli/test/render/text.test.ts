import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { styleOf } from '../../src/render/style.ts'
import { clean, cut, escapeJson, plural, span, utc } from '../../src/render/text.ts'
import { FakeIo } from '../support/fake-io.ts'

const io = new FakeIo().asTerminal()
const style = styleOf(io, io.stdout)

describe('text from elsewhere', () => {
  it('reaches the terminal without control characters', () => {
    assert.equal(clean('web\u001b[2J\u009b31m\r\nup\u202e'), 'web?[2J?31m??up?')
  })

  it('keeps its meaning in JSON', () => {
    const value = { name: 'a\u009b31m\u2028b\u202e' }
    const json = escapeJson(JSON.stringify(value, null, 2))
    assert.doesNotMatch(json, /[\u0080-\u009f\u2028\u202e]/)
    assert.deepEqual(JSON.parse(json), value)
  })
})

describe('cutting a line', () => {
  it('leaves a line that fits as it is', () => {
    const line = `${style.green('●')} up`
    assert.equal(cut(line, 4), line)
  })

  it('counts what is seen, not the styles', () => {
    assert.equal(stripVTControlCharacters(cut(`${style.red('× killed')} now`, 6)), '× kil…')
  })

  it('keeps every style, so that nothing runs on', () => {
    const line = `ab${style.red('cd')}${style.bold('ef')}`
    assert.equal(cut(line, 2), `a…${style.red('')}${style.bold('')}`)
  })

  it('never gives more columns than asked for', () => {
    const words = fc.array(
      fc.tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 9 }), fc.boolean())
    )
    const check = fc.property(words, fc.integer({ min: 1, max: 30 }), (parts, columns) => {
      const line = parts.map(([text, bold]) => (bold ? style.bold(text) : text)).join('')
      const seen = stripVTControlCharacters(cut(line, columns))
      const whole = stripVTControlCharacters(line)
      assert.equal(seen, whole.length <= columns ? whole : `${whole.slice(0, columns - 1)}…`)
    })
    fc.assert(check, { seed: 3, numRuns: 500 })
  })
})

describe('figures', () => {
  const spans = [
    { ms: 0, text: '0 ms' },
    { ms: 999, text: '999 ms' },
    { ms: 1_000, text: '1 s' },
    { ms: 65_000, text: '1 min 5 s' },
    { ms: 7_500_000, text: '2 h 5 min' },
    { ms: 86_400_000, text: '1 d' }
  ]
  for (const { ms, text } of spans) it(`says ${text}`, () => assert.equal(span(ms), text))

  it('says times in UTC', () => assert.equal(utc(1_795_262_103_456), '2026-11-21 11:55:03Z'))

  it('says one and many', () => {
    assert.deepEqual([plural(1, 'host'), plural(1_500, 'host')], ['1 host', '1,500 hosts'])
  })
})

describe('style', () => {
  it('is nothing on a pipe', () => {
    const pipe = new FakeIo()
    assert.equal(styleOf(pipe, pipe.stdout).red('×'), '×')
  })

  it('is nothing where NO_COLOR is set', () => {
    const plain = new FakeIo().asTerminal()
    plain.env['NO_COLOR'] = '1'
    assert.equal(styleOf(plain, plain.stdout).red('×'), '×')
  })

  it('ends where it began', () => assert.equal(style.red('×'), '\u001b[31m×\u001b[39m'))
})
