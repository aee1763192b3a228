import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createTorus, laplacianEigenvalues, spectralGap } from '../src/index.ts'
import { anyTorus, check, range, throwsCode } from './support.ts'

describe('spectrum', () => {
  it('has λ₁ = 2 − 2cos(2π/8) = 0.5858 and the normalised gap 0.098 on 8×8×8', () => {
    const { lambda1, normalised } = spectralGap(createTorus())
    assert.equal(lambda1, 2 - 2 * Math.cos((2 * Math.PI) / 8))
    assert.equal(lambda1.toFixed(4), '0.5858')
    assert.equal(normalised.toFixed(3), '0.098')
  })

  for (const { sides, values } of [
    { sides: [2], values: [0, 2] },
    { sides: [3], values: [0, 3, 3] },
    { sides: [4], values: [0, 2, 2, 4] },
    { sides: [2, 2], values: [0, 2, 2, 4] },
    { sides: [2, 3], values: [0, 2, 3, 3, 5, 5] }
  ]) {
    it(`has the eigenvalues ${values} on ${sides.join('×')}`, () => {
      assert.deepEqual(
        [...laplacianEigenvalues(createTorus(sides))].map(value => Math.round(value * 1e9) / 1e9),
        values
      )
    })
  }

  it('has the traces of the Laplacian and of its square', () => {
    check(
      fc.property(anyTorus(), torus => {
        const values = laplacianEigenvalues(torus)
        const trace = values.reduce((sum, value) => sum + value)
        const squares = values.reduce((sum, value) => sum + value ** 2)
        assert.equal(values.length, torus.cells)
        assert.ok(Math.abs(trace - torus.cells * torus.degree) < 1e-6)
        assert.ok(Math.abs(squares - torus.cells * (torus.degree ** 2 + torus.degree)) < 1e-6)
      })
    )
  })

  it('holds for the waves that are its eigenvectors', () => {
    check(
      fc.property(anyTorus(), fc.nat(), (torus, pick) => {
        const mode = torus.coordsOf(pick % torus.cells)
        const phase = (cell: number): number =>
          torus
            .coordsOf(cell)
            .reduce((sum, x, axis) => sum + (2 * Math.PI * mode[axis]! * x) / torus.sides[axis]!, 0)
        const wave = range(torus.cells).map(cell => Math.cos(phase(cell)))
        const image = (cell: number): number =>
          torus
            .neighbours(cell)
            .reduce((sum, next) => sum - wave[next]!, torus.degree * wave[cell]!)
        const value = image(0) / wave[0]!
        for (const cell of range(torus.cells)) {
          assert.ok(Math.abs(image(cell) - value * wave[cell]!) < 1e-6)
        }
        assert.ok(laplacianEigenvalues(torus).some(known => Math.abs(known - value) < 1e-6))
      })
    )
  })

  it('has the gap that the eigenvalues have', () => {
    check(
      fc.property(anyTorus(), torus => {
        const { lambda1, normalised } = spectralGap(torus)
        assert.ok(Math.abs(laplacianEigenvalues(torus)[1]! - lambda1) < 1e-9)
        assert.equal(normalised, lambda1 / torus.degree)
      })
    )
  })

  it('refuses to list more eigenvalues than fit a table', () => {
    throwsCode('too-large', () => laplacianEigenvalues(createTorus([2 ** 25])))
  })
})
