import { type Codec, oneOf } from './codec/codec.ts'
import type { VaultSuite } from './suites.ts'

/**
 * What signatures are for; the numbers are on the wire and never reused. A client may use a key for
 * the purposes it was granted and for nothing else.
 */
export const PURPOSES = {
  1: 'health',
  2: 'digest',
  3: 'weights',
  4: 'upgrade',
  5: 'vote-envelope',
  6: 'governance',
  7: 'evidence',
  8: 'node-record',
  9: 'enrolment',
  10: 'join',
  11: 'approval',
  12: 'manifest',
  32: 'consensus-vote',
  33: 'action-approval',
  34: 'ledger-checkpoint',
  48: 'peer-node-record',
  49: 'peer-noise',
  50: 'peer-tls',
  51: 'peer-record'
} as const
export type Purpose = (typeof PURPOSES)[keyof typeof PURPOSES]

/** All of them. */
export const ALL_PURPOSES: readonly Purpose[] = Object.values(PURPOSES)

export const purpose: Codec<Purpose> = oneOf<Purpose>(PURPOSES)

/** What the vault can build from typed fields alone; asked for as plain messages they are refused. */
const TYPED: ReadonlySet<Purpose> = new Set([
  'consensus-vote',
  'action-approval',
  'ledger-checkpoint'
])

/** Whether the purpose takes a plain message. */
export function isPlain(purpose: Purpose): boolean {
  return !TYPED.has(purpose)
}

/** Whether a key of the suite can serve the purpose. */
export function fitsPurpose(suite: VaultSuite, purpose: Purpose): boolean {
  const isPeers = purpose.startsWith('peer-')
  if (suite === 'ed25519' || isPeers) return suite === 'ed25519' && isPeers
  if (purpose === 'ledger-checkpoint') return suite === 'ml-dsa-44'
  return !TYPED.has(purpose) || suite !== 'falcon-512'
}
