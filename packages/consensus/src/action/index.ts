export {
  type Approval,
  type ApprovalEvidence,
  approvalStatement,
  readApproval,
  type Tally,
  tally,
  verifyApprovalEvidence,
  writeApproval
} from './approval.ts'
export {
  ActionCertificate,
  type ActionClaim,
  type ActionContext,
  type ActionFault,
  decodeActionClaim,
  encodeActionClaim
} from './certificate.ts'
export {
  centreOf,
  type Electorate,
  type ElectorateFault,
  electorateOf,
  neededPower,
  nextScope,
  Scope,
  type Seating
} from './electorate.ts'
export {
  type ActionClass,
  ActionKind,
  checkMotion,
  classOf,
  decodeMotion,
  EMERGENCY_MAX_MS,
  MOTION_MAX_MS,
  type Motion,
  type MotionContext,
  type MotionFault,
  motionDigest
} from './motion.ts'
