import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { PrivateKey } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type Libp2p } from 'libp2p'
import { quietLogger } from './quiet-logger.ts'

/** A libp2p host that only calls: it listens nowhere and takes part in no gossip. */
export type Caller = Libp2p

/** @returns a started host; stop it after the call */
export async function createCaller(privateKey: PrivateKey): Promise<Caller> {
  return await createLibp2p({
    privateKey,
    logger: quietLogger,
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ enableKeepAlive: false })],
    connectionMonitor: { enabled: false }
  })
}
