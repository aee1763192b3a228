import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { PrivateKey } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type Libp2p } from 'libp2p'
import { type AppScore, type GossipTaps, gossipOptions } from '../gossip/options.ts'
import type { Wire } from './delayed-transport.ts'
import { withLazyWindows } from './lazy-windows.ts'
import { quietLogger } from './quiet-logger.ts'

export type Host = Libp2p<{ identify: Identify; pubsub: GossipSub }>

export interface HostInit {
  privateKey: PrivateKey
  /** Multiaddrs to listen on. */
  listen: readonly string[]
  /** Multiaddrs to tell others instead of the ones listened on. */
  announce: readonly string[]
  maxLinks: number
  dialTimeoutMs: number
  /** Topics that may be subscribed; whatever else a peer announces is ignored. */
  allowedTopics: ReadonlySet<string>
  /** What the node itself knows of a peer, added to its gossip score. */
  appScore: AppScore
  taps: GossipTaps
  /** What the host's connections go through; for trying a mesh out under delays. */
  wire?: Wire | undefined
}

/**
 * A libp2p host over TCP, Noise and yamux, started by the caller.
 *
 * Limits are set on purpose: js-libp2p's defaults (5 inbound connections a second from one address,
 * 10 pending) stop any mesh behind one address, and 300 connections are far more than a torus needs.
 */
export async function createHost(init: HostInit): Promise<Host> {
  // Headroom over the links: requests from strangers (find-cell, join) and links being replaced.
  const maxConnections = init.maxLinks * 4
  const transport = tcp({ maxConnections })
  return await createLibp2p({
    start: false,
    logger: quietLogger,
    privateKey: init.privateKey,
    addresses: { listen: [...init.listen], announce: [...init.announce] },
    transports: [init.wire?.transport(transport) ?? transport],
    connectionEncrypters: [noise()],
    // Links carry their own beats; the muxer's would ping each connection at its start and after.
    streamMuxers: [withLazyWindows(yamux({ enableKeepAlive: false }))],
    connectionManager: {
      maxConnections,
      maxParallelDials: init.maxLinks,
      dialTimeout: init.dialTimeoutMs,
      inboundUpgradeTimeout: init.dialTimeoutMs,
      inboundConnectionThreshold: maxConnections,
      maxIncomingPendingConnections: init.maxLinks * 2,
      // Reconnecting is the overlay's decision, with its own back-off.
      reconnectRetries: 0
    },
    // Links carry their own beats each second.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      pubsub: gossipsub(gossipOptions(init.allowedTopics, init.appScore, init.taps))
    }
  })
}
