export {
  type Choice,
  checkProposal,
  chooseArtefact,
  type Measured,
  type Running
} from './choose.ts'
export { type Checked, RELEASE_REFUSALS, ReleaseError, type ReleaseRefusal } from './codes.ts'
export { decodeFile, encodeFile, type SignedFile, signedBytes } from './file.ts'
export { keyIdOf, type RoleSignature } from './keys.ts'
export { ARTEFACT_MAX_BYTES, FILE_MAX_BYTES } from './limits.ts'
export { fileDigest, manifestDigest } from './pointer.ts'
export {
  addSignatures,
  keyList,
  releaseKeyOf,
  signFile,
  snapshotOf,
  targetsOf,
  timestampOf
} from './sign.ts'
export { type Trusted, trustedFromText, trustedToText, trustRoot } from './trusted.ts'
export * from './types.ts'
export { type ReleaseFiles, verifyRelease } from './verify.ts'
export {
  checkWasm,
  WASM_REFUSALS,
  type WasmRefusal,
  type WasmResult,
  type WasmVersion
} from './wasm.ts'
