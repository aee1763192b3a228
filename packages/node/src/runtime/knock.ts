import { connect } from 'node:net'

/** What a dial without a word found: a listener, a host that says nobody is there, or nothing. */
export type Knock = 'answered' | 'refused' | 'silent'

const KNOCK_TIMEOUT_MS = 500

/**
 * Connects to the TCP part of a multiaddr and hangs up: a host that refuses has lost its process, one
 * that accepts may be short of CPU. Anything that isn't a numeric address counts as silence.
 */
export function knock(address: string): Promise<Knock> {
  const [, family, host, protocol, port] = address.split('/')
  if ((family !== 'ip4' && family !== 'ip6') || protocol !== 'tcp') return Promise.resolve('silent')
  return new Promise(resolve => {
    const socket = connect({ host: host!, port: Number(port), timeout: KNOCK_TIMEOUT_MS })
    const answer = (knock: Knock): void => {
      socket.destroy()
      resolve(knock)
    }
    socket.once('connect', () => answer('answered'))
    socket.once('timeout', () => answer('silent'))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      answer(error.code === 'ECONNREFUSED' ? 'refused' : 'silent')
    )
  })
}
