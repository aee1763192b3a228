import { type TSchema, type TUnsafe, Type } from 'typebox'
import type {
  ApprovalView,
  DeliveryView,
  IncidentDetailView,
  IncidentView,
  OperatorServiceView,
  OperatorView,
  RuleView
} from '../../operator/views.ts'
import { count, flag, text, timeMs } from './common.ts'
import { exactly } from './exactly.ts'

const lines = (description: string): TUnsafe<string[]> =>
  exactly<string[]>()(Type.Array(Type.String(), { description }))

const timeOrNull = (what: string): TUnsafe<number | null> =>
  exactly<number | null>()(Type.Union([timeMs(what), Type.Null()]))

const ServiceSchema: TUnsafe<OperatorServiceView> = exactly<OperatorServiceView>()(
  Type.Object({
    name: text('service'),
    runtime: Type.Enum(['container', 'process', 'host']),
    target: text('container or unit'),
    dependsOn: lines('services it stands on'),
    state: Type.Enum(['up', 'degraded', 'down']),
    symptoms: lines('what is wrong')
  })
)

const OperatorSchema: TUnsafe<OperatorView> = exactly<OperatorView>()(
  Type.Object({
    state: Type.Enum(['running', 'off', 'no-catalogue', 'catalogue-refused']),
    detail: text('what to do next, or the catalogue'),
    autonomy: Type.Enum(['watch-only', 'self-heal', 'locked']),
    control: Type.Enum(['agent', 'operator'], { description: 'who acts' }),
    grantUntilMs: timeOrNull('when the running grant ends'),
    services: Type.Array(ServiceSchema),
    openIncidents: count('incidents not closed'),
    openApprovals: count('questions that wait for an answer')
  })
)

const incident = {
  id: text('id'),
  root: text('service that is the cause'),
  openedMs: timeMs('when it was opened'),
  closedMs: timeOrNull('when it was closed'),
  tookMs: exactly<number | null>()(
    Type.Union([count('until all were healthy for good, ms'), Type.Null()])
  ),
  actions: count('actions done'),
  symptom: text('what was seen of the cause first')
}

const IncidentSchema: TUnsafe<IncidentView> = exactly<IncidentView>()(Type.Object(incident))

const IncidentDetailSchema: TUnsafe<IncidentDetailView> = exactly<IncidentDetailView>()(
  Type.Object({
    ...incident,
    explanation: text('what was seen, why what was done, what came of it; a sentence a line'),
    rows: Type.Array(
      Type.Object({
        atMs: timeMs('when it was written'),
        kind: text('kind of row'),
        row: text('the row as it is in the ledger, JSON')
      })
    )
  })
)

const RuleSchema: TUnsafe<RuleView> = exactly<RuleView>()(
  Type.Object({
    id: text('id'),
    says: text('what it does, a sentence'),
    when: lines('symptoms; empty for any other'),
    afterUpstream: flag('only after something upstream was healed'),
    steps: Type.Array(Type.Object({ action: text('what is tried'), asks: flag('needs consent') })),
    alert: text('what people are told when nothing is left to try')
  })
)

const ApprovalSchema: TUnsafe<ApprovalView> = exactly<ApprovalView>()(
  Type.Object({
    id: text('id'),
    incident: text('incident'),
    action: text('what would be done'),
    service: text('to which service'),
    why: text('the question'),
    evidence: lines('what was seen'),
    dryRun: lines('what would be done, and how it would be undone'),
    askedMs: timeMs('when it was asked'),
    expiresMs: timeMs('when it expires'),
    notBeforeMs: timeMs('not shown before'),
    answerByMs: timeOrNull('denied by itself then')
  })
)

const DeliverySchema: TUnsafe<DeliveryView> = exactly<DeliveryView>()(
  Type.Object({ approval: ApprovalSchema, token: text('counts for one answer to this delivery') })
)

/** Lists, each under the name of what it holds. */
const IncidentListSchema: TUnsafe<{ incidents: IncidentView[] }> = exactly<{
  incidents: IncidentView[]
}>()(Type.Object({ incidents: Type.Array(IncidentSchema, { description: 'newest first' }) }))

const ApprovalListSchema: TUnsafe<{ approvals: ApprovalView[] }> = exactly<{
  approvals: ApprovalView[]
}>()(Type.Object({ approvals: Type.Array(ApprovalSchema, { description: 'oldest first' }) }))

const RuleListSchema: TUnsafe<{ rules: RuleView[] }> = exactly<{ rules: RuleView[] }>()(
  Type.Object({ rules: Type.Array(RuleSchema, { description: 'the first that matches wins' }) })
)

export {
  ApprovalListSchema,
  DeliverySchema,
  IncidentDetailSchema,
  IncidentListSchema,
  OperatorSchema,
  RuleListSchema
}

/** The schemas of the agent by the name that the OpenAPI document gives them. */
export const OPERATOR_SCHEMAS: Readonly<Record<string, TSchema>> = {
  Approval: ApprovalSchema,
  ApprovalList: ApprovalListSchema,
  Delivery: DeliverySchema,
  Incident: IncidentSchema,
  IncidentDetail: IncidentDetailSchema,
  IncidentList: IncidentListSchema,
  Operator: OperatorSchema,
  OperatorService: ServiceSchema,
  Rule: RuleSchema,
  RuleList: RuleListSchema
}
