import { randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type Domain, signingContext } from '../domains.ts'
import type { Env } from '../env.ts'
import { type Attestor, checkUsable, suiteAttestor, type Urgency } from '../suites/attestation.ts'
import { portableFalcon } from '../suites/falcon.ts'
import { mockSuite } from '../suites/mock.ts'
import { type KeyPair, SuiteId } from '../suites/suite.ts'
import { importSecretKey, type MlDsaId } from './key-objects.ts'
import type { AttestationPool } from './pool.ts'

const signAsync = promisify(sign)

/**
 * An attestor that never blocks the main thread: ML-DSA signs on a libuv thread with a key imported
 * once, Falcon in the pool. Without a pool Falcon signs where it is called, 2.4 to 5 ms each.
 *
 * @throws ProtocolError `bad-key`
 */
export function createAttestor(suite: SuiteId, keys: KeyPair, pool?: AttestationPool): Attestor {
  switch (suite) {
    case SuiteId.mlDsa44:
    case SuiteId.mlDsa65:
      return mlDsaAttestor(suite, keys)
    case SuiteId.falcon512:
      return pool === undefined
        ? suiteAttestor(portableFalcon(randomBytes), keys)
        : poolAttestor(suite, keys, pool)
    case SuiteId.mock:
      return suiteAttestor(mockSuite, keys)
    default:
      return suite satisfies never
  }
}

function mlDsaAttestor(suite: MlDsaId, { publicKey, secretKey }: KeyPair): Attestor {
  const key = importSecretKey(suite, secretKey)
  return {
    suite,
    publicKey,
    async signAttestation(message: Uint8Array, domain: Domain, env: Env) {
      return await signAsync(null, message, { key, context: signingContext(domain, env) })
    }
  }
}

function poolAttestor(
  suite: SuiteId,
  { publicKey, secretKey }: KeyPair,
  pool: AttestationPool
): Attestor {
  return {
    suite,
    publicKey,
    async signAttestation(message: Uint8Array, domain: Domain, env: Env, urgency?: Urgency) {
      checkUsable(suite, env)
      return await pool.sign(suite, secretKey, message, signingContext(domain, env), urgency)
    }
  }
}
