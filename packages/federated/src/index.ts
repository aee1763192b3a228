export { FederatedError, type FederatedErrorCode } from './errors.ts'
export {
  countNonZero,
  packTernary,
  type TernaryRefusal,
  type UnpackResult,
  unpackTernary,
  WEIGHTS_PER_BYTE
} from './ternary.ts'
