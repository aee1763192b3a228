import assert from 'node:assert/strict'
import { pairs, table } from '../../src/render/table.ts'

const asIs = (text: string): string => text
const loud = (text: string): string => `*${text}*`

describe('tables', () => {
  it('align columns, right where asked, and end lines with text', () => {
    const lines = table(
      ['host', '>links', 'state'],
      [
        ['host-0', '3/3', { text: '● up', paint: asIs }],
        ['host-10', '12/16', '']
      ],
      asIs
    )
    assert.deepEqual(lines, ['host     links  state', 'host-0     3/3  ● up', 'host-10  12/16'])
  })

  it('paint a cell after giving it its width', () => {
    const lines = table(
      ['a', 'b'],
      [
        [{ text: 'xyz', paint: loud }, '1'],
        ['x', '2']
      ],
      asIs
    )
    assert.deepEqual(lines, ['a    b', '*xyz*  1', 'x    2'])
  })

  it('take the sting out of every cell', () => {
    const [, row] = table(['name'], [['\u001b[2Jboo']], asIs)
    assert.equal(row, '?[2Jboo')
  })

  it('put names before values', () => {
    assert.deepEqual(
      pairs(
        [
          ['api', 'x'],
          ['ledger', 'y']
        ],
        asIs
      ),
      ['api     x', 'ledger  y']
    )
  })
})
