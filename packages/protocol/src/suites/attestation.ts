import { type Domain, signingContext } from '../domains.ts'
import { type Env, envName } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import {
  isSuiteUsable,
  type KeyPair,
  type SignatureSuite,
  type SuiteId,
  type SuiteSet
} from './suite.ts'

/** Whether others wait for a signature: what is urgent is made and checked first. */
export type Urgency = 'urgent' | 'routine'

/** Signs in one member's name. The key may live elsewhere (a vault, a worker), hence the promise. */
export interface Attestor {
  readonly suite: SuiteId
  readonly publicKey: Uint8Array
  /**
   * @param message - a digest or any bytes
   * @param urgency - `routine` if left out
   * @throws ProtocolError `suite-refused` for a suite that doesn't count in `env`
   */
  signAttestation(
    message: Uint8Array,
    domain: Domain,
    env: Env,
    urgency?: Urgency
  ): Promise<Uint8Array>
}

/** A signature to check. */
export interface Attestation {
  readonly suite: SuiteId
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly domain: Domain
  readonly env: Env
  /** `routine` if left out. */
  readonly urgency?: Urgency
}

/** Checks signatures. Application code hands in suite ids and never knows algorithms. */
export interface Verifier {
  /** Answers at once where it can. Ask {@link canAcceptWork} before handing in a message from outside. */
  verifyAttestation(attestation: Attestation): boolean | Promise<boolean>
  /** Whether the queue has room; while it has none, drop what arrives with `queue-full`. */
  canAcceptWork(): boolean
}

/** Refuses to sign with a suite that no verifier would accept in `env`. */
export function checkUsable(suite: SuiteId, env: Env): void {
  if (isSuiteUsable(suite, env)) return
  const message = `suite ${suite} is refused in ${envName(env)}; use a post-quantum suite there`
  throw new ProtocolError('suite-refused', message)
}

/** An attestor that signs where it is called. */
export function suiteAttestor(suite: SignatureSuite, keys: KeyPair): Attestor {
  return {
    suite: suite.id,
    publicKey: keys.publicKey,
    async signAttestation(message, domain, env) {
      checkUsable(suite.id, env)
      return suite.sign(keys.secretKey, message, signingContext(domain, env))
    }
  }
}

/** A verifier that checks where it is called: for simulations, tools and tests. */
export function suiteVerifier(suites: SuiteSet): Verifier {
  return {
    verifyAttestation({ suite, publicKey, message, signature, domain, env }) {
      if (!isSuiteUsable(suite, env)) return false
      const context = signingContext(domain, env)
      return suites.get(suite)?.verify(publicKey, message, signature, context) ?? false
    },
    canAcceptWork: () => true
  }
}
