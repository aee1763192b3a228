import {
  type Attestor,
  type Domain,
  type Env,
  isSuiteId,
  SUITES,
  SuiteId
} from '@torusmesh/protocol'
import { VaultError } from '../errors.ts'
import {
  ballotOf,
  checkpointOf,
  peerPurposeOf,
  purposeOfDomain,
  type Statement
} from '../signable.ts'
import type { Signed } from '../signing.ts'
import type { VaultClient } from './client.ts'

/** A vote's fields; ids and digests are 32 bytes, the digest of a `nullify` is zero. */
export type VoteFields = Omit<Extract<Statement, { type: 'vote' }>, 'type'>
/** A log's head, see C2SP tlog-cosignature. */
export type CheckpointFields = Omit<Extract<Statement, { type: 'checkpoint' }>, 'type'>
/** A word about an action, in the epoch it is decided in. */
export type ApprovalFields = Omit<Extract<Statement, { type: 'approval' }>, 'type'>

/**
 * A key in the vault, in the place of one in memory: an attestor for statements, and typed signing for
 * what the vault guards. The public key is that of the moment; after a rotation create another.
 */
export interface VaultSigner extends Attestor {
  readonly keyId: string
  /** 1 for the first key of this id. */
  readonly generation: number
  /** @throws VaultError `VOTE_CONFLICT` for what evidence would convict; the same vote gives the same bytes */
  signVote(vote: VoteFields): Promise<Signed>
  signApproval(approval: ApprovalFields): Promise<Signed>
  /** @throws VaultError `CHECKPOINT_CONFLICT` for a head that contradicts one signed before */
  signCheckpoint(checkpoint: CheckpointFields): Promise<Signed>
  /**
   * Signs a vote or an approval that consensus has built: the vault is asked for its fields.
   *
   * @throws VaultError `BAD_REQUEST` for any other bytes; else as {@link VaultSigner.signVote}
   */
  signBallot(bytes: Uint8Array, context: Uint8Array, env: Env): Promise<Uint8Array>
  /** The same for a ledger's `cosigned_message` of C2SP tlog-cosignature, over a whole tree. */
  signCosignedMessage(message: Uint8Array): Promise<Uint8Array>
}

/**
 * The seam to the node: signs with a key that stays in the vault.
 *
 * @throws VaultError `KEY_UNKNOWN`; `BAD_REQUEST` for a libp2p key, see {@link createVaultPeerSigner}
 */
export async function createVaultSigner(client: VaultClient, keyId: string): Promise<VaultSigner> {
  const { suite: name, publicKey, generation } = await client.ask('publicKey', { key: keyId })
  const suite = Object.values(SuiteId).find(id => SUITES[id].name === name)
  if (suite === undefined || !isSuiteId(suite)) {
    throw new VaultError('BAD_REQUEST', `${keyId} is a libp2p key: use createVaultPeerSigner`)
  }
  const sign = (statement: Statement): Promise<Signed> =>
    client.ask('sign', { key: keyId, statement })
  const signParsed = async (statement: Statement | undefined): Promise<Uint8Array> => {
    if (statement !== undefined) return (await sign(statement)).signature
    throw new VaultError('BAD_REQUEST', 'these bytes are no statement of this kind')
  }
  return {
    ...{ keyId, suite, publicKey, generation },
    async signAttestation(message: Uint8Array, domain: Domain, env: Env) {
      const purpose = purposeOfDomain(domain)
      if (purpose === undefined) {
        throw new VaultError('BAD_REQUEST', `no member signs for ${domain}: use a typed request`)
      }
      return (await sign({ type: 'message', purpose, env, message })).signature
    },
    signVote: vote => sign({ type: 'vote', ...vote }),
    signApproval: approval => sign({ type: 'approval', ...approval }),
    signCheckpoint: checkpoint => sign({ type: 'checkpoint', ...checkpoint }),
    signBallot: async (bytes, context, env) => await signParsed(ballotOf(bytes, context, env)),
    signCosignedMessage: async message => await signParsed(checkpointOf(message))
  }
}

/** A libp2p key in the vault: signs handshakes, address records and node records, and nothing else. */
export interface VaultPeerSigner {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array
  /** @throws VaultError `BAD_REQUEST` for bytes that libp2p has no reason to sign */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

export async function createVaultPeerSigner(
  client: VaultClient,
  keyId: string,
  env: Env
): Promise<VaultPeerSigner> {
  const { suite, publicKey } = await client.ask('publicKey', { key: keyId })
  if (suite !== 'ed25519') {
    throw new VaultError('BAD_REQUEST', `${keyId} is no libp2p key: create one of suite ed25519`)
  }
  return {
    publicKey,
    async sign(message) {
      const purpose = peerPurposeOf(message, env)
      if (purpose === undefined) {
        throw new VaultError('BAD_REQUEST', 'libp2p has no reason to sign these bytes')
      }
      const statement = { type: 'message', purpose, env, message } as const
      return (await client.ask('sign', { key: keyId, statement })).signature
    }
  }
}
