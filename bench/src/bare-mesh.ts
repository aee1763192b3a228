// The yardstick of the mesh benchmark: as many bare libp2p hosts on the same torus, linked with their
// torus neighbours alone, gossiping unsigned bytes. Prints its figures as JSON.
import { hash } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { percentile } from '@torusmesh/node'
import { createTorus } from '@torusmesh/torus'
import { createLibp2p, type Libp2p } from 'libp2p'

type BareHost = Libp2p<{ identify: Identify; pubsub: GossipSub }>

const TOPIC = 'bench'
const PARALLEL_DIALS = 16
const MAX_CONNECTIONS = 64
const BROADCASTS = 3
const PAYLOAD_BYTES = 1_000
const SETTLE_MS = 3_000

const hosts = Number(process.argv[2])
const torus = createTorus(new Array(3).fill(Math.round(Math.cbrt(hosts))))
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

function bareHost(): Promise<BareHost> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_CONNECTIONS
    },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictNoSign',
        msgIdFn: message => hash('sha256', message.data, 'buffer'),
        fastMsgIdFn: message => hash('sha256', message.data as Uint8Array, 'binary'),
        ...{ D: 6, Dlo: 6, Dhi: 8, Dout: 0, floodPublish: false, fallbackToFloodsub: false },
        allowPublishToZeroTopicPeers: true,
        scoreParams: { IPColocationFactorWeight: 0 }
      })
    }
  })
}

const startedMs = performance.now()
const mesh: BareHost[] = []
for (let i = 0; i < torus.cells; i++) mesh.push(await bareHost())
const arrivals: number[] = []
for (const host of mesh) {
  host.services.pubsub.subscribe(TOPIC)
  host.services.pubsub.addEventListener('message', () => arrivals.push(performance.now()))
}
const links = mesh.flatMap((_, cell) =>
  torus.neighbours(cell).flatMap(other => (cell < other ? [{ cell, other }] : []))
)
let next = 0
await Promise.all(
  Array.from({ length: PARALLEL_DIALS }, async () => {
    for (let link = links[next++]; link !== undefined; link = links[next++]) {
      await mesh[link.cell]!.dial(mesh[link.other]!.getMultiaddrs()[0]!)
    }
  })
)
const wiredMs = Math.round(performance.now() - startedMs)
await pause(SETTLE_MS)
const delays: number[] = []
let reach = mesh.length - 1
for (let i = 0; i < BROADCASTS; i++) {
  arrivals.length = 0
  const sentMs = performance.now()
  const source = mesh[Math.floor(((i + 1) * mesh.length) / (BROADCASTS + 1))]!
  await source.services.pubsub.publish(TOPIC, new Uint8Array(PAYLOAD_BYTES).fill(i))
  await pause(SETTLE_MS)
  reach = Math.min(reach, arrivals.length)
  for (const atMs of arrivals) delays.push(atMs - sentMs)
}
const figures = {
  wiredMs,
  rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  reach,
  p50Ms: percentile(delays, 50),
  p99Ms: percentile(delays, 99)
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
process.exit()
