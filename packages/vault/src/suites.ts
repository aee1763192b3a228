import { type Codec, oneOf } from './codec/codec.ts'

/** What a key can be. `ed25519` is for libp2p alone, whose identities aren't post-quantum yet. */
export const VAULT_SUITES = {
  1: 'ml-dsa-44',
  2: 'ml-dsa-65',
  3: 'falcon-512',
  64: 'ed25519'
} as const
export type VaultSuite = (typeof VAULT_SUITES)[keyof typeof VAULT_SUITES]

/** The numbers of the first three are those of `SuiteId`. */
export const vaultSuite: Codec<VaultSuite> = oneOf<VaultSuite>(VAULT_SUITES)
