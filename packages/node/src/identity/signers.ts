import { createHmac } from 'node:crypto'
import type { PrivateKey } from '@libp2p/interface'
import { type Attestor, SuiteId } from '@torusmesh/protocol'
import {
  type AttestationPool,
  checkpointSigner,
  createAttestor,
  nativeMlDsa
} from '@torusmesh/protocol/native'
import { type MemberKeys, type MemberSecrets, memberKeysOf } from './keys.ts'
import { Voice } from './voice.ts'

/** All that signs for one member, wherever its keys are. */
export interface MemberSigners extends MemberKeys {
  /** ML-DSA-65: what the member is. */
  readonly identity: Attestor
  /** Falcon-512: its reports. */
  readonly report: Attestor
  /** Ed25519: libp2p's, which may have no bytes to show. */
  readonly peer: PrivateKey
  readonly voice: Voice
  /** Signs C2SP's `cosigned_message` with the checkpoint key. */
  signCheckpoint(message: Uint8Array): Promise<Uint8Array>
  /** Signs a vote or an approval of the council with the identity key, under the epoch's context. */
  signBallot(statement: Uint8Array, context: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** 32 bytes that nobody else can guess, the same for the same label. */
  secretOf(label: string): Uint8Array
}

/** Signs with keys in memory: devnet hosts, tests, and homes that have no vault. */
export function keptSigners(secrets: MemberSecrets, pool: AttestationPool): MemberSigners {
  const { secretKey } = secrets.identity
  const mlDsa65 = nativeMlDsa(SuiteId.mlDsa65)
  return {
    ...memberKeysOf(secrets),
    identity: createAttestor(SuiteId.mlDsa65, secrets.identity, pool),
    report: createAttestor(SuiteId.falcon512, secrets.report, pool),
    peer: secrets.peer,
    voice: new Voice(true),
    signCheckpoint: checkpointSigner(secrets.checkpoint),
    signBallot: (statement, context) => mlDsa65.sign(secretKey, statement, context),
    secretOf: label => secretUnder(secretKey, label)
  }
}

export function secretUnder(key: Uint8Array, label: string): Uint8Array {
  return createHmac('sha256', key).update(label).digest()
}
