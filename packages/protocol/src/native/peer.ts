import { createPublicKey, verify } from 'node:crypto'

/**
 * Verifies the Ed25519 signature of a libp2p key (a `PeerVerifier`); `false` for whatever isn't one.
 *
 * @param publicKey - 32 raw bytes
 * @param signature - 64 bytes
 */
export function verifyPeerSignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array
): boolean {
  try {
    const raw = {
      key: publicKey as Buffer,
      format: 'raw-public',
      asymmetricKeyType: 'ed25519'
    } as const
    return verify(null, message, createPublicKey(raw), signature)
  } catch {
    return false
  }
}
