import { generateKeyPair as generatePeerKey, privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { bytesToHex, type KeyPair, type KeySet, memberId, SuiteId } from '@torusmesh/protocol'
import type { AttestationPool } from '@torusmesh/protocol/native'
import { NodeError } from '../errors.ts'

/** All secret keys of one member. */
export interface MemberSecrets {
  /** ML-DSA-65: what the member is. */
  readonly identity: KeyPair
  /** Falcon-512: its reports. */
  readonly report: KeyPair
  /** ML-DSA-44: its ledger's checkpoints. */
  readonly checkpoint: KeyPair
  /** Ed25519: its libp2p peer id. */
  readonly peer: PrivateKey
}

export async function createSecrets(pool: AttestationPool): Promise<MemberSecrets> {
  const [identity, report, checkpoint, peer] = await Promise.all([
    pool.generateKeyPair(SuiteId.mlDsa65),
    pool.generateKeyPair(SuiteId.falcon512),
    pool.generateKeyPair(SuiteId.mlDsa44),
    generatePeerKey('Ed25519')
  ])
  return { identity, report, checkpoint, peer }
}

export function publicKeysOf(secrets: MemberSecrets): KeySet {
  return {
    identity: secrets.identity.publicKey,
    report: secrets.report.publicKey,
    peer: secrets.peer.publicKey.raw
  }
}

/** The public halves of a member's keys. */
export interface MemberKeys {
  /** Those that other members know. */
  readonly keys: KeySet
  /** ML-DSA-44: who reads its ledger knows it. */
  readonly checkpoint: Uint8Array
}

export function memberKeysOf(secrets: MemberSecrets): MemberKeys {
  return { keys: publicKeysOf(secrets), checkpoint: secrets.checkpoint.publicKey }
}

/** What a member's ledger is called in its checkpoints: the first line of each. */
export function ledgerName(keys: KeySet): string {
  return `torusmesh/ledger/${bytesToHex(memberId(keys))}`
}

const FORMAT = 'torusmesh-keys-1'

/** The key file's text. It is as secret as the keys. */
export function encodeSecrets(secrets: MemberSecrets): string {
  const pair = ({ publicKey, secretKey }: KeyPair): { public: string; secret: string } => ({
    public: toBase64(publicKey),
    secret: toBase64(secretKey)
  })
  const file = {
    format: FORMAT,
    identity: pair(secrets.identity),
    report: pair(secrets.report),
    checkpoint: pair(secrets.checkpoint),
    peer: toBase64(secrets.peer.raw)
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** @param path - for the error message alone */
export function decodeSecrets(text: string, path: string): MemberSecrets {
  try {
    const file = JSON.parse(text)
    if (file.format !== FORMAT) throw new Error('unknown format')
    const pair = (part: { public: string; secret: string }): KeyPair => ({
      publicKey: fromBase64(part.public),
      secretKey: fromBase64(part.secret)
    })
    return {
      identity: pair(file.identity),
      report: pair(file.report),
      checkpoint: pair(file.checkpoint),
      peer: privateKeyFromRaw(fromBase64(file.peer))
    }
  } catch {
    // The cause could quote the file: it stays out of the message and of the error.
    throw new NodeError('HOME_DAMAGED', `${path} holds no readable keys: restore it from a backup`)
  }
}

const VAULT_FORMAT = 'torusmesh-vault-1'
/** ML-DSA-65's is the longest: 1,952 bytes. */
const PUBLIC_KEY_MAX_BYTES = 2_048

/** What a home with a vault keeps of its keys: the public halves. */
export function encodeMemberKeys({ keys, checkpoint }: MemberKeys): string {
  const file = {
    format: VAULT_FORMAT,
    identity: toBase64(keys.identity),
    report: toBase64(keys.report),
    peer: toBase64(keys.peer),
    checkpoint: toBase64(checkpoint)
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** @throws Error when the file's content isn't that of {@link encodeMemberKeys} */
export function memberKeysIn(file: Readonly<Record<string, unknown>>): MemberKeys {
  if (file['format'] !== VAULT_FORMAT) throw new Error('unknown format')
  const key = (name: string): Uint8Array => {
    const bytes = fromBase64(file[name] as string)
    if (bytes.length === 0 || bytes.length > PUBLIC_KEY_MAX_BYTES) throw new Error('no key')
    return bytes
  }
  const keys = { identity: key('identity'), report: key('report'), peer: key('peer') }
  return { keys, checkpoint: key('checkpoint') }
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
