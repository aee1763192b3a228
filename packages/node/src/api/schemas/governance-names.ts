import type { TSchema } from 'typebox'
import {
  ActionSchema,
  CouncilSchema,
  DecisionFileSchema,
  DecisionPageSchema,
  DecisionSchema,
  ProposalPageSchema,
  ProposalSchema,
  ReceiptSchema,
  ResultFileSchema,
  RevisitedSchema,
  SaidSchema
} from './governance.ts'
import {
  AppealListSchema,
  AppealSchema,
  ExplanationSchema,
  NoticeListSchema,
  PolicyListSchema,
  PolicySchema,
  WeightPageSchema,
  WeightSchema
} from './weights.ts'

/** Schemas of governance by the name that the OpenAPI document gives them. */
export const GOVERNANCE_SCHEMAS: Readonly<Record<string, TSchema>> = {
  Action: ActionSchema,
  Appeal: AppealSchema,
  AppealList: AppealListSchema,
  Council: CouncilSchema,
  Decision: DecisionSchema,
  DecisionFile: DecisionFileSchema,
  DecisionPage: DecisionPageSchema,
  NoticeList: NoticeListSchema,
  Policy: PolicySchema,
  PolicyList: PolicyListSchema,
  Proposal: ProposalSchema,
  ProposalPage: ProposalPageSchema,
  Receipt: ReceiptSchema,
  ResultFile: ResultFileSchema,
  Revisited: RevisitedSchema,
  Said: SaidSchema,
  Weight: WeightSchema,
  WeightExplanation: ExplanationSchema,
  WeightPage: WeightPageSchema
}
