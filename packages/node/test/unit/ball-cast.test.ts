import assert from 'node:assert/strict'
import { BallCast } from '../../src/runtime/ball-cast.ts'
import { fakeContext, fakeLink, fakeLinks } from './support/node-fakes.ts'
import { accusation, refutation, seal } from './support/statements.ts'
import { told } from './support/told.ts'
import { fullWorld } from './support/world.ts'

const world = fullWorld([6, 6, 6])
const linksTo = (cells: readonly number[]) => cells.map(cell => fakeLink(world.members[cell]!))

describe('ball cast', () => {
  it('reaches every link within two hops of the cell, and no other', () => {
    const all = linksTo(world.members.map(({ cell }) => cell))
    const cell = 50
    new BallCast(world.directory, fakeLinks(all)).send(cell, Uint8Array.of(1, 2, 3))
    for (const { link, sent } of all) {
      const inside = world.torus.distance(cell, link.member.cell) <= 2
      assert.equal(sent.length, inside ? 1 : 0, `cell ${link.member.cell}`)
      if (inside) assert.deepEqual([...sent[0]!.statement!], [1, 2, 3])
    }
  })

  it('does not go back to whom it came from', () => {
    const [from, other] = linksTo([1, 2])
    const links = fakeLinks([from!, other!])
    new BallCast(world.directory, links).send(0, Uint8Array.of(1), from!.link.member.key)
    assert.deepEqual([from!.sent.length, other!.sent.length], [0, 1])
  })

  it('knows what it has seen, up to a bound: the eldest is forgotten', () => {
    const cast = new BallCast(world.directory, fakeLinks([]))
    const statement = (n: number): Uint8Array => Buffer.from(`statement ${n}`)
    for (let n = 0; n < 4_096; n++) assert.equal(cast.markSeen(statement(n)), true)
    assert.equal(cast.markSeen(statement(0)), false)
    assert.equal(cast.markSeen(statement(4_096)), true)
    assert.equal(cast.markSeen(statement(4_095)), false)
    assert.equal(cast.markSeen(statement(0)), true)
  })

  it('passes a good statement on once, and a bad one never', async () => {
    const [from, other] = linksTo([1, 2])
    const fake = fakeContext({ world, links: [from!, other!] })
    const { statements, calls } = told(fake)
    const good = seal(world.actors[1]!, { payload: accusation(world.members[0]!) })
    const foreign = seal(world.actors[100]!, { payload: accusation(world.members[0]!) })
    const garbage = Buffer.from('garbage')
    for (const bytes of [garbage, foreign, good, good]) {
      await statements.ballCast(from!.link, bytes)
    }
    await fake.idle()
    assert.deepEqual(
      calls.map(({ part }) => part),
      ['accused self']
    )
    assert.deepEqual(
      other!.sent.map(({ statement }) => Buffer.from(statement!)),
      [Buffer.from(good)]
    )
    assert.deepEqual(from!.sent, [])
    assert.deepEqual(
      fake.rejected.map(({ code }) => code),
      ['malformed', 'not-watcher']
    )
  })

  it('a refutation travels around the cell of who refutes', async () => {
    const [from, near, far] = linksTo([1, 2, 129])
    const fake = fakeContext({ world, links: [from!, near!, far!] })
    const { statements } = told(fake)
    await statements.ballCast(from!.link, seal(world.actors[1]!, { payload: refutation(3) }))
    assert.deepEqual([near!.sent.length, far!.sent.length], [1, 0])
  })
})
