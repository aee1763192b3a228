import assert from 'node:assert/strict'
import type { Directory, Member } from '../../src/overlay/directory.ts'
import { type Ask, findCell, MAX_LOOKUP_STEPS } from '../../src/overlay/find-cell.ts'
import { actorAt, heldRecord, keyOf, worldOf } from './support/world.ts'

const SIDES = [8, 8, 8]

/** A mesh of newcomers along one axis, each of whom names those around it; this node knows the first. */
function meshOf(cells: readonly number[]) {
  const { directory, torus } = worldOf(SIDES, [0])
  const members = cells.map((cell, n) => actorAt(n + 1, cell).member)
  const byId = new Map(members.map(member => [member.key, member]))
  const asked: number[] = []
  const ask: Ask = async ({ cell }) => {
    asked.push(cell)
    return members
      .filter(member => member.cell !== cell && torus.distance(member.cell, cell) <= 1)
      .map(({ id }) => id)
  }
  const admit = async (record: Uint8Array): Promise<Member | undefined> => {
    const member = byId.get(keyOf(record))
    if (member !== undefined) directory.accept(member, heldRecord(member))
    return member
  }
  const know = (member: Member): string => directory.accept(member, heldRecord(member))
  return { directory, members, asked, ask, admit, know }
}

const cellsOf = (members: readonly Member[]): number[] => members.map(({ cell }) => cell)

describe('find-cell lookup', () => {
  it('comes nearer with each step and ends at the cell', async () => {
    const { directory, members, asked, ask, admit, know } = meshOf([1, 2, 3, 4])
    know(members[0]!)
    const met = await findCell(directory, 4, ask, admit)
    assert.deepEqual(asked, [1, 2, 3, 4])
    assert.equal(met[0]!.cell, 4)
  })

  it('ends when nobody nearer is named', async () => {
    const { directory, members, asked, ask, admit, know } = meshOf([1, 2, 4])
    know(members[0]!)
    const met = await findCell(directory, 4, ask, admit)
    assert.deepEqual(asked, [1, 2])
    assert.deepEqual(cellsOf(met), [2, 1])
  })

  it('goes around a member that does not answer', async () => {
    const { directory, members, ask, admit, know } = meshOf([3, 1, 2])
    for (const member of members.slice(0, 2)) know(member)
    const silent: Ask = async (peer, request) => {
      if (peer.cell === 3) throw new Error('no answer')
      return await ask(peer, request)
    }
    const met = await findCell(directory, 4, silent, admit)
    assert.deepEqual(cellsOf(met), [3, 2, 1])
  })

  it('a liar that names only garbage stops nothing but its own step', async () => {
    const { directory, members, admit, know } = meshOf([3])
    know(members[0]!)
    const lies: Ask = async () => Array.from({ length: 8 }, () => new Uint8Array(32))
    assert.deepEqual(cellsOf(await findCell(directory, 4, lies, admit)), [3])
  })

  it('asks so often at most, however helpful the answers', async () => {
    const side = [64, 2, 2]
    const { directory, torus } = worldOf(side, [0])
    let steps = 0
    const at = (x: number): Member => actorAt(x + 100, torus.cellAt([x, 0, 0])).member
    const first = at(1)
    directory.accept(first, heldRecord(first))
    const target = torus.cellAt([32, 0, 0])
    await findCell(
      directory,
      target,
      async () => {
        steps++
        return [Uint8Array.of(steps + 1)]
      },
      async record => at(record[0]!)
    )
    assert.equal(steps, MAX_LOOKUP_STEPS)
  })

  it('asks nobody that is down or has no address, and never itself', async () => {
    const { directory, members, asked, ask, admit, know } = meshOf([1, 2])
    know(members[0]!)
    directory.accept(members[1]!, heldRecord(members[1]!, { addresses: [] }))
    directory.setStanding(members[0]!.key, 'down', 1)
    assert.deepEqual(await findCell(directory as Directory, 4, ask, admit), [])
    assert.deepEqual(asked, [])
  })
})
