/** Where the operator's agent of a node stands. */
export interface OperatorView {
  /** `running`, or why it isn't: switched off, without a catalogue, or with one it refuses. */
  state: 'running' | 'off' | 'no-catalogue' | 'catalogue-refused'
  /** One line: what to do next. */
  detail: string
  autonomy: 'watch-only' | 'self-heal' | 'locked'
  /** Who acts. */
  control: 'agent' | 'operator'
  /** When the running grant ends, Unix milliseconds; null without one. */
  grantUntilMs: number | null
  services: OperatorServiceView[]
  /** Incidents not closed. */
  openIncidents: number
  /** Questions that wait for an answer. */
  openApprovals: number
}

export interface OperatorServiceView {
  name: string
  runtime: 'container' | 'process' | 'host'
  target: string
  dependsOn: string[]
  state: 'up' | 'degraded' | 'down'
  /** What is wrong, a line each. */
  symptoms: string[]
}

export interface IncidentView {
  id: string
  /** The service that is the cause. */
  root: string
  openedMs: number
  /** null while it is open. */
  closedMs: number | null
  /** From its opening until all were healthy for good; null while it is open. */
  tookMs: number | null
  /** Actions done. */
  actions: number
  /** What was seen of the root first. */
  symptom: string
}

export interface IncidentDetailView extends IncidentView {
  /** What was seen, why what was done, and what came of it, a sentence a line. */
  explanation: string
  rows: { atMs: number; kind: string; row: string }[]
}

export interface RuleView {
  id: string
  says: string
  /** Symptoms; empty for any other. */
  when: string[]
  afterUpstream: boolean
  /** Actions in the order they are tried. */
  steps: { action: string; asks: boolean }[]
  /** What people are told when nothing is left to try. */
  alert: string
}

export interface ApprovalView {
  id: string
  incident: string
  action: string
  service: string
  why: string
  evidence: string[]
  dryRun: string[]
  askedMs: number
  expiresMs: number
  /** Not shown before this. */
  notBeforeMs: number
  /** Denied by itself then; null while nobody has it before him. */
  answerByMs: number | null
}

/** A question as it lies before somebody. */
export interface DeliveryView {
  approval: ApprovalView
  /** Counts for one answer to this delivery. */
  token: string
}

/** The agent, for reading and for the operator's word. Refusals are `OperatorError`s. */
export interface OperatorPort {
  state(): OperatorView
  /** Newest first. */
  incidents(): IncidentView[]
  incident(id: string): IncidentDetailView | undefined
  rules(): RuleView[]
  /** Oldest first. */
  approvals(): ApprovalView[]
  deliver(approval: string): DeliveryView
  answer(
    approval: string,
    token: string,
    answer: 'approve' | 'deny' | 'defer',
    deferMs: number | undefined
  ): void
  /** Who acts from now on. */
  control(by: 'agent' | 'operator'): void
  /** Lets the agent act alone for some hours. */
  grant(hours: number): void
}
