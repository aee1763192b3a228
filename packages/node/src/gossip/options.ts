import { hash } from 'node:crypto'
import type { GossipsubOpts, Message } from '@libp2p/gossipsub'

/** Torus neighbours; long links may be grafted up to `MESH_MAX`. */
const MESH_DEGREE = 6
const MESH_MAX = 8

/** Above a health report and a down notice with its accusations (≈ 5 kB), below a weight delta. */
export const IDONTWANT_FROM_BYTES: number = 8 * 1024
/** The dearest message a topic may carry; topics have lower limits of their own (topic policies). */
export const MAX_GOSSIP_BYTES: number = 256 * 1024

/** A message's identity is its whole bytes: an id over a part would let a forged twin suppress it. */
const messageId = (message: Message): Uint8Array => hash('sha256', message.data, 'buffer')

/** What gossipsub's router asks about a peer beyond its own counters. */
export type AppScore = (peer: string) => number

/** For measuring: sees each copy of a message that arrives, by the id of its bytes. */
export interface GossipTaps {
  readonly onCopy?: (id: string) => void
}

/**
 * gossipsub as the torus wants it: unsigned frames (our envelopes are signed), duplicates recognised
 * before anything is verified, the torus neighbours as ordinary scored mesh peers.
 *
 * `directPeers` would be the obvious way to pin the neighbours, but gossipsub accepts everything
 * from direct peers whatever their score.
 */
export function gossipOptions(
  allowedTopics: ReadonlySet<string>,
  appScore: AppScore,
  { onCopy }: GossipTaps
): Partial<GossipsubOpts> {
  return {
    globalSignaturePolicy: 'StrictNoSign',
    msgIdFn: messageId,
    fastMsgIdFn: message => {
      const id = hash('sha256', message.data as Uint8Array, 'binary')
      onCopy?.(id)
      return id
    },
    D: MESH_DEGREE,
    Dlo: MESH_DEGREE,
    Dhi: MESH_MAX,
    Dout: 0,
    Dlazy: MESH_DEGREE,
    floodPublish: false,
    fallbackToFloodsub: false,
    doPX: false,
    emitSelf: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    // The overlay decides which connections live; mesh membership must not pin others.
    tagMeshPeers: false,
    idontwantMinDataSize: IDONTWANT_FROM_BYTES,
    maxInboundDataLength: MAX_GOSSIP_BYTES,
    allowedTopics: allowedTopics as Set<string>,
    scoreParams: {
      topics: {},
      appSpecificScore: appScore,
      appSpecificWeight: 1,
      // A rack, a NAT or a test mesh shares one address; a link limit bounds them instead.
      IPColocationFactorWeight: 0,
      behaviourPenaltyWeight: -1,
      behaviourPenaltyThreshold: 6,
      behaviourPenaltyDecay: 0.99,
      decayInterval: 1_000,
      retainScore: 3_600_000
    },
    scoreThresholds: {
      gossipThreshold: -20,
      publishThreshold: -40,
      graylistThreshold: -80
    }
  }
}
