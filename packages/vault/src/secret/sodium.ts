import { createRequire } from 'node:module'

/** The part of sodium-native that is used here; it brings no types. */
interface Sodium {
  /** Memory between guard pages, locked into RAM, left out of core dumps. */
  sodium_malloc(sizeBytes: number): Buffer
  sodium_free(buffer: Buffer): void
  sodium_memzero(buffer: Uint8Array): void
  sodium_mprotect_noaccess(buffer: Buffer): void
  sodium_mprotect_readonly(buffer: Buffer): void
  sodium_mprotect_readwrite(buffer: Buffer): void
}

export const sodium: Sodium = createRequire(import.meta.url)('sodium-native')
