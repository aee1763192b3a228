import type { governance } from '@torusmesh/consensus'
import type { DecisionFile, ResultFile } from '../../council/index.ts'
import type {
  ChoiceName,
  CouncilAnswer,
  DecisionPage,
  ProposalAnswer,
  ProposalPage,
  RevisitedAnswer,
  SaidAnswer,
  WantedAction
} from '../schemas/governance.ts'
import type {
  AppealAnswer,
  AppealList,
  NoticeAnswer,
  NoticeList,
  PolicyAnswer,
  PolicyList,
  WeightPage
} from '../schemas/weights.ts'
import type { Http } from './http.ts'

export interface ProposalFilter {
  readonly type?: governance.ProposalType
  readonly phase?: governance.Phase
  /** Under way, or ended. */
  readonly live?: boolean
  /** `next` of the page before. */
  readonly cursor?: string
  readonly limit?: number
}

/** What a program may ask of a node's council. What is said takes effect once it is ordered. */
export interface GovernanceCalls {
  council(): Promise<CouncilAnswer>
  /** A page of proposals, newest first. */
  proposals(filter?: ProposalFilter): Promise<ProposalPage>
  proposal(id: string): Promise<ProposalAnswer>
  /** @returns the proposal's id */
  propose(wanted: {
    readonly title: string
    readonly action: WantedAction
    readonly summary: string
    readonly rollback: string
  }): Promise<SaidAnswer>
  vote(proposal: string, choice: ChoiceName): Promise<SaidAnswer>
  approve(proposal: string, approves?: boolean): Promise<SaidAnswer>
  object(proposal: string): Promise<SaidAnswer>
  cancel(proposal: string): Promise<SaidAnswer>
  /** A counted vote with its ballots, to count again offline. */
  result(proposal: string): Promise<ResultFile>
  receipt(proposal: string, member?: string): Promise<governance.VoteReceipt>
  revisit(proposal: string, policy: number): Promise<RevisitedAnswer>
  decisions(range?: { from?: number; limit?: number }): Promise<DecisionPage>
  /** A decision with both keys and its finality, to check offline. */
  decision(proposal: string): Promise<DecisionFile>
  weights(range?: { cursor?: string; limit?: number }): Promise<WeightPage>
  /** This node's own weight if left out. */
  weight(member?: string): Promise<governance.WeightExplanation>
  policies(): Promise<PolicyAnswer[]>
  appeals(): Promise<AppealAnswer[]>
  submitAppeal(appeal: {
    readonly decision: string
    readonly decider: string
    readonly atMs: number
    readonly grounds: string
  }): Promise<SaidAnswer>
  reviewAppeal(id: string, text: string): Promise<SaidAnswer>
  resolveAppeal(id: string, outcome: governance.AppealOutcome, reason: string): Promise<SaidAnswer>
  councilNotices(stream?: governance.NoticeStream): Promise<NoticeAnswer[]>
}

export function governanceCalls(http: Http): GovernanceCalls {
  const post = <T>(path: string, body: object): Promise<T> =>
    http.json(path, { method: 'POST', body })
  const at = (proposal: string): string => `/v1/proposals/${encodeURIComponent(proposal)}`
  const appeal = (id: string): string => `/v1/appeals/${encodeURIComponent(id)}`
  return {
    council: () => http.json('/v1/council'),
    proposals: ({ live, ...filter } = {}) =>
      http.json('/v1/proposals', {
        query: { ...filter, ...(live !== undefined && { live: String(live) }) }
      }),
    proposal: id => http.json(at(id)),
    propose: wanted => post('/v1/proposals', wanted),
    vote: (id, choice) => post(`${at(id)}/votes`, { choice }),
    approve: (id, approves = true) => post(`${at(id)}/approvals`, { approves }),
    object: id => post(`${at(id)}/objections`, {}),
    cancel: id => post(`${at(id)}/cancellation`, {}),
    result: id => http.json(`${at(id)}/result`),
    receipt: (id, member) => http.json(`${at(id)}/receipt`, { query: { member } }),
    revisit: (id, policy) => http.json(`${at(id)}/revisit`, { query: { policy } }),
    decisions: range => http.json('/v1/decisions', { query: { ...range } }),
    decision: id => http.json(`/v1/decisions/${encodeURIComponent(id)}`),
    weights: range => http.json('/v1/weights', { query: { ...range } }),
    weight: (member = 'self') => http.json(`/v1/weights/${encodeURIComponent(member)}`),
    policies: async () => (await http.json<PolicyList>('/v1/policies')).policies,
    appeals: async () => (await http.json<AppealList>('/v1/appeals')).appeals,
    submitAppeal: wanted => post('/v1/appeals', wanted),
    reviewAppeal: (id, text) => post(`${appeal(id)}/review`, { text }),
    resolveAppeal: (id, outcome, reason) => post(`${appeal(id)}/resolution`, { outcome, reason }),
    councilNotices: async stream =>
      (await http.json<NoticeList>('/v1/notices', { query: { stream } })).notices
  }
}
