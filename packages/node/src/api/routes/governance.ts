import { Type } from 'typebox'
import type { CouncilPort } from '../../council/index.ts'
import type { NodeView } from '../../view.ts'
import type { App } from '../app.ts'
import { ApiError, taken } from '../errors.ts'
import { appealAnswer, councilAnswer, decisionAnswer, noticeAnswer } from '../governance-answers.ts'
import { CouncilSchema, DecisionPageSchema, SaidSchema } from '../schemas/governance.ts'
import {
  AppealListSchema,
  ExplanationSchema,
  NoticeListSchema,
  PolicyListSchema,
  PolicySchema,
  STREAMS,
  WeightPageSchema
} from '../schemas/weights.ts'

const MAX_PAGE = 500
const TEXT_MAX = 4_000
const limit = Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })
const hex = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description })

const DecisionsQuery = Type.Object(
  {
    from: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
    limit
  },
  { additionalProperties: false }
)
const WeightsQuery = Type.Object(
  { cursor: Type.Optional(hex('`next` of the page before')), limit },
  { additionalProperties: false }
)
const ByMember = Type.Object({
  member: Type.String({
    pattern: '^([0-9a-f]{64}|self)$',
    description: 'member id; `self` for this node’s'
  })
})
const ByVersion = Type.Object({
  version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
})
const NoticesQuery = Type.Object(
  { stream: Type.Optional(Type.Enum([...STREAMS])) },
  { additionalProperties: false }
)

interface Ports {
  readonly council: CouncilPort
  readonly view: NodeView
}

/** Where the council stands, who weighs what, by which rules, and what was decided. */
export function governanceRoutes(app: App, ports: Ports): void {
  const { council } = ports
  app.get(
    '/v1/council',
    {
      config: { summary: 'Where this node’s council stands, and all that decisions have changed.' },
      schema: { response: { 200: CouncilSchema } }
    },
    () => councilAnswer(council.state())
  )

  app.get(
    '/v1/decisions',
    {
      config: { summary: 'Decisions by number, a page at a time; the last 256 are at hand.' },
      schema: { querystring: DecisionsQuery, response: { 200: DecisionPageSchema } }
    },
    ({ query }) => {
      const rest = council.decisions().filter(({ number }) => number >= query.from)
      const page = rest.slice(0, query.limit)
      const next = rest.length > query.limit ? page.at(-1)!.number + 1 : null
      const total = council.state().decisions
      return { total, decisions: page.map(decisionAnswer), next }
    }
  )

  app.get(
    '/v1/notices',
    {
      config: { summary: 'What waits for this node’s member, in three streams.' },
      schema: { querystring: NoticesQuery, response: { 200: NoticeListSchema } }
    },
    ({ query: { stream } }) => {
      const notices = council
        .notices()
        .filter(each => stream === undefined || each.stream === stream)
      return { notices: notices.map(noticeAnswer) }
    }
  )
  weightRoutes(app, council)
  policyRoutes(app, council)
  appealRoutes(app, ports)
}

function weightRoutes(app: App, council: CouncilPort): void {
  app.get(
    '/v1/weights',
    {
      config: { summary: 'Weights of all members by id, a page at a time.' },
      schema: { querystring: WeightsQuery, response: { 200: WeightPageSchema } }
    },
    ({ query }) => {
      const { epoch, policyVersion, root, total: sum, rows } = council.weights()
      const rest = rows.filter(({ member }) => member > (query.cursor ?? ''))
      const weights = rest.slice(0, query.limit)
      const next = rest.length > query.limit ? weights.at(-1)!.member : null
      return { epoch, policyVersion, root, sum, total: rows.length, weights, next }
    }
  )

  app.get(
    '/v1/weights/:member',
    {
      config: { summary: 'Why a member weighs what it weighs: points, bounds, events, proof.' },
      schema: { params: ByMember, response: { 200: ExplanationSchema } }
    },
    ({ params: { member } }) => {
      const found = council.weight(member === 'self' ? undefined : member)
      if (found !== undefined) return found
      throw new ApiError(
        'API_NOT_FOUND',
        'this member has no weight: the council does not know it',
        'see GET /v1/weights for the members it knows'
      )
    }
  )
}

