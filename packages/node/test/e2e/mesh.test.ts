import assert from 'node:assert/strict'
import { LinkFrame, Subject, topicName } from '@torusmesh/protocol'
import { JOIN_PROTOCOL } from '../../src/join/join-protocol.ts'
import { withLength } from '../../src/link/frames.ts'
import { encodeFrame } from '../../src/link/link.ts'
import { LINK_PROTOCOL } from '../../src/link/link-service.ts'
import type { MeshNode } from '../../src/node.ts'
import { FIND_CELL_PROTOCOL } from '../../src/overlay/find-cell.ts'
import { attack } from './support/attacker.ts'
import { startMesh, type TestMesh } from './support/mesh.ts'
import { until } from './support/until.ts'

const standing = (at: MeshNode, of: MeshNode): string =>
  at.parts.directory.standing(of.parts.self.key)
const reportsOf = (node: MeshNode): string[] =>
  [...node.parts.context.watchList.values()].flatMap(({ held, member }) =>
    held === undefined ? [] : [member.key]
  )
const rejectedBy = (node: MeshNode): number =>
  [...node.parts.rejected.values()].reduce((sum, count) => sum + count, 0)

async function eventsOf(node: MeshNode): Promise<string[]> {
  const types: string[] = []
  for await (const { type } of node.parts.ledger.read({})) types.push(String(type))
  return types
}

describe('a mesh on one machine', function () {
  this.timeout(30_000)
  let mesh: TestMesh
  before(async () => {
    mesh = await startMesh(6, [2, 2, 2])
  })
  after(() => mesh.close())

  it('hears a verified report of every neighbour, and has each in its ledger', async () => {
    await until('all reports are here', () => mesh.nodes.every(node => reportsOf(node).length >= 2))
    for (const node of mesh.nodes) {
      assert.deepEqual([...node.parts.rejected], [])
      const { reporter } = node.parts
      assert.ok(reporter.receivedCount >= reportsOf(node).length)
      assert.ok((await eventsOf(node)).length > reporter.receivedCount)
    }
  })

  it('a host that stops in good order has left, for everybody, and is nowhere down', async () => {
    const leaver = mesh.nodes[5]!
    const others = mesh.nodes.slice(0, 5)
    await mesh.stop(leaver)
    await until('everybody knows that it left', () =>
      others.every(node => standing(node, leaver) === 'left')
    )
  })

  it('a host that is killed is down, for every survivor', async () => {
    const victim = mesh.nodes[4]!
    const survivors = mesh.nodes.slice(0, 4)
    await mesh.kill(victim)
    await until('every survivor knows', () =>
      survivors.every(node => standing(node, victim) === 'down')
    )
    for (const node of survivors) {
      for (const other of survivors) assert.notEqual(standing(node, other), 'down')
    }
  })
})

