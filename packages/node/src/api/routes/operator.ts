import { OperatorError } from '@torusmesh/operator'
import { Type } from 'typebox'
import type { ApiInit, App } from '../app.ts'
import { API_STATUS, ApiError, type ApiErrorCode } from '../errors.ts'
import {
  ApprovalListSchema,
  DeliverySchema,
  IncidentDetailSchema,
  IncidentListSchema,
  OperatorSchema,
  RuleListSchema
} from '../schemas/operator.ts'

const DAY_MS = 86_400_000
const MAX_GRANT_HOURS = 168

const Id = Type.Object({ id: Type.String({ pattern: '^[a-z0-9.-]{1,64}$' }) })
const Nothing = Type.Object({}, { additionalProperties: false })
const Answer = Type.Object(
  {
    token: Type.String({ maxLength: 64, description: 'of the last delivery' }),
    answer: Type.Enum(['approve', 'deny', 'defer']),
    deferMs: Type.Optional(Type.Integer({ minimum: 0, maximum: DAY_MS }))
  },
  { additionalProperties: false }
)
const Control = Type.Object(
  { by: Type.Enum(['agent', 'operator'], { description: 'who acts from now on' }) },
  { additionalProperties: false }
)
const Grant = Type.Object(
  { hours: Type.Integer({ minimum: 1, maximum: MAX_GRANT_HOURS }) },
  { additionalProperties: false }
)

type Init = Pick<ApiInit, 'operator'>

/** The operator's agent: what it saw and did, its questions, and the operator's word. */
export function operatorRoutes(app: App, init: Init): void {
  readRoutes(app, init)
  approvalRoutes(app, init)
  controlRoutes(app, init)
}

function readRoutes(app: App, { operator }: Init): void {
  app.get(
    '/v1/operator',
    {
      config: { summary: 'Where the agent stands, and how the services of its catalogue fare.' },
      schema: { response: { 200: OperatorSchema } }
    },
    () => operator.state()
  )
  app.get(
    '/v1/operator/rules',
    {
      config: { summary: 'The rulebook: what is tried on which symptoms.' },
      schema: { response: { 200: RuleListSchema } }
    },
    () => ({ rules: operator.rules() })
  )
  app.get(
    '/v1/incidents',
    {
      config: { summary: 'The last 256 incidents.' },
      schema: { response: { 200: IncidentListSchema } }
    },
    () => ({ incidents: operator.incidents() })
  )
  app.get(
    '/v1/incidents/:id',
    {
      config: { summary: 'All that is known of one incident, in sentences and as recorded.' },
      schema: { params: Id, response: { 200: IncidentDetailSchema } }
    },
    ({ params: { id } }) => {
      const found = operator.incident(id)
      if (found !== undefined) return found
      throw new ApiError('INCIDENT_UNKNOWN', `no incident ${id}`, 'see GET /v1/incidents')
    }
  )
}

function approvalRoutes(app: App, { operator }: Init): void {
  app.get(
    '/v1/approvals',
    {
      config: { summary: 'Questions of the agent that wait for an answer.' },
      schema: { response: { 200: ApprovalListSchema } }
    },
    () => ({ approvals: operator.approvals() })
  )
  app.post(
    '/v1/approvals/:id/delivery',
    {
      config: {
        summary: 'Puts a question before an operator: five minutes to answer, by its token.',
        needsToken: true
      },
      schema: { params: Id, body: Nothing, response: { 200: DeliverySchema } }
    },
    ({ params: { id } }) => told(() => operator.deliver(id))
  )
  app.post(
    '/v1/approvals/:id/answer',
    {
      config: { summary: 'Answers the last delivery of a question.', needsToken: true },
      schema: { params: Id, body: Answer, response: { 200: OperatorSchema } }
    },
    ({ params: { id }, body: { token, answer, deferMs } }) =>
      told(() => {
        operator.answer(id, token, answer, deferMs)
        return operator.state()
      })
  )
}

function controlRoutes(app: App, { operator }: Init): void {
  app.post(
    '/v1/operator/control',
    {
      config: { summary: 'Takes control from the agent, or gives it back.', needsToken: true },
      schema: { body: Control, response: { 200: OperatorSchema } }
    },
    ({ body: { by } }) =>
      told(() => {
        operator.control(by)
        return operator.state()
      })
  )
  app.post(
    '/v1/operator/grants',
    {
      config: { summary: 'Lets the agent act alone for some hours.', needsToken: true },
      schema: { body: Grant, response: { 200: OperatorSchema } }
    },
    ({ body: { hours } }) =>
      told(() => {
        operator.grant(hours)
        return operator.state()
      })
  )
}

/** What the agent refuses is the caller's to know. */
function told<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof OperatorError) || !Object.hasOwn(API_STATUS, error.code)) throw error
    const [message = '', next = 'see GET /v1/operator'] = error.message.split('; ', 2)
    throw new ApiError(error.code as ApiErrorCode, message, next)
  }
}
