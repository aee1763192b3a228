import { parseTcpAddress } from './kinds.ts'
import { isLoopback } from './loopback.ts'
import type { NodeConfig } from './types.ts'

/** What two settings say against each other, one line each with its next step. */
export function crossCheck(config: NodeConfig): string[] {
  const problems: string[] = []
  const { overlay, api, listen } = config
  if (overlay.dialsInParallel > overlay.maxLinks) {
    problems.push(
      `overlay.dialsInParallel = ${overlay.dialsInParallel} exceeds ` +
        `overlay.maxLinks = ${overlay.maxLinks}; lower dialsInParallel`
    )
  }
  const address = parseTcpAddress(listen.address)
  if (address !== undefined && address.port !== 0 && address.port === api.port) {
    problems.push(`listen.address and api.port both take port ${api.port}; change one of them`)
  }
  if (config.env === 'mainnet' && isLoopback(address?.host ?? '') && listen.announce.length === 0) {
    problems.push(
      `env = mainnet, but listen.address = ${listen.address} reaches this machine only; ` +
        'set preset to rack or wan, or set listen.announce'
    )
  }
  return problems
}