describe('a malicious peer', function () {
  this.timeout(30_000)
  let mesh: TestMesh
  before(async () => {
    mesh = await startMesh(2, [2, 2, 2])
  })
  after(() => mesh.close())

  const garbage = Uint8Array.from({ length: 400 }, (_, at) => (at * 37) % 251)
  const announcing = (length: number): Uint8Array => {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, length)
    return bytes
  }
  interface Attack {
    readonly desc: string
    readonly protocol: string
    readonly bytes: () => Uint8Array[]
    /** Whether it is a drop with its reason; else the stream alone ends. */
    readonly counted?: true
  }
  const attacks: Attack[] = [
    {
      desc: 'garbage on a link',
      protocol: LINK_PROTOCOL,
      bytes: () => [withLength(garbage)],
      counted: true
    },
    {
      desc: 'a frame without end on a link',
      protocol: LINK_PROTOCOL,
      bytes: () => [announcing(0xffff_fff0), garbage]
    },
    {
      desc: 'a beat before any record on a link',
      protocol: LINK_PROTOCOL,
      bytes: () => [encodeFrame({ beat: { incarnation: 1 } })],
      counted: true
    },
    {
      desc: 'a record of garbage on a link',
      protocol: LINK_PROTOCOL,
      bytes: () => [encodeFrame({ record: garbage })],
      counted: true
    },
    { desc: 'garbage as a lookup', protocol: FIND_CELL_PROTOCOL, bytes: () => [garbage] },
    {
      desc: 'a lookup without end',
      protocol: FIND_CELL_PROTOCOL,
      bytes: () => [Uint8Array.of(0xff, 0xff, 0xff, 0x7f), garbage]
    },
    {
      desc: 'a request to join of garbage',
      protocol: JOIN_PROTOCOL,
      bytes: () => [Uint8Array.of(0x90, 0x03), garbage]
    },
    {
      desc: 'a request to join without end',
      protocol: JOIN_PROTOCOL,
      bytes: () => [Uint8Array.of(0xff, 0xff, 0xff, 0x7f), garbage]
    }
  ]

  for (const { desc, protocol, bytes, counted = false } of attacks) {
    it(`that sends ${desc} is cut off; the node works on`, async () => {
      const [node] = mesh.nodes as [MeshNode]
      const { size } = node.parts.directory
      const before = rejectedBy(node)
      const attacker = await attack(node, [])
      await attacker.send(protocol, bytes())
      await attacker.stop()
      assert.equal(rejectedBy(node) - before, counted ? 1 : 0)
      assert.equal(node.parts.directory.size, size)
      assert.ok(mesh.nodes.every(({ wired }) => wired))
    })
  }

  it("that shows a member's true record is refused: it is bound to another peer", async () => {
    const [node, other] = mesh.nodes as [MeshNode, MeshNode]
    const record = node.parts.directory.record(other.parts.self.key)!.bytes
    const before = [...node.parts.links.links.values()]
    const attacker = await attack(node, [])
    await attacker.send(LINK_PROTOCOL, [encodeFrame({ record })])
    await attacker.stop()
    assert.deepEqual([...node.parts.links.links.values()], before)
  })

  it('that shows a forged record is refused, and the drop counted', async () => {
    const [node, other] = mesh.nodes as [MeshNode, MeshNode]
    const forged = Uint8Array.from(node.parts.directory.record(other.parts.self.key)!.bytes)
    // In its identity key: the record of nobody.
    forged[500]! ^= 1
    const before = rejectedBy(node)
    const attacker = await attack(node, [])
    await attacker.send(
      LINK_PROTOCOL,
      [LinkFrame.encode({ record: forged }).finish()].map(withLength)
    )
    await attacker.stop()
    assert.ok(rejectedBy(node) > before)
  })

  it('that gossips garbage is counted and loses its standing; true statements still arrive', async () => {
    const [node, other] = mesh.nodes as [MeshNode, MeshNode]
    const { network } = node.parts.charter
    const topics = [
      topicName(network, Subject.health, node.parts.self.cell),
      topicName(network, Subject.digest)
    ]
    const before = rejectedBy(node)
    const attacker = await attack(node, topics)
    for (const [at, topic] of topics.entries()) {
      await attacker.publish(
        topic,
        garbage.map(byte => byte ^ at)
      )
    }
    await until('both are dropped', () => rejectedBy(node) >= before + 2)
    assert.ok((node.parts.rejected.get('malformed') ?? 0) >= 2)
    await until('its score fell', () => node.parts.context.gossip.score(attacker.peer) < 0)
    await attacker.stop()
    assert.ok(node.parts.context.gossip.score(other.parts.self.peer) >= 0)
    const { size } = node.parts.ledger
    await other.publishToMesh(await other.sayReturned())
    await until('a true statement arrives', () => node.parts.ledger.size > size)
    assert.ok(mesh.nodes.every(({ wired }) => wired))
    assert.deepEqual(mesh.complaints, [])
  })
})
