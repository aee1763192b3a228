import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { gossipOptions } from '../../../src/gossip/options.ts'
import type { MeshNode } from '../../../src/node.ts'
import { until } from './until.ts'

/** A libp2p peer that speaks the protocols and belongs to no mesh. */
export interface Attacker {
  readonly peer: string
  /** Opens a stream, says something on it, and waits until the other side ends it. */
  send(protocol: string, bytes: readonly Uint8Array[]): Promise<void>
  /** Publishes on a topic that the node listens to. */
  publish(topic: string, data: Uint8Array): Promise<void>
  stop(): Promise<void>
}

export async function attack(target: MeshNode, topics: readonly string[]): Promise<Attacker> {
  const options = gossipOptions(new Set(topics), () => 0, {})
  const host = await createLibp2p({
    addresses: { listen: [] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), pubsub: gossipsub(options) }
  })
  const pubsub = host.services.pubsub as GossipSub
  for (const topic of topics) pubsub.subscribe(topic)
  const connection = await host.dial(target.addresses.map(address => multiaddr(address)))
  const targetPeer = target.parts.self.peer
  return {
    peer: host.peerId.toString(),
    async send(protocol, bytes) {
      const stream: Stream = await connection.newStream(protocol)
      let ended = false
      stream.addEventListener('close', () => {
        ended = true
      })
      // A stream that nobody reads is never told that it ended.
      stream.addEventListener('message', () => undefined)
      try {
        for (const part of bytes) stream.send(part)
      } catch {
        // The other side ended it before all was said.
      }
      await stream.close().catch(() => undefined)
      await until(`${protocol} is ended`, () => ended || stream.status !== 'open')
    },
    async publish(topic, data) {
      await until(`the node is subscribed to ${topic}`, () =>
        pubsub.getSubscribers(topic).some(peer => peer.toString() === targetPeer)
      )
      await pubsub.publish(topic, data)
    },
    stop: async () => await host.stop()
  }
}
