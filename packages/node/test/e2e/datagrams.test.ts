import assert from 'node:assert/strict'
import {
  type BeatSocket,
  type SocketAddress,
  BeatSocket as Sockets
} from '../../src/beat/beat-socket.ts'
import type { MeshNode } from '../../src/node.ts'
import { createNodeView } from '../../src/node-view.ts'
import { startMesh, type TestMesh } from './support/mesh.ts'
import { until } from './support/until.ts'

/** A counter of a node, read as Prometheus does. */
async function counted(node: MeshNode, series: string): Promise<number> {
  const view = createNodeView(node.parts, () => node.wired)
  const lines = (await node.parts.metrics.scrape(view)).split('\n')
  const line = lines.find(text => text.startsWith(`torusmesh_${series} `))
  return Number(line?.split(' ')[1] ?? 0)
}

type Direction = 'sent' | 'received'
type Way = 'link' | 'datagram'

const total = (node: MeshNode, direction: Direction, way: Way): Promise<number> =>
  counted(node, `heartbeats_total{direction="${direction}",way="${way}"}`)

const suspicions = async (mesh: TestMesh): Promise<number> => {
  const each = mesh.nodes.map(node => counted(node, 'detector_verdicts_total{standing="suspect"}'))
  return (await Promise.all(each)).reduce((sum, count) => sum + count, 0)
}

/** Waits for so many more beats by one way; how many went by the other meanwhile. */
async function beats(
  node: MeshNode,
  direction: Direction,
  way: Way,
  more: number
): Promise<number> {
  const other = way === 'link' ? 'datagram' : 'link'
  const before = await total(node, direction, way)
  const otherBefore = await total(node, direction, other)
  await until(
    `${more} beats ${direction} by ${way}`,
    async () => (await total(node, direction, way)) >= before + more
  )
  return (await total(node, direction, other)) - otherBefore
}

/** Drops datagrams on their way to some ports, as a firewall does. */
class Firewall {
  readonly closed = new Set<number>()
  readonly #send = Sockets.prototype.send

  raise(): void {
    const { closed } = this
    const send = this.#send
    Sockets.prototype.send = function (this: BeatSocket, datagram: Buffer, to: SocketAddress) {
      if (!closed.has(to.port)) send.call(this, datagram, to)
    }
  }

  remove(): void {
    Sockets.prototype.send = this.#send
  }
}

const portOf = (node: MeshNode): number => Number(node.addresses[0]!.split('/')[4])

describe('beats between two hosts', function () {
  this.timeout(30_000)
  const firewall = new Firewall()
  let mesh: TestMesh
  before(() => firewall.raise())
  after(() => firewall.remove())
  afterEach(() => mesh.close())

  it('move to datagrams, and back to the links without a suspicion when those get lost', async () => {
    mesh = await startMesh(2, [2, 2, 2])
    const [one, two] = mesh.nodes as [MeshNode, MeshNode]
    for (const node of mesh.nodes) {
      await until(
        'a beat leaves as a datagram alone',
        async () => (await beats(node, 'sent', 'datagram', 1)) === 0
      )
    }
    assert.equal(await beats(one, 'sent', 'datagram', 2), 0)

    firewall.closed.add(portOf(two))
    assert.equal(await beats(two, 'received', 'link', 2), 0)
    assert.equal(await beats(one, 'received', 'datagram', 1), 0, 'the other direction is as it was')
    assert.equal(await suspicions(mesh), 0)
  })

  it('stay on the links where datagrams never arrive', async () => {
    mesh = await startMesh(2, [2, 2, 2], { onOpened: node => firewall.closed.add(portOf(node)) })
    const [one, two] = mesh.nodes as [MeshNode, MeshNode]
    assert.equal(await beats(one, 'received', 'link', 5), 0)
    assert.ok((await total(two, 'received', 'link')) >= 4)
    assert.equal(await suspicions(mesh), 0)
  })

  it('stay on the links if one side has datagrams off', async () => {
    const flags = [{ 'health.datagrams': 'false' }, {}]
    mesh = await startMesh(2, [2, 2, 2], { flags })
    assert.equal(await beats(mesh.nodes[0]!, 'received', 'link', 2), 0)
    for (const node of mesh.nodes) {
      assert.equal(await total(node, 'received', 'datagram'), 0)
      assert.equal(await total(node, 'sent', 'datagram'), 0)
    }
  })

  it('of a killed host end at once: its port is free', async () => {
    mesh = await startMesh(2, [2, 2, 2])
    const [, victim] = mesh.nodes as [MeshNode, MeshNode]
    const killed = mesh.kill(victim)
    const again = await Sockets.open({ host: '127.0.0.1', port: portOf(victim) })
    again.close()
    await killed
  })

  it('stay on the links of a host whose UDP port is taken', async () => {
    const taken = await Sockets.open({ host: '127.0.0.1', port: 0 })
    try {
      const flags = [{ 'listen.address': `/ip4/127.0.0.1/tcp/${taken.port}` }, {}]
      mesh = await startMesh(2, [2, 2, 2], { flags })
      assert.equal(await beats(mesh.nodes[1]!, 'received', 'link', 2), 0)
      assert.deepEqual(mesh.complaints, [])
    } finally {
      taken.close()
    }
  })
})