function policyRoutes(app: App, council: CouncilPort): void {
  const all = (): { version: number; fromEpoch: number; policy: PolicyOf }[] => [
    ...council.policies()
  ]
  app.get(
    '/v1/policies',
    {
      config: { summary: 'All versions of the policy, oldest first.' },
      schema: { response: { 200: PolicyListSchema } }
    },
    () => ({ policies: all() })
  )

  app.get(
    '/v1/policies/:version',
    {
      config: { summary: 'One version of the policy.' },
      schema: { params: ByVersion, response: { 200: PolicySchema } }
    },
    ({ params: { version } }) => {
      const found = all().find(each => each.version === version)
      if (found !== undefined) return found
      throw new ApiError(
        'API_NOT_FOUND',
        `there is no policy ${version}`,
        'see GET /v1/policies for the versions there are'
      )
    }
  )
}

type PolicyOf = ReturnType<CouncilPort['policies']>[number]['policy']

const AppealParams = Type.Object({ id: hex('id of the appeal') })
const text = (description: string) =>
  Type.String({ minLength: 1, maxLength: TEXT_MAX, description })
const SubmitBody = Type.Object(
  {
    decision: hex('digest of the decision’s ledger event'),
    decider: Type.String({ maxLength: 64, description: 'whose rule or agent decided' }),
    atMs: Type.Integer({ minimum: 0, description: 'when it was decided, mesh time in ms' }),
    grounds: text('why')
  },
  { additionalProperties: false }
)
const ReviewBody = Type.Object({ text: text('what was found') }, { additionalProperties: false })
const ResolveBody = Type.Object(
  { outcome: Type.Enum(['upheld', 'reversed']), reason: text('why') },
  { additionalProperties: false }
)

/** Submitted by who is affected, reviewed by one other member, resolved by a third. */
function appealRoutes(app: App, { council, view }: Ports): void {
  const self = (): string => view.mesh().self.member
  const response = { 202: SaidSchema }
  app.get(
    '/v1/appeals',
    {
      config: { summary: 'Appeals of automated decisions, with their steps.' },
      schema: { response: { 200: AppealListSchema } }
    },
    () => ({ appeals: council.appeals().map(appealAnswer) })
  )

  app.post(
    '/v1/appeals',
    {
      config: {
        summary: 'Appeals an automated decision that affects this node.',
        needsToken: true
      },
      schema: { body: SubmitBody, response: { 202: SaidSchema } }
    },
    async ({ body: { grounds, ...decision } }, reply) => {
      const appealed = { ...decision, affected: self() }
      taken(await council.appeal({ kind: 'submit', decision: appealed, grounds }))
      return reply.code(202).send({ id: decision.decision })
    }
  )

  app.post(
    '/v1/appeals/:id/review',
    {
      config: { summary: 'Reviews an appeal that this node has no part in.', needsToken: true },
      schema: { params: AppealParams, body: ReviewBody, response }
    },
    async ({ params: { id }, body }, reply) => {
      taken(await council.appeal({ kind: 'review', id, reviewer: self(), text: body.text }))
      return reply.code(202).send({ id })
    }
  )

  app.post(
    '/v1/appeals/:id/resolution',
    {
      config: { summary: 'Resolves an appeal that another member has reviewed.', needsToken: true },
      schema: { params: AppealParams, body: ResolveBody, response }
    },
    async ({ params: { id }, body }, reply) => {
      taken(await council.appeal({ kind: 'resolve', id, resolver: self(), ...body }))
      return reply.code(202).send({ id })
    }
  )
}
