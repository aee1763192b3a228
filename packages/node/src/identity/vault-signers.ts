import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey, PrivateKey } from '@libp2p/interface'
import type { Attestor, Env } from '@torusmesh/protocol'
import {
  createVaultPeerSigner,
  createVaultSigner,
  type NewKey,
  type VaultClient,
  VaultError,
  type VaultErrorCode,
  type VaultPeerSigner
} from '@torusmesh/vault'
import type { MemberKeys } from './keys.ts'
import { type MemberSigners, secretUnder } from './signers.ts'
import { type Voice, watchOnly } from './voice.ts'

export type VaultKeyId = 'identity' | 'report' | 'checkpoint' | 'peer'

/** A member's keys as its vault holds them, in the order of their making. */
export const VAULT_KEYS: readonly (NewKey & { readonly id: VaultKeyId })[] = [
  {
    ...({ id: 'identity', suite: 'ml-dsa-65' } as const),
    purposes: [
      ...(['upgrade', 'vote-envelope', 'governance', 'evidence', 'node-record'] as const),
      ...(['enrolment', 'join', 'approval', 'manifest'] as const),
      ...(['consensus-vote', 'action-approval'] as const)
    ]
  },
  {
    ...({ id: 'report', suite: 'falcon-512' } as const),
    purposes: ['health', 'digest', 'weights', 'upgrade', 'evidence']
  },
  { id: 'checkpoint', suite: 'ml-dsa-44', purposes: ['ledger-checkpoint'] },
  {
    ...({ id: 'peer', suite: 'ed25519' } as const),
    purposes: ['peer-node-record', 'peer-noise', 'peer-tls', 'peer-record']
  }
]

/** Refusals that end when somebody opens the vault. */
const SILENT: ReadonlySet<VaultErrorCode> = new Set(['VAULT_LOCKED', 'VAULT_UNREACHABLE'])

export interface VaultSignersInit {
  readonly client: VaultClient
  readonly env: Env
  readonly voice: Voice
  /** Of the home; not one of its keys. */
  readonly ballotSecret: Uint8Array
}

/** The public halves of a member's keys, which a locked vault gives out too. */
export async function vaultMemberKeys(client: VaultClient): Promise<MemberKeys> {
  const publicKey = async (key: VaultKeyId): Promise<Uint8Array> =>
    Uint8Array.from((await client.ask('publicKey', { key })).publicKey)
  const [identity, report, checkpoint, peer] = await Promise.all([
    publicKey('identity'),
    publicKey('report'),
    publicKey('checkpoint'),
    publicKey('peer')
  ])
  return { keys: { identity, report, peer }, checkpoint }
}

/** Signs with keys that stay in a vault. While it is locked, everything rejects with `WATCH_ONLY`. */
export async function vaultSigners(init: VaultSignersInit): Promise<MemberSigners> {
  const { client, env, voice, ballotSecret } = init
  const [memberKeys, identity, report, checkpoint, peer] = await Promise.all([
    vaultMemberKeys(client),
    createVaultSigner(client, 'identity' satisfies VaultKeyId),
    createVaultSigner(client, 'report' satisfies VaultKeyId),
    createVaultSigner(client, 'checkpoint' satisfies VaultKeyId),
    createVaultPeerSigner(client, 'peer' satisfies VaultKeyId, env)
  ])
  const attestor = (signer: Attestor): Attestor => ({
    suite: signer.suite,
    publicKey: signer.publicKey,
    signAttestation: (message, domain, of) =>
      spoken(voice, () => signer.signAttestation(message, domain, of))
  })
  return {
    ...memberKeys,
    identity: attestor(identity),
    report: attestor(report),
    peer: peerKey({ ...peer, sign: bytes => spoken(voice, () => peer.sign(bytes)) }),
    voice,
    signCheckpoint: message => spoken(voice, () => checkpoint.signCosignedMessage(message)),
    signBallot: (statement, context) =>
      spoken(voice, () => identity.signBallot(statement, context, env)),
    secretOf: label => secretUnder(ballotSecret, label)
  }
}

async function spoken<T>(voice: Voice, ask: () => Promise<T>): Promise<T> {
  if (!voice.isOpen) throw watchOnly()
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof VaultError && SILENT.has(error.code))) throw error
    voice.set(false)
    throw watchOnly(error)
  }
}

/** A libp2p key without its bytes: libp2p asks it to sign, and for its public half. */
function peerKey(signer: VaultPeerSigner): PrivateKey {
  const publicKey = publicKeyFromRaw(signer.publicKey) as Ed25519PrivateKey['publicKey']
  return {
    type: 'Ed25519',
    publicKey,
    get raw(): Uint8Array {
      throw new RangeError('this key is in a vault: it has no bytes here')
    },
    equals: other => other?.publicKey?.equals(publicKey) === true,
    sign: async data => await signer.sign(data instanceof Uint8Array ? data : data.subarray())
  }
}
