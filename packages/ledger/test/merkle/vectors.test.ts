import assert from 'node:assert/strict'
import { hashOf } from '../../src/head.ts'
import { hashToBytes, leafHash, verifyConsistency, verifyInclusion } from '../../src/index.ts'
import { CompactRange } from '../../src/merkle/compact-range.ts'

/** Leaves and roots of the reference tree that Certificate Transparency implementations share. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f'
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'
]

/** Entries and roots of the golden log of Tessera (transparency-dev), by tree size. */
const WORDS =
  'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(' ')
const WORD_ROOTS: ReadonlyArray<readonly [size: number, root: string]> = [
  [1, '0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek='],
  [2, 'T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4='],
  [3, 'Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk='],
  [5, 'gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ='],
  [7, 'IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U='],
  [8, 'bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY='],
  [15, 'rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=']
]

/** Roots of every prefix, the empty one first. */
function rootsOf(leaves: readonly Buffer[]): Buffer[] {
  const range = new CompactRange()
  const roots = [hashToBytes(range.root())]
  for (const leaf of leaves) {
    range.append(leafHash(leaf))
    roots.push(hashToBytes(range.root()))
  }
  return roots
}

const fromHex = (hex: string): string => hashOf(Buffer.from(hex, 'hex'))

describe('Merkle tree against published vectors', () => {
  it('has the roots of the Certificate Transparency reference tree', () => {
    const roots = rootsOf(LEAVES.map(leaf => Buffer.from(leaf, 'hex')))
    assert.deepEqual(
      roots.map(root => root.toString('hex')),
      ROOTS
    )
  })

  it("has the roots of Tessera's golden log", () => {
    const roots = rootsOf(WORDS.map(word => Buffer.from(word)))
    const published = WORD_ROOTS.map(([size]) => [size, roots[size]!.toString('base64')])
    assert.deepEqual(published, WORD_ROOTS)
  })

  // Paths of the reference tree as transparency-dev/merkle publishes them.
  it('accepts the published inclusion paths', () => {
    const leaf0 = leafHash(Buffer.alloc(0))
    const path0 = [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
    ].map(fromHex)
    assert.ok(verifyInclusion(0, 8, leaf0, path0, fromHex(ROOTS[8]!)))
    const leaf2 = leafHash(Buffer.from('10', 'hex'))
    assert.ok(verifyInclusion(2, 3, leaf2, [fromHex(ROOTS[2]!)], fromHex(ROOTS[3]!)))
  })

  it('accepts the published consistency path', () => {
    const path = [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
    ].map(fromHex)
    assert.ok(verifyConsistency(1, 8, fromHex(ROOTS[1]!), fromHex(ROOTS[8]!), path))
  })
})
