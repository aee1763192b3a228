import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MerkleTree, verifyInclusion } from '../../src/governance/index.ts'
import { digest, sha256 } from './support.ts'

/** Inputs and roots of the Certificate Transparency reference tests. */
const leaves = ['', '\0', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno']
const roots = [
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

describe('governance Merkle tree', () => {
  it('has the roots of RFC 6962', () => {
    for (const [size, root] of roots.entries()) {
      assert.equal(new MerkleTree(leaves.slice(0, size), sha256).root, root)
    }
  })

  it('proves every leaf, and no other leaf, place, size or root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, pick) => {
        const texts = Array.from({ length: size }, (_, i) => `leaf ${i}`)
        const tree = new MerkleTree(texts, sha256)
        const index = pick % size
        const proof = tree.prove(index)!
        assert.ok(verifyInclusion(texts[index]!, proof, tree.root, sha256))
        assert.ok(!verifyInclusion('leaf x', proof, tree.root, sha256))
        assert.ok(!verifyInclusion(texts[index]!, proof, digest('other'), sha256))
        const longer = { ...proof, path: [...proof.path, digest('more')] }
        assert.ok(!verifyInclusion(texts[index]!, longer, tree.root, sha256))
        const elsewhere = { ...proof, index: index + 1 }
        assert.ok(!verifyInclusion(texts[index]!, elsewhere, tree.root, sha256))
        const cut = { ...proof, path: proof.path.slice(1) }
        assert.equal(verifyInclusion(texts[index]!, cut, tree.root, sha256), size === 1)
      }),
      { seed: 1 }
    )
  })

  it('has no proof for a leaf that is not there, and refuses malformed ones', () => {
    const tree = new MerkleTree(['a', 'b'], sha256)
    assert.equal(tree.prove(2), undefined)
    assert.equal(tree.prove(-1), undefined)
    for (const [index, size] of [
      [0, 2 ** 40],
      [0.5, 2],
      [-1, 2],
      [0, Number.NaN]
    ] as const) {
      assert.ok(!verifyInclusion('a', { index, size, path: [digest('b')] }, tree.root, sha256))
    }
    assert.ok(!verifyInclusion('a', { index: 0, size: 2, path: ['zz'] }, tree.root, sha256))
  })

  it('takes no leaf that doesn’t fit', () => {
    assert.throws(() => new MerkleTree(['x'.repeat(2_000)], sha256), { code: 'too-large' })
  })
})
