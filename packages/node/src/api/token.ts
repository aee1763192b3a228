import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32

/** A fresh API token, 43 characters of base64url. */
export function newApiToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/**
 * Checks `Authorization: Bearer …` headers against one token, of which only the hash is kept.
 * Equal-length digests are compared in constant time.
 */
export function tokenCheck(token: string): (header: string | undefined) => boolean {
  const expected = digest(token)
  return header => {
    const [scheme, given = ''] = (header ?? '').split(' ', 2)
    return timingSafeEqual(digest(given), expected) && scheme?.toLowerCase() === 'bearer'
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
