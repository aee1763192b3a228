import assert from 'node:assert/strict'
import { createTorus } from '@torusmesh/torus'
import { styleOf } from '../../src/render/style.ts'
import { type CellState, mapLegend, torusMap } from '../../src/render/torus-map.ts'
import { FakeIo } from '../support/fake-io.ts'

const io = new FakeIo()
const plain = styleOf(io, io.stdout)

describe('torus map', () => {
  it('shows an 8×8×8 torus as eight slices side by side in 80 columns', () => {
    const torus = createTorus([8, 8, 8])
    const states = new Map<number, CellState>([
      [torus.cellAt([0, 0, 0]), 'down'],
      [torus.cellAt([2, 5, 0]), 'unwell'],
      [torus.cellAt([7, 0, 3]), 'empty'],
      [torus.cellAt([7, 7, 7]), 'down']
    ])
    const lines = torusMap(torus.sides, cell => states.get(cell) ?? 'up', 79, plain)
    assert.deepEqual(lines, [
      'z0        z1        z2        z3        z4        z5        z6        z7',
      '×●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●◐●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●',
      '●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ·●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●●  ●●●●●●●×'
    ])
  })

  it('puts slices below each other where there is no room', () => {
    const lines = torusMap([2, 2, 3], cell => (cell === 2 ? 'down' : 'up'), 6, plain)
    assert.deepEqual(lines, ['z0  z1', '●●  ●●', '●●  ●●', 'z2', '×●', '●●'])
  })

  it('shows a flat torus as one slice and more than three dimensions not at all', () => {
    assert.deepEqual(
      torusMap([2, 3], () => 'up', 80, plain),
      ['z0', '●●●', '●●●']
    )
    assert.deepEqual(
      torusMap([2, 2, 2, 2], () => 'up', 80, plain),
      []
    )
  })

  it('tells states apart by shape', () => {
    assert.equal(mapLegend(plain), '● up   ◐ unwell   × down   · empty')
  })
})
