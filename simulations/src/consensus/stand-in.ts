import { Epoch, type EpochInit, POWER_MAX, type Validator, type Verify } from '@torusmesh/consensus'
import { Env } from '@torusmesh/protocol'
import { mix } from '../engine/random.ts'

/**
 * What stands in for signatures here: a keyed checksum, no signature suite. It starts with these bytes
 * and is far too short for one, so nobody can take it for ML-DSA; a real verifier refuses its length.
 */
const MARK: readonly number[] = [...'NOT-A-SIGNATURE:'].map(char => char.charCodeAt(0))
const TAG_BYTES = 8
/** Bytes of a stand-in, mark and tag. */
export const STAND_IN_BYTES: number = MARK.length + TAG_BYTES
/** Bytes of what it stands for: ML-DSA-44 (FIPS 204, table 2). Traffic is counted by these. */
export const ML_DSA_44_BYTES = 2_420

const ID_BYTES = 32

/**
 * Signs as one member. Who has no other's secret can't make that member's stand-ins: secrets are drawn
 * from the run's seed and never leave {@link StandInKeys}.
 */
export type StandInSign = (statement: Uint8Array) => Uint8Array

/** Keys of a run's members, by number. Public keys name the member; secrets stay in here. */
export class StandInKeys {
  readonly #seed: number
  readonly #scratch = new Uint8Array(TAG_BYTES)

  constructor(seed: number) {
    this.#seed = seed
  }

  /** A validator of an epoch with this member's key. */
  validator(member: number, power: number): Validator {
    const id = new Uint8Array(ID_BYTES)
    new DataView(id.buffer).setUint32(0, member)
    return { id, publicKey: publicKeyOf(member), power }
  }

  /** One member's pen. */
  signer(member: number): StandInSign {
    return statement => this.#sign(member, statement)
  }

  /** Checks what members signed, under an epoch's keys. */
  verifier(epoch: Epoch): Verify {
    const members = epoch.validators.map(memberOf)
    return (validator, statement, signature) =>
      this.isSigned(members[validator]!, statement, signature)
  }

  isSigned(member: number, statement: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== STAND_IN_BYTES) return false
    const tag = this.#scratch
    this.#tag(member, statement, tag, 0)
    for (let at = 0; at < TAG_BYTES; at++) {
      if (signature[MARK.length + at] !== tag[at]) return false
    }
    for (let at = 0; at < MARK.length; at++) if (signature[at] !== MARK[at]) return false
    return true
  }

  #sign(member: number, statement: Uint8Array): Uint8Array {
    const signature = new Uint8Array(STAND_IN_BYTES)
    signature.set(MARK)
    this.#tag(member, statement, signature, MARK.length)
    return signature
  }

  #tag(member: number, statement: Uint8Array, target: Uint8Array, at: number): void {
    let low = mix(this.#seed ^ member)
    let high = mix(low ^ 0x5354_414e)
    for (let byte = 0; byte < statement.length; byte++) {
      low = Math.imul(low ^ statement[byte]!, 0x0100_0193)
      high = Math.imul(high + statement[byte]!, 0x85eb_ca6b) ^ (low >>> 15)
    }
    low = mix(low ^ high)
    high = mix(high ^ low)
    for (let byte = 0; byte < 4; byte++) {
      target[at + byte] = low >>> (8 * byte)
      target[at + 4 + byte] = high >>> (8 * byte)
    }
  }
}

/** The member that a validator is. */
export function memberOf({ id }: Validator): number {
  return new DataView(id.buffer, id.byteOffset).getUint32(0)
}

/** The first epoch of some members with these powers. */
export function firstEpoch(
  keys: StandInKeys,
  powers: readonly number[],
  init: Pick<EpochInit, 'seed' | 'delayMs'>
): Epoch {
  return new Epoch({
    number: 0,
    env: Env.dev,
    validators: powers.map((power, member) => keys.validator(member, Math.min(power, POWER_MAX))),
    policyVersion: 1,
    origin: { digest: '0a'.repeat(32), height: 0, stateRoot: '0b'.repeat(32) },
    ...init
  })
}

function publicKeyOf(member: number): Uint8Array {
  const key = new Uint8Array(MARK.length + 4)
  key.set(MARK)
  new DataView(key.buffer).setUint32(MARK.length, member)
  return key
}
