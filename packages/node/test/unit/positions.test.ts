import assert from 'node:assert/strict'
import { longLinkPermutation } from '@torusmesh/torus'
import { Directory } from '../../src/overlay/directory.ts'
import { MAX_MATES, roleOf, wantedLinks } from '../../src/overlay/positions.ts'
import { actorAt, fullWorld, heldRecord, type World, worldOf } from './support/world.ts'

const SEED = new Uint8Array(32).fill(5)
const rolesOf = (world: World): Map<number, string> =>
  new Map(
    wantedLinks(world.directory, longLinkPermutation(world.torus, SEED)).map(({ member, role }) => [
      member.cell,
      role
    ])
  )

/** The same mesh, seen by every member in turn. */
const seenByAll = (cells: readonly number[], sides: readonly number[]): World[] =>
  cells.map((_, self) => worldOf(sides, cells, self))

describe('wanted links', () => {
  it('on a full torus: the six neighbours first, then both long links', () => {
    const world = fullWorld([4, 4, 4])
    const { directory, torus } = world
    const longLinks = longLinkPermutation(torus, SEED)
    const wanted = wantedLinks(directory, longLinks)
    const neighbours = wanted.slice(0, 6)
    assert.deepEqual(
      neighbours.map(({ member }) => member.cell).sort((a, b) => a - b),
      torus.neighbours(0).sort((a, b) => a - b)
    )
    assert.ok(neighbours.every(({ role }) => role === 'neighbour'))
    assert.deepEqual(
      wanted.slice(6).map(({ member, role }) => [member.cell, role]),
      [
        [longLinks.dials[0], 'long'],
        [longLinks.accepts[0], 'long']
      ]
    )
  })

  it('on a sparse torus: the occupied cells around, and everybody is connected', () => {
    const cells = [0, 9, 30, 41, 63]
    const reached = new Set<number>([0])
    const edges = seenByAll(cells, [4, 4, 4]).flatMap(world =>
      [...rolesOf(world).keys()].map(cell => [world.directory.self.cell, cell] as const)
    )
    for (const _ of cells) {
      for (const [from, to] of edges) {
        if (reached.has(from)) reached.add(to)
      }
    }
    assert.deepEqual(
      [...reached].sort((a, b) => a - b),
      cells
    )
  })

  it('of a sparse torus are wanted by both ends', () => {
    const cells = [0, 9, 30, 41, 63]
    const worlds = seenByAll(cells, [4, 4, 4])
    for (const { directory } of worlds) {
      for (const cell of directory.neighbourCells(directory.self.cell)) {
        const other = worlds[cells.indexOf(cell)]!
        assert.ok(other.directory.neighbourCells(cell).includes(directory.self.cell))
      }
    }
  })

  it('in a crowded cell: the next four on the ring of ids, which connects the cell', () => {
    const crowd = [0, 0, 0, 0, 0, 0, 0, 0]
    const links = new Map(
      seenByAll(crowd, [2, 2, 2]).map(({ directory, torus }) => [
        directory.self.key,
        wantedLinks(directory, longLinkPermutation(torus, SEED)).map(({ member }) => member.key)
      ])
    )
    const [first] = links.keys()
    const reached = new Set([first!])
    for (const key of reached) for (const mate of links.get(key)!) reached.add(mate)
    assert.equal(reached.size, crowd.length)
    for (const mates of links.values()) assert.equal(mates.length, MAX_MATES)
  })

  it('name nobody that is down, and nobody twice', () => {
    const { directory, torus, members } = fullWorld([4, 4, 4])
    directory.setStanding(members[1]!.key, 'down', 1)
    const wanted = wantedLinks(directory, longLinkPermutation(torus, SEED))
    const keys = wanted.map(({ member }) => member.key)
    assert.ok(!keys.includes(members[1]!.key))
    assert.equal(new Set(keys).size, keys.length)
    assert.ok(!keys.includes(directory.self.key))
  })

  it('to a crowded neighbour cell keep their partner when a member further off comes', () => {
    const world = worldOf([2, 2, 2], [0, 1, 1, 1])
    const { directory, torus } = world
    const longLinks = longLinkPermutation(torus, SEED)
    const [before] = wantedLinks(directory, longLinks)
    const distance = (id: Uint8Array): string =>
      Buffer.from(id.map((byte, at) => byte ^ directory.self.id[at]!)).toString('hex')
    const newcomer = [100, 101, 102, 103, 104]
      .map(n => actorAt(n, 1).member)
      .find(({ id }) => distance(id) > distance(before!.member.id))!
    directory.accept(newcomer, heldRecord(newcomer))
    const [after] = wantedLinks(directory, longLinks)
    assert.equal(after!.member.key, before!.member.key)
  })

  it('of a lonely member are none', () => {
    assert.equal(rolesOf(worldOf([4, 4, 4], [7])).size, 0)
  })
})

describe('the role of a link', () => {
  const world = worldOf([4, 4, 4], [0, 0, 1, ...Array.from({ length: 62 }, (_, i) => i + 2)])
  const cases = [
    { desc: 'own cell', n: 1, role: 'mate' },
    { desc: 'next cell', n: 2, role: 'neighbour' },
    { desc: 'far cell', n: 64, role: 'long' }
  ] as const
  for (const { desc, n, role } of cases) {
    it(`to the ${desc} is ${role}, at both ends`, () => {
      const { directory, members, torus } = world
      const other = members[n]!
      const mirrored = worldOf(
        torus.sides,
        members.map(({ cell }) => cell),
        n
      ).directory
      assert.ok(mirrored instanceof Directory)
      assert.equal(roleOf(directory, other), role)
      assert.equal(roleOf(mirrored, members[0]!), role)
    })
  }
})
