import type { TSchema } from 'typebox'
import { ErrorSchema } from './common.ts'
import { GOVERNANCE_SCHEMAS } from './governance-names.ts'
import { DigestSchema, HealthSchema, ReadinessSchema, ReportSchema } from './health.ts'
import {
  EventSchema,
  InviteSchema,
  LedgerEventSchema,
  LedgerPageSchema,
  LedgerSchema,
  ProgressSchema,
  ProofSchema,
  VerifyResultSchema
} from './ledger.ts'
import { LinkSchema, MemberPageSchema, MemberSchema, MeshSchema } from './mesh.ts'
import { OPERATOR_SCHEMAS } from './operator.ts'

/** Schemas by the name that the OpenAPI document gives them. */
export const NAMED_SCHEMAS: Readonly<Record<string, TSchema>> = {
  Digest: DigestSchema,
  Error: ErrorSchema,
  Event: EventSchema,
  ...GOVERNANCE_SCHEMAS,
  Health: HealthSchema,
  Invite: InviteSchema,
  Ledger: LedgerSchema,
  LedgerEvent: LedgerEventSchema,
  LedgerPage: LedgerPageSchema,
  Link: LinkSchema,
  Member: MemberSchema,
  MemberPage: MemberPageSchema,
  Mesh: MeshSchema,
  Proof: ProofSchema,
  ...OPERATOR_SCHEMAS,
  Readiness: ReadinessSchema,
  Report: ReportSchema,
  VerifyProgress: ProgressSchema,
  VerifyResult: VerifyResultSchema
}
