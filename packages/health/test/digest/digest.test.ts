import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type CellDigest,
  chooseSteward,
  DIGEST_CHANGES_MAX,
  DigestMap,
  type SealedDigest,
  Standing,
  summariseCell
} from '../../src/index.ts'

const id = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
const { alive, degraded, down } = Standing

describe('cell digest', () => {
  const members = [
    { id: id(4), standing: alive, specVersion: 2 },
    { id: id(3), standing: down, specVersion: 1 },
    { id: id(1), standing: degraded, specVersion: 2 },
    { id: id(2), standing: down, specVersion: 3 }
  ]

  it('counts members and versions and names the worst', () => {
    assert.deepEqual(summariseCell(9, 5, members), {
      cell: 9,
      epoch: 5,
      members: 4,
      alive: 1,
      degraded: 1,
      down: 2,
      versions: [
        { specVersion: 2, count: 2 },
        { specVersion: 3, count: 1 },
        { specVersion: 1, count: 1 }
      ],
      worst: id(2)
    })
  })

  it('names nobody worst when all are well, nor in an empty cell', () => {
    assert.deepEqual(summariseCell(9, 5, members.slice(0, 1)).worst, id())
    assert.deepEqual(summariseCell(9, 5, []).versions, [])
  })

  it('lists the four most common versions', () => {
    const many = [1, 2, 2, 3, 3, 4, 4, 5, 5, 5].map((specVersion, i) => ({
      id: id(i),
      standing: alive,
      specVersion
    }))
    const { versions } = summariseCell(9, 5, many)
    assert.deepEqual(
      versions.map(({ specVersion }) => specVersion),
      [5, 4, 3, 2]
    )
  })

  it('is the same in any order of members', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: 4 }), shuffled => {
        assert.deepEqual(summariseCell(9, 5, shuffled), summariseCell(9, 5, members))
      }),
      { seed: 1, numRuns: 24 }
    )
  })
})

describe('steward', () => {
  const a = { id: id(1), live: true, rank: 30 }
  const b = { id: id(2), live: true, rank: 20 }
  const dead = { id: id(3), live: false, rank: 10 }

  it('is the live member of lowest rank, in whatever order they come', () => {
    assert.deepEqual(chooseSteward([a, dead, b], []), b.id)
    assert.deepEqual(chooseSteward([b, a, dead], []), b.id)
  })

  it('is the lower id of two with the same rank', () => {
    assert.deepEqual(chooseSteward([b, { ...a, rank: 20 }], []), a.id)
  })

  it('is a member of the hosting cell where nobody lives', () => {
    assert.deepEqual(chooseSteward([], [a]), a.id)
    assert.deepEqual(chooseSteward([dead], [a]), a.id)
    assert.equal(chooseSteward([dead], []), undefined)
  })
})

