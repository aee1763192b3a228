import { Env } from '@torusmesh/protocol'
import { Epoch, type EpochInit, type Validator, type Verify } from '../../src/index.ts'

const SIGNATURE_BYTES = 8

/** A keyed checksum: quick, and enough between actors that keep to their own keys. */
export function signAs(key: number, statement: Uint8Array): Uint8Array {
  let a = (0x811c9dc5 ^ Math.imul(key + 1, 0x9e3779b1)) | 0
  let b = Math.imul(key + 7, 0x85ebca6b) | 0
  for (let at = 0; at < statement.length; at++) {
    a = Math.imul(a ^ statement[at]!, 0x01000193)
    b = Math.imul(b + statement[at]!, 0x01000197) ^ (a >>> 13)
  }
  const signature = new Uint8Array(SIGNATURE_BYTES)
  for (let at = 0; at < 4; at++) {
    signature[at] = a >>> (8 * at)
    signature[at + 4] = b >>> (8 * at)
  }
  return signature
}

/** The key number of a validator, from its public key. */
export function keyOf(validator: Validator): number {
  return (validator.publicKey[0]! << 8) | validator.publicKey[1]!
}

/** Checks what {@link signAs} made, under an epoch's keys. */
export function verifierOf(epoch: Epoch): Verify {
  const keys = epoch.validators.map(keyOf)
  return (validator, statement, signature) => {
    if (signature.length !== SIGNATURE_BYTES) return false
    const expected = signAs(keys[validator]!, statement)
    for (let at = 0; at < SIGNATURE_BYTES; at++) if (expected[at] !== signature[at]) return false
    return true
  }
}

export function validatorOf(key: number, power = 1): Validator {
  const id = new Uint8Array(32).fill(key & 0xff)
  id[0] = key >> 8
  return { id, publicKey: Uint8Array.of(key >> 8, key & 0xff), power }
}

/** An epoch of validators with keys 0 … and the given powers. */
export function epochOf(powers: readonly number[], init: Partial<EpochInit> = {}): Epoch {
  return new Epoch({
    number: 0,
    env: Env.dev,
    validators: powers.map((power, key) => validatorOf(key, power)),
    policyVersion: 1,
    seed: '5e'.repeat(32),
    delayMs: 100,
    origin: { digest: '0a'.repeat(32), height: 0, stateRoot: '0b'.repeat(32) },
    ...init
  })
}

export const equals = (count: number): number[] => new Array<number>(count).fill(1)
