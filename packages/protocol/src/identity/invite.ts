import { concatBytes, equalBytes, utf8 } from '../bytes.ts'
import { areAddresses } from '../decode/rules.ts'
import { Domain, taggedHash } from '../domains.ts'
import { type Env, isEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { INVITE_ADDRESSES_MAX, INVITE_MAX_CHARS, INVITE_SECRET_BYTES } from '../limits.ts'
import { isNetworkId } from '../topics.ts'
import { PEER_KEY_BYTES } from './member.ts'

/** What an invite says: which mesh, whom to ask, what to show, until when. */
export interface Invite {
  readonly network: string
  readonly env: Env
  /** The inviter's libp2p Ed25519 key, 32 raw bytes; its peer id follows from it. */
  readonly peer: Uint8Array
  /** Multiaddrs of the inviter, 1 or 2. */
  readonly addresses: readonly string[]
  /** 16 random bytes; whoever shows them first is enrolled. */
  readonly secret: Uint8Array
  readonly expiresMs: number
}

export type InviteProblem = 'not-an-invite' | 'truncated' | 'typo' | 'unsupported' | 'expired'

export type InviteResult =
  | { readonly ok: true; readonly invite: Invite }
  | { readonly ok: false; readonly code: InviteProblem; readonly message: string }

const PREFIX = 'tm1'
const VERSION = 1
/** Bech32's alphabet (BIP 173): no 1, b, i, o, which are easily taken for another. */
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const LENGTH_BYTES = 2
const CHECKSUM_BYTES = 4
const EXPIRY_BYTES = 6

/**
 * Writes an invite as one string: `tm1`, then base32 of length, contents and checksum.
 *
 * @throws ProtocolError `bad-argument` for an invite that can't be redeemed
 */
export function encodeInvite(invite: Invite): string {
  const problem = problemOf(invite)
  if (problem !== undefined)
    throw new ProtocolError('bad-argument', `can't write the invite: ${problem}`)
  const { network, env, peer, addresses, secret, expiresMs } = invite
  const contents = concatBytes(
    Uint8Array.of(VERSION, env),
    bigEndian(expiresMs, EXPIRY_BYTES),
    secret,
    peer,
    ...[network, ...addresses].flatMap(text => [Uint8Array.of(text.length), utf8(text)])
  )
  const body = concatBytes(bigEndian(contents.length, LENGTH_BYTES), contents)
  return PREFIX + toBase32(concatBytes(body, checksum(body)))
}

function problemOf({
  network,
  env,
  peer,
  addresses,
  secret,
  expiresMs
}: Invite): string | undefined {
  if (!isNetworkId(network)) return 'network is no network id'
  if (!isEnv(env)) return 'env is one of dev, beta, mainnet'
  if (peer.length !== PEER_KEY_BYTES) return `peer has ${PEER_KEY_BYTES} bytes`
  if (addresses.length < 1 || addresses.length > INVITE_ADDRESSES_MAX || !areAddresses(addresses)) {
    return `it takes 1 to ${INVITE_ADDRESSES_MAX} multiaddrs`
  }
  if (secret.length !== INVITE_SECRET_BYTES) return `secret has ${INVITE_SECRET_BYTES} bytes`
  if (!(Number.isSafeInteger(expiresMs) && expiresMs > 0 && expiresMs < 2 ** (8 * EXPIRY_BYTES))) {
    return 'expiresMs is an integer number of milliseconds'
  }
  return undefined
}

const checksum = (body: Uint8Array): Uint8Array =>
  taggedHash(Domain.invite, body).subarray(0, CHECKSUM_BYTES)

/** Reads an invite as a person pasted it: spaces around it and capitals don't matter. */
export function parseInvite(code: string, nowMs: number): InviteResult {
  const text = code
    .slice(0, INVITE_MAX_CHARS + 1)
    .trim()
    .toLowerCase()
  if (!text.startsWith(PREFIX)) {
    return failed('not-an-invite', `an invite starts with ${PREFIX}; copy the whole code`)
  }
  if (text.length > INVITE_MAX_CHARS) {
    return failed('not-an-invite', `an invite has at most ${INVITE_MAX_CHARS} characters`)
  }
  const stray = [...text].findIndex((char, at) => at >= PREFIX.length && !ALPHABET.includes(char))
  if (stray >= 0) {
    return failed(
      'typo',
      `character ${stray + 1} of the invite is none of its letters; copy it again`
    )
  }
  const bytes = fromBase32(text.slice(PREFIX.length))
  const expected = LENGTH_BYTES + ((bytes[0]! << 8) | bytes[1]!) + CHECKSUM_BYTES
  if (bytes.length < LENGTH_BYTES || bytes.length < expected) {
    return failed('truncated', 'the end of the invite is missing; copy the whole code')
  }
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES)
  const isWhole = bytes.length === expected && toBase32(bytes) === text.slice(PREFIX.length)
  if (!isWhole || !equalBytes(checksum(body), bytes.subarray(body.length))) {
    return failed('typo', 'the invite has a typing error; copy it again')
  }
  return readContents(body.subarray(LENGTH_BYTES), nowMs)
}

function readContents(contents: Uint8Array, nowMs: number): InviteResult {
  if (contents[0] !== VERSION) {
    return failed('unsupported', `the invite is of version ${contents[0]}; update this program`)
  }
  const env = contents[1]!
  let at = 2
  const take = (length: number): Uint8Array => {
    const taken = contents.subarray(at, at + length)
    at += length
    return taken
  }
  const expiresMs = take(EXPIRY_BYTES).reduce((value, byte) => value * 256 + byte, 0)
  const secret = take(INVITE_SECRET_BYTES)
  const peer = take(PEER_KEY_BYTES)
  const texts: string[] = []
  while (at < contents.length) {
    const length = contents[at++]!
    texts.push(String.fromCharCode(...take(length)))
  }
  const [network = '', ...addresses] = texts
  const invite: Invite = { network, env: env as Env, peer, addresses, secret, expiresMs }
  const problem = at === contents.length ? problemOf(invite) : 'it ends too early'
  if (problem !== undefined) {
    return failed('unsupported', `the invite can't be used: ${problem}; ask for a new one`)
  }
  if (expiresMs <= nowMs) {
    const minutes = Math.floor((nowMs - expiresMs) / 60_000)
    return failed('expired', `the invite expired ${minutes} minutes ago; ask for a new one`)
  }
  return { ok: true, invite }
}

const failed = (code: InviteProblem, message: string): InviteResult => ({
  ok: false,
  code,
  message
})

function bigEndian(value: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  for (let at = lengthBytes - 1, rest = value; at >= 0; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31]
}

function fromBase32(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length * 5) >>> 3)
  let bits = 0
  let held = 0
  let at = 0
  for (const char of text) {
    held = (held << 5) | ALPHABET.indexOf(char)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >>> bits
    held &= (1 << bits) - 1
  }
  return bytes
}
