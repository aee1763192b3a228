import assert from 'node:assert/strict'
import { Kind, maySay } from '../../src/index.ts'
import { search } from '../harness/exhaustive.ts'

describe('all that four validators can do in three views, one of them faulty', () => {
  it('never makes two conflicting blocks final', () => {
    const { assignments, conflict } = search()
    assert.equal(conflict, null)
    assert.ok(assignments > 10_000, `${assignments} assignments`)
  })

  for (const [desc, rule] of [
    ['may finalize a view they gave up', Kind.finalize],
    ['may give up a view they finalized', Kind.nullify]
  ] as const) {
    it(`does so where nodes ${desc}`, () => {
      const { conflict } = search(
        (said, kind, digest) => kind === rule || maySay(said, kind, digest)
      )
      assert.notEqual(conflict, null)
    })
  }
})
