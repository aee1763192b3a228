import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { BeatKey } from '../../src/beat/beat-datagram.ts'
import type { BeatSocket, SocketAddress } from '../../src/beat/beat-socket.ts'
import { Beats } from '../../src/beat/beats.ts'
import type { DatagramOffer } from '../../src/link/frame.ts'
import { encodeFrame, type Link } from '../../src/link/link.ts'
import type { HealthMetrics } from '../../src/metrics/health.ts'
import { type FakeLink, fakeLink } from '../unit/support/node-fakes.ts'
import { fullWorld } from '../unit/support/world.ts'

const [, peer, other] = fullWorld([2, 2, 2]).members

/** A socket whose datagrams stay where the test finds them. */
class FakeSocket {
  readonly port = 4_801
  readonly sent: { datagram: Buffer; to: SocketAddress }[] = []
  isOpen = true
  arrive: (datagram: Buffer) => void = () => undefined

  reaches(host: string): boolean {
    return host.includes('.')
  }

  receive(onDatagram: (datagram: Buffer) => void): void {
    this.arrive = onDatagram
  }

  send(datagram: Buffer, to: SocketAddress): void {
    this.sent.push({ datagram, to })
  }

  close(): void {
    this.isOpen = false
  }
}

function setUp(withSocket = true) {
  const socket = new FakeSocket()
  const clock = { nowMs: 0 }
  const heard: [member: string, incarnation: number][] = []
  const dropped: string[] = []
  const metrics = {
    heartbeats: { inc: () => undefined },
    droppedDatagrams: { inc: ({ reason }: { reason: string }) => dropped.push(reason) }
  } as unknown as HealthMetrics
  const beats = new Beats({
    ...{ socket: withSocket ? (socket as unknown as BeatSocket) : undefined, metrics },
    ...{ monotonicMs: () => clock.nowMs, heard: (member, inc) => heard.push([member, inc]) }
  })
  /** Beats once a second, and says by which ways. */
  const beat = ({ link, sent }: FakeLink): string => {
    clock.nowMs += 1_000
    const before = [sent.length, socket.sent.length] as const
    beats.send(link, encodeFrame({ beat: { incarnation: 5 } }), 5)
    const ways = [sent.length > before[0] && 'link', socket.sent.length > before[1] && 'datagram']
    return ways.filter(Boolean).join(' and ')
  }
  return { beats, socket, heard, dropped, beat }
}

const linkTo = (member = peer!, address = '/ip4/192.0.2.7/tcp/50000'): FakeLink => {
  const fake = fakeLink(member)
  Object.assign(fake.link, { connection: { remoteAddr: multiaddr(address) } })
  return fake
}

const theirs: DatagramOffer = { port: 9_999, key: new Uint8Array(16).fill(3), tag: 77 }

/** A link with offers of both sides, and the peer's end of it. */
function opened({ beats }: ReturnType<typeof setUp>, fake = linkTo()) {
  const own = beats.offer()!
  beats.opened(fake.link, { own, theirs })
  const key = new BeatKey(own.key)
  const says = (counter: number, tag = own.tag): Buffer =>
    key.seal({ tag, counter, incarnation: 40 + counter })
  return { ...fake, own, says }
}

const confirmations = ({ sent }: FakeLink): number =>
  sent.filter(({ datagramsHeard }) => datagramsHeard).length

describe('beats of a node', () => {
  it('go both ways until the peer hears the datagrams, and leave the link then', () => {
    const node = setUp()
    const link = opened(node)
    assert.equal(node.beat(link), 'link and datagram')
    node.beats.confirmed(link.link)
    assert.equal(node.beat(link), 'datagram')
    const { to, datagram } = node.socket.sent[1]!
    assert.deepEqual(to, { host: '192.0.2.7', port: 9_999 })
    const expected = new BeatKey(theirs.key).seal({ tag: 77, counter: 2, incarnation: 5 })
    assert.deepEqual(datagram, expected)
  })

  it('are back on the link after a probe', () => {
    const node = setUp()
    const link = opened(node)
    node.beat(link)
    node.beats.confirmed(link.link)
    node.beat(link)
    node.beats.probed(link.link)
    assert.equal(node.beat(link), 'link')
  })

  const without: { desc: string; own?: boolean; theirs?: DatagramOffer; address?: string }[] = [
    { desc: 'to a peer that offers nothing stay on the link' },
    { desc: 'of a host without a socket stay on the link', own: false, theirs },
    { desc: 'to another family of addresses stay on the link', theirs, address: '/ip6/::1/tcp/1' },
    { desc: 'to a name stay on the link', theirs, address: '/dns4/localhost/tcp/1' }
  ]
  for (const { desc, own = true, theirs, address } of without) {
    it(desc, () => {
      const node = setUp(own)
      const link = linkTo(peer, address)
      node.beats.opened(link.link, { own: node.beats.offer(), theirs })
      node.beats.confirmed(link.link)
      assert.equal(node.beat(link), 'link')
    })
  }

  it('start anew with new keys when a link takes the place of another', () => {
    const node = setUp()
    const first = opened(node)
    node.beats.confirmed(first.link)
    const second = opened(node)
    node.beats.closed(first.link)
    assert.equal(node.beat(second), 'link and datagram')
    node.socket.arrive(first.says(1))
    node.socket.arrive(second.says(1))
    assert.deepEqual(node.dropped, ['unknown-tag'])
    assert.deepEqual(node.heard, [[peer!.key, 41]])
  })

  it('end with the host: its socket is closed', () => {
    const node = setUp()
    node.beats.close()
    assert.equal(node.socket.isOpen, false)
  })
})

