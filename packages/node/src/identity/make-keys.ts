import { createAttestationPool } from '@torusmesh/protocol/native'
import type { Home } from './home.ts'
import { createHomeVault } from './home-vault.ts'
import { createSecrets, type MemberKeys, memberKeysOf } from './keys.ts'

/**
 * Makes a member's keys in a home: in a vault under a passphrase, or without one in `keys.json`.
 *
 * @param passphrase - UTF-8; zeroed
 */
export async function makeKeys(
  home: Home,
  passphrase: Uint8Array | undefined
): Promise<MemberKeys> {
  if (passphrase !== undefined) return await createHomeVault(home, { passphrase })
  const pool = createAttestationPool({ threads: 1 })
  const secrets = await createSecrets(pool).finally(() => pool.close())
  await home.saveSecrets(secrets)
  return memberKeysOf(secrets)
}