describe('digest map', () => {
  const CELLS = 100
  const NOW = 9

  const digestOf = (cell: number, epoch: number, change: Partial<CellDigest> = {}): CellDigest => ({
    cell,
    epoch,
    members: 3,
    alive: 2,
    degraded: 1,
    down: 0,
    versions: [{ specVersion: 1, count: 3 }],
    worst: id(7),
    ...change
  })
  const sealedOf = (cell: number, epoch: number, ...seal: number[]): SealedDigest => ({
    digest: digestOf(cell, epoch),
    sealed: id(...seal)
  })
  const mapOf = (entries: Iterable<SealedDigest>): DigestMap => {
    const map = new DigestMap(CELLS)
    for (const entry of entries) map.merge(entry, NOW)
    return map
  }
  const content = (map: DigestMap): SealedDigest[] =>
    [...map.values()]
      .map(({ digest, sealed }) => ({ digest, sealed }))
      .sort((a, b) => a.digest.cell - b.digest.cell)

  /** Few cells, epochs and seals, so that every kind of tie is met. */
  const entries = fc.array(
    fc
      .tuple(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 })
      )
      .map(([cell, epoch, seal]) => sealedOf(cell, epoch, ...seal)),
    { maxLength: 30 }
  )

  it('is commutative: a then b is b then a', () => {
    fc.assert(
      fc.property(entries, entries, (a, b) => {
        assert.deepEqual(content(mapOf([...a, ...b])), content(mapOf([...b, ...a])))
      }),
      { seed: 1, numRuns: 200 }
    )
  })

  it('is associative: (a with b) with c is a with (b with c)', () => {
    fc.assert(
      fc.property(entries, entries, entries, (a, b, c) => {
        const ab = mapOf([...mapOf(a).values(), ...mapOf(b).values()])
        const bc = mapOf([...mapOf(b).values(), ...mapOf(c).values()])
        const left = mapOf([...ab.values(), ...mapOf(c).values()])
        const right = mapOf([...mapOf(a).values(), ...bc.values()])
        assert.deepEqual(content(left), content(right))
      }),
      { seed: 2, numRuns: 200 }
    )
  })

  it('is idempotent: what is known changes nothing', () => {
    fc.assert(
      fc.property(entries, a => {
        const map = mapOf(a)
        const { version } = map
        for (const entry of [...map.values(), ...a])
          assert.equal(map.merge(entry, NOW), 'unchanged')
        assert.equal(map.version, version)
      }),
      { seed: 3, numRuns: 100 }
    )
  })

  it('grows only: the epoch of a cell never goes back', () => {
    fc.assert(
      fc.property(entries, a => {
        const map = new DigestMap(CELLS)
        for (const entry of a) {
          const before = map.get(entry.digest.cell)?.digest.epoch ?? 0
          map.merge(entry, NOW)
          assert.ok(map.get(entry.digest.cell)!.digest.epoch >= before)
        }
      }),
      { seed: 4, numRuns: 100 }
    )
  })

  it('brings another map up to date by changes alone, 64 at a time', () => {
    const source = mapOf(Array.from({ length: CELLS }, (_, cell) => sealedOf(cell, 1, cell)))
    source.merge(sealedOf(0, 2, 1), NOW)
    const target = new DigestMap(CELLS)
    const sizes: number[] = []
    let version = 0
    for (let more = true; more; ) {
      const changes = source.changesSince(version)
      for (const entry of changes.digests) target.merge(entry, NOW)
      sizes.push(changes.digests.length)
      ;({ version, more } = changes)
    }
    assert.deepEqual(sizes, [DIGEST_CHANGES_MAX, CELLS - DIGEST_CHANGES_MAX])
    assert.deepEqual(content(target), content(source))
    source.merge(sealedOf(5, 2, 1), NOW)
    source.merge(sealedOf(5, 3, 1), NOW)
    const { digests, more } = source.changesSince(version)
    assert.deepEqual([digests.map(({ digest }) => digest.epoch), more], [[3], false])
    assert.deepEqual(source.changesSince(source.version).digests, [])
  })

  it('gives fewer changes at a time when they are large: a frame must hold them', () => {
    const large = (cell: number): SealedDigest => ({
      ...sealedOf(cell, 1, cell),
      sealed: new Uint8Array(8_192)
    })
    const { digests, more } = mapOf(
      Array.from({ length: 40 }, (_, cell) => large(cell))
    ).changesSince(0)
    assert.deepEqual([digests.length, more], [24, true])
  })

  it('adds up the mesh, without cells nobody has spoken for lately', () => {
    const map = mapOf([
      { digest: digestOf(1, 9), sealed: id(1) },
      {
        digest: digestOf(2, 8, { members: 2, alive: 1, degraded: 0, down: 1, versions: [] }),
        sealed: id(1)
      },
      { digest: digestOf(3, 2), sealed: id(1) }
    ])
    assert.deepEqual(map.totals(8), {
      cells: 2,
      members: 5,
      alive: 3,
      degraded: 1,
      down: 1,
      versions: [{ specVersion: 1, count: 3 }]
    })
  })

  const refusals: { desc: string; change: Partial<CellDigest>; result: string }[] = [
    { desc: 'a cell off the torus', change: { cell: CELLS }, result: 'bad-digest' },
    { desc: 'counts that do not add up', change: { alive: 3 }, result: 'bad-digest' },
    { desc: 'negative counts', change: { alive: 4, down: -2 }, result: 'bad-digest' },
    { desc: 'a broken epoch', change: { epoch: 1.5 }, result: 'bad-digest' },
    {
      desc: 'five versions',
      change: { versions: [1, 2, 3, 4, 5].map(specVersion => ({ specVersion, count: 0 })) },
      result: 'bad-digest'
    },
    {
      desc: 'more versions than members',
      change: { versions: [{ specVersion: 1, count: 4 }] },
      result: 'bad-digest'
    },
    { desc: 'an epoch far ahead', change: { epoch: NOW + 2 }, result: 'future-epoch' }
  ]
  for (const { desc, change, result } of refusals) {
    it(`refuses ${desc}`, () => {
      const map = new DigestMap(CELLS)
      assert.equal(map.merge({ digest: digestOf(1, NOW, change), sealed: id(1) }, NOW), result)
      assert.deepEqual(content(map), [])
    })
  }

  it('accepts the next epoch, as clocks differ, and refuses a seal without bounds', () => {
    const map = new DigestMap(CELLS)
    assert.equal(map.merge(sealedOf(1, NOW + 1, 1), NOW), 'changed')
    const huge = { digest: digestOf(2, NOW), sealed: new Uint8Array(8_193) }
    assert.equal(map.merge(huge, NOW), 'bad-digest')
    assert.throws(() => new DigestMap(0), { code: 'bad-capacity' })
  })
})