describe('a datagram that arrives', () => {
  it('is a beat of the member whose key sealed it; the member is told once', () => {
    const node = setUp()
    const link = opened(node)
    const another = opened(node, linkTo(other))
    for (const datagram of [link.says(1), another.says(1), link.says(2)]) {
      node.socket.arrive(datagram)
    }
    assert.deepEqual(node.heard, [
      [peer!.key, 41],
      [other!.key, 41],
      [peer!.key, 42]
    ])
    assert.deepEqual([link, another].map(confirmations), [1, 1])
    assert.deepEqual(node.dropped, [])
    assert.equal(node.socket.sent.length, 0)
  })

  it('is confirmed again after beats over the link: the member tries anew', () => {
    const node = setUp()
    const link = opened(node)
    node.socket.arrive(link.says(1))
    node.beats.heardOverLink(link.link, 9)
    node.socket.arrive(link.says(2))
    assert.equal(confirmations(link), 2)
    assert.deepEqual(node.heard[1], [peer!.key, 9])
  })

  it('is confirmed later if the link takes nothing now', () => {
    const node = setUp()
    const fake = linkTo()
    const { send } = fake.link
    const slow: Link = Object.assign(fake.link, { send: () => false })
    const link = opened(node, fake)
    node.socket.arrive(link.says(1))
    Object.assign(slow, { send })
    node.socket.arrive(link.says(2))
    assert.equal(confirmations(link), 1)
  })

  type Opened = ReturnType<typeof opened>
  const faults: { desc: string; of: (link: Opened, another: Opened) => Buffer; reason: string }[] =
    [
      { desc: 'a second time', of: link => link.says(5), reason: 'replayed' },
      { desc: 'after later ones', of: link => link.says(4), reason: 'replayed' },
      {
        desc: 'with a forged MAC',
        of: link => Buffer.from(link.says(6).map((byte, at) => (at === 27 ? byte ^ 1 : byte))),
        reason: 'forged'
      },
      {
        desc: 'with a counter raised on its way',
        of: link => Buffer.from(link.says(5).map((byte, at) => (at === 7 ? 200 : byte))),
        reason: 'forged'
      },
      {
        desc: "under another link's tag",
        of: (link, another) => link.says(9, another.own.tag),
        reason: 'forged'
      },
      {
        desc: 'under a tag of no link',
        of: (link, another) => link.says(9, (link.own.tag ^ another.own.tag) >>> 0 || 1),
        reason: 'unknown-tag'
      },
      { desc: 'cut off', of: link => link.says(9).subarray(0, 27), reason: 'wrong-length' },
      { desc: 'empty', of: () => Buffer.alloc(0), reason: 'wrong-length' },
      { desc: 'of 64 KiB', of: () => Buffer.alloc(65_507), reason: 'wrong-length' },
      {
        desc: 'sealed by this node itself, sent back',
        of: () => new BeatKey(theirs.key).seal({ tag: 77, counter: 9, incarnation: 1 }),
        reason: 'unknown-tag'
      }
    ]
  for (const { desc, of, reason } of faults) {
    it(`${desc} is dropped as ${reason}, and nothing is answered`, () => {
      const node = setUp()
      const link = opened(node)
      const another = opened(node, linkTo(other))
      node.socket.arrive(link.says(5))
      node.socket.arrive(of(link, another))
      assert.deepEqual(node.dropped, [reason])
      assert.deepEqual(node.heard, [[peer!.key, 45]])
      assert.equal(node.socket.sent.length, 0)
      node.socket.arrive(link.says(6))
      assert.equal(node.heard.length, 2, 'a true one still arrives')
    })
  }

  it('on a link that closed is dropped', () => {
    const node = setUp()
    const link = opened(node)
    node.beats.closed(link.link)
    node.socket.arrive(link.says(1))
    assert.deepEqual(node.dropped, ['unknown-tag'])
  })
})
