import assert from 'node:assert/strict'
import {
  type Directory,
  MAX_ENROLLED,
  MAX_NEIGHBOUR_CELLS,
  MAX_VOUCHERS,
  type Member
} from '../../src/overlay/directory.ts'
import { actorAt, fullWorld, heldRecord, worldOf } from './support/world.ts'

/** Members that differ in what the directory looks at; keys cost too much to make by the thousand. */
function manyMembers(count: number, cell: number): Member[] {
  const { member } = actorAt(900, cell)
  return Array.from({ length: count }, (_, n) => {
    const key = n.toString(16).padStart(64, '0')
    return { ...member, key, shortId: key.slice(-16), peer: `peer-${n}` }
  })
}

const enrol = (directory: Directory, member: Member, inviter?: string): string =>
  directory.accept(member, heldRecord(member, { inviter }))

describe('directory', () => {
  it('finds a member by key and by peer, founders and newcomers alike', () => {
    const { directory, members } = fullWorld([2, 2, 2])
    const newcomer = actorAt(50, 3).member
    assert.equal(enrol(directory, newcomer), 'new')
    for (const member of [members[4]!, newcomer]) {
      assert.equal(directory.get(member.key), member)
      assert.equal(directory.byPeer(member.peer), member)
    }
    assert.equal(directory.size, 9)
    assert.deepEqual(directory.membersIn(3), [members[3], newcomer])
  })

  it('takes a later record of a known member and ignores an older one', () => {
    const { directory, members } = fullWorld([2, 2, 2])
    const [, member] = members
    const record = (sequence: number) =>
      heldRecord(member!, { sequence, addresses: [`${sequence}`] })
    assert.equal(directory.accept(member!, record(5)), 'newer')
    assert.equal(directory.accept(member!, record(5)), 'known')
    assert.equal(directory.accept(member!, record(4)), 'known')
    assert.deepEqual(directory.addresses(member!.key), ['5'])
    assert.equal(directory.accept(member!, record(6)), 'newer')
    assert.deepEqual(directory.addresses(member!.key), ['6'])
  })

  it('is bounded: one newcomer too many is refused, none forgotten', () => {
    const { directory } = fullWorld([2, 2, 2])
    const newcomers = manyMembers(MAX_ENROLLED + 1, 2)
    const last = newcomers.pop()!
    for (const newcomer of newcomers) assert.equal(enrol(directory, newcomer), 'new')
    assert.equal(enrol(directory, last), 'full')
    assert.equal(directory.get(last.key), undefined)
    assert.equal(directory.record(last.key), undefined)
    assert.equal(directory.size, MAX_ENROLLED + 8)
    assert.equal(directory.get(newcomers[0]!.key), newcomers[0])
  })

  it('counts standings, and says whether one changed', () => {
    const { directory, members } = fullWorld([2, 2, 2])
    const { key } = members[3]!
    assert.equal(directory.standing(key), 'unknown')
    assert.equal(directory.setStanding(key, 'alive', 3), true)
    assert.equal(directory.setStanding(key, 'alive', 3), false)
    assert.equal(directory.setStanding(key, 'alive', 4), true)
    assert.equal(directory.incarnation(key), 4)
    assert.equal(directory.countStanding('alive'), 2)
    directory.setStanding(key, 'left', 4)
    assert.equal(directory.countStanding('left'), 1)
    assert.equal(directory.isPresent(key), false)
    assert.equal(directory.isPresentShort(members[3]!.shortId), false)
    assert.equal(directory.isPresentShort('0000000000000000'), true)
  })

  it('a suspect still occupies its cell; one that is down or gone does not', () => {
    const { directory, members } = fullWorld([2, 2, 2])
    const { key, cell } = members[5]!
    const before = directory.territoryVersion
    directory.setStanding(key, 'suspect', 1)
    assert.equal(directory.territoryVersion, before)
    for (const standing of ['down', 'left'] as const) {
      directory.setStanding(key, standing, 1)
      assert.deepEqual(directory.absentCells(), [cell])
      assert.ok(!directory.takeover().occupied.includes(cell))
      assert.notEqual(directory.takeover().hostOf(cell), cell)
      directory.setStanding(key, 'alive', 2)
      assert.deepEqual(directory.absentCells(), [])
      assert.equal(directory.takeover().hostOf(cell), cell)
    }
    assert.equal(directory.territoryVersion, before + 4)
  })

  it('a cell with one member left is not absent', () => {
    const { directory, members } = worldOf([2, 2, 2], [0, 5, 5])
    directory.setStanding(members[1]!.key, 'down', 1)
    assert.deepEqual(directory.absentCells(), [])
    assert.deepEqual(directory.liveIn(5), [members[2]])
  })

  it('draws the neighbourhood anew when a newcomer settles in an empty cell', () => {
    const { directory } = worldOf([4, 4, 4], [0, 42])
    assert.deepEqual(directory.neighbourCells(0), [42])
    enrol(directory, actorAt(50, 1).member)
    assert.ok(directory.neighbourCells(0).includes(1))
    assert.equal(directory.takeover().hostOf(1), 1)
  })

  it('neighbours of a full torus are the torus neighbours; of an empty cell its host comes first', () => {
    const { directory, torus, members } = fullWorld([4, 4, 4])
    const sorted = (cells: readonly number[]): number[] => [...cells].sort((a, b) => a - b)
    assert.deepEqual(sorted(directory.neighbourCells(21)), sorted(torus.neighbours(21)))
    directory.setStanding(members[21]!.key, 'down', 1)
    const around = directory.neighbourCells(21)
    assert.equal(around[0], directory.takeover().hostOf(21))
    assert.ok(around.length <= MAX_NEIGHBOUR_CELLS + 1)
  })

  it('chains records from the eldest voucher to the member', () => {
    const { directory, members } = worldOf([4, 4, 4], [0, 9])
    const founder = members[1]!
    const [child, grandchild] = [actorAt(50, 3).member, actorAt(51, 4).member]
    directory.accept(founder, heldRecord(founder))
    enrol(directory, child, founder.key)
    enrol(directory, grandchild, child.key)
    const chain = directory.recordChain(grandchild.key).map(({ bytes }) => bytes)
    assert.deepEqual(chain, [founder.id, child.id, grandchild.id])
    assert.deepEqual(directory.recordChain('nobody'), [])
  })

  it('follows no more vouchers than the limit, not even around a circle', () => {
    const { directory } = worldOf([4, 4, 4], [0])
    const members = Array.from({ length: MAX_VOUCHERS + 5 }, (_, n) => actorAt(60 + n, 3).member)
    for (const [at, member] of members.entries()) enrol(directory, member, members[at - 1]?.key)
    assert.equal(directory.recordChain(members.at(-1)!.key).length, MAX_VOUCHERS + 1)
    const [a, b] = [actorAt(90, 1).member, actorAt(91, 2).member]
    enrol(directory, a, b.key)
    enrol(directory, b, a.key)
    assert.equal(directory.recordChain(a.key).length, MAX_VOUCHERS + 1)
  })
})
