export { createAttestor } from './attestor.ts'
export type { FalconCheck } from './batch.ts'
export { checkpointSigner } from './checkpoint-signer.ts'
export type { FalconChecker, LiboqsFalcon, LiboqsLoad } from './falcon.ts'
export { type MlDsaId, PublicKeyCache } from './key-objects.ts'
export { type NativeMlDsa, nativeMlDsa } from './ml-dsa.ts'
export { verifyPeerSignature } from './peer.ts'
export { type AttestationPool, type AttestationPoolInit, createAttestationPool } from './pool.ts'
export { generateKeyPair, type NativeSuites, nativeSuites } from './suites.ts'
export {
  createVerifier,
  type NativeVerifier,
  type VerifierCounters,
  type VerifierInit
} from './verifier.ts'
