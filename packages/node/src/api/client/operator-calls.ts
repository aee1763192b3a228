import type {
  ApprovalView,
  DeliveryView,
  IncidentDetailView,
  IncidentView,
  OperatorView,
  RuleView
} from '../../operator/views.ts'
import type { Http } from './http.ts'

/** What a program may ask of a node's agent. */
export interface OperatorCalls {
  operator(): Promise<OperatorView>
  rules(): Promise<RuleView[]>
  /** Newest first. */
  incidents(): Promise<IncidentView[]>
  incident(id: string): Promise<IncidentDetailView>
  /** Oldest first. */
  approvals(): Promise<ApprovalView[]>
  /** Starts the five minutes in which a question can be answered. */
  deliver(approval: string): Promise<DeliveryView>
  answer(
    approval: string,
    given: { token: string; answer: 'approve' | 'deny' | 'defer'; deferMs?: number }
  ): Promise<OperatorView>
  /** Who acts from now on. */
  control(by: 'agent' | 'operator'): Promise<OperatorView>
  /** Lets the agent act alone for 1 to 168 hours. */
  grant(hours: number): Promise<OperatorView>
}

export function operatorCalls(http: Http): OperatorCalls {
  const post = <T>(path: string, body: object): Promise<T> =>
    http.json(path, { method: 'POST', body })
  const at = (approval: string): string => `/v1/approvals/${encodeURIComponent(approval)}`
  return {
    operator: () => http.json('/v1/operator'),
    rules: async () => (await http.json<{ rules: RuleView[] }>('/v1/operator/rules')).rules,
    incidents: async () =>
      (await http.json<{ incidents: IncidentView[] }>('/v1/incidents')).incidents,
    incident: id => http.json(`/v1/incidents/${encodeURIComponent(id)}`),
    approvals: async () =>
      (await http.json<{ approvals: ApprovalView[] }>('/v1/approvals')).approvals,
    deliver: approval => post(`${at(approval)}/delivery`, {}),
    answer: (approval, given) => post(`${at(approval)}/answer`, given),
    control: by => post('/v1/operator/control', { by }),
    grant: hours => post('/v1/operator/grants', { hours })
  }
}
