import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isName } from './codec/codec.ts'
import type { Client } from './state/entries.ts'

const TOKEN_BYTES = 32
const TOKEN_START = 'tmv1'

/** A fresh token for a client, and what is kept of it. It is shown once and stored nowhere. */
export function createToken(name: string): { token: string; tokenHash: Uint8Array } {
  const secret = randomBytes(TOKEN_BYTES)
  const token = `${TOKEN_START}.${name}.${secret.toString('base64url')}`
  return { token, tokenHash: hashOf(secret) }
}

/** The client a token belongs to; takes as long for a wrong one as for a right one. */
export function clientOf(clients: ReadonlyMap<string, Client>, token: string): Client | undefined {
  // A name may hold dots: the secret is behind the last.
  const at = token.lastIndexOf('.')
  const name = token.slice(TOKEN_START.length + 1, Math.max(at, 0))
  const secret = Buffer.from(token.slice(at + 1), 'base64url')
  const client = isName(name) ? clients.get(name) : undefined
  const isSame = timingSafeEqual(hashOf(secret), client?.tokenHash ?? NOBODY)
  return isSame && token.startsWith(`${TOKEN_START}.`) ? client : undefined
}

const NOBODY: Uint8Array = new Uint8Array(TOKEN_BYTES)

function hashOf(secret: Uint8Array): Uint8Array {
  return createHash('sha256').update(secret).digest()
}
