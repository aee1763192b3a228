import { bytesToHex, Domain, taggedHash } from '@torusmesh/protocol'
import { manifestBytes } from './file.ts'
import type { Manifest, Pointer } from './types.ts'

/** SHA-256 under the domain of manifests over a whole file, hexadecimal digits. */
export function fileDigest(bytes: Uint8Array): string {
  return bytesToHex(taggedHash(Domain.manifest, bytes))
}

export function pointsAt({ digest, sizeBytes }: Pointer, bytes: Uint8Array): boolean {
  return bytes.length === sizeBytes && fileDigest(bytes) === digest
}

/** @param bytes - a whole file, with its signatures */
export function pointerTo(version: number, bytes: Uint8Array): Pointer {
  return { version, digest: fileDigest(bytes), sizeBytes: bytes.length }
}

/** What a vote is about and a plan carries: the digest of one manifest, 32 bytes. */
export function manifestDigest(manifest: Manifest): Uint8Array {
  return taggedHash(Domain.manifest, manifestBytes(manifest))
}
