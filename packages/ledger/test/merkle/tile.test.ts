import assert from 'node:assert/strict'
import { tilePath } from '../../src/index.ts'
import { fullTiles, partialWidth, tileLevels } from '../../src/merkle/tile.ts'

describe('tiles', () => {
  it('have the paths that C2SP tlog-tiles gives', () => {
    assert.deepEqual(
      [
        tilePath(0, 0),
        tilePath(1, 5, 12),
        tilePath(2, 1_234_067),
        tilePath('entries', 1_000, 255),
        tilePath('entries', 67, 256)
      ],
      [
        'tile/0/000',
        'tile/1/005.p/12',
        'tile/2/x001/x234/067',
        'tile/entries/x001/000.p/255',
        'tile/entries/067'
      ]
    )
  })

  // The examples of tlog-tiles, "Partial Tiles".
  const shapes = [
    { size: 70_000, full: [273, 1, 0], partial: [112, 17, 1] },
    { size: 256, full: [1, 0], partial: [0, 1] },
    { size: 1, full: [0], partial: [1] },
    { size: 0, full: [], partial: [] }
  ]
  for (const { size, full, partial } of shapes) {
    it(`represent a tree of ${size} leaves by ${full} full ones and partial ones of ${partial}`, () => {
      const levels = Array.from({ length: tileLevels(size) }, (_, level) => level)
      assert.deepEqual(
        levels.map(level => fullTiles(level, size)),
        full
      )
      assert.deepEqual(
        levels.map(level => partialWidth(level, size)),
        partial
      )
    })
  }
})
