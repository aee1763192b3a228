import type { governance } from '@torusmesh/consensus'
import { Type } from 'typebox'
import type { CouncilPort, ProposalView } from '../../council/index.ts'
import type { App } from '../app.ts'
import { ApiError, taken } from '../errors.ts'
import { proposalAnswer } from '../governance-answers.ts'
import {
  ACTION_FIELDS,
  ActionBodySchema,
  CHOICES,
  DecisionFileSchema,
  PHASES,
  PROPOSAL_TYPES,
  type ProposalPage,
  ProposalPageSchema,
  ProposalSchema,
  ReceiptSchema,
  ResultFileSchema,
  RevisitedSchema,
  SaidSchema,
  type WantedAction
} from '../schemas/governance.ts'

const MAX_PAGE = 500
const TEXT_MAX = 4_000
const TITLE_MAX = 120

const id = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'id of the proposal' })
const ById = Type.Object({ id })

const ListQuery = Type.Object(
  {
    type: Type.Optional(Type.Enum([...PROPOSAL_TYPES])),
    phase: Type.Optional(Type.Enum([...PHASES])),
    live: Type.Optional(Type.Boolean({ description: 'true: under way; false: ended' })),
    cursor: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,16}-[0-9a-f]{64}$',
        description: '`next` of the page before'
      })
    ),
    limit: Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })
  },
  { additionalProperties: false }
)

const ProposeBody = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: TITLE_MAX }),
    action: ActionBodySchema,
    summary: Type.String({
      minLength: 1,
      maxLength: TEXT_MAX,
      description: 'the impact, in words'
    }),
    rollback: Type.String({ minLength: 1, maxLength: TEXT_MAX, description: 'how to go back' })
  },
  { additionalProperties: false }
)

const VoteBody = Type.Object({ choice: Type.Enum([...CHOICES]) }, { additionalProperties: false })
const ApproveBody = Type.Object(
  { approves: Type.Boolean({ default: true, description: 'false: refuses' }) },
  { additionalProperties: false }
)

/** Proposals, and what this node's member says of them. */
export function proposalRoutes(app: App, { council }: { readonly council: CouncilPort }): void {
  app.get(
    '/v1/proposals',
    {
      config: { summary: 'Proposals, newest first, a page at a time.' },
      schema: { querystring: ListQuery, response: { 200: ProposalPageSchema } }
    },
    ({ query }) => pageOf(council.proposals(), query)
  )

  app.get(
    '/v1/proposals/:id',
    {
      config: { summary: 'One proposal: phase, tally, second key, and what happens next.' },
      schema: { params: ById, response: { 200: ProposalSchema } }
    },
    ({ params }) => proposalAnswer(known(council, params.id))
  )

  app.post(
    '/v1/proposals',
    {
      config: {
        summary: 'Proposes, with this node’s simulation; the same again is one proposal.',
        needsToken: true
      },
      schema: { body: ProposeBody, response: { 201: SaidSchema } }
    },
    async ({ body }, reply) => {
      const action = actionOf(body.action, council)
      const proposed = await council.propose({ ...body, action })
      return reply.code(201).send({ id: taken(proposed) })
    }
  )
  wordRoutes(app, council)
  recordRoutes(app, council)
}

/** What is said takes effect once it is ordered; saying it again changes nothing. */
function wordRoutes(app: App, council: CouncilPort): void {
  const response = { 202: SaidSchema }
  app.post(
    '/v1/proposals/:id/votes',
    {
      config: {
        summary: 'Votes, or changes the vote before the close; sent twice it is done once.',
        needsToken: true
      },
      schema: { params: ById, body: VoteBody, response }
    },
    async ({ params, body }, reply) => {
      taken(await council.vote(params.id, body.choice))
      return reply.code(202).send({ id: params.id })
    }
  )

  app.post(
    '/v1/proposals/:id/approvals',
    {
      config: {
        summary: 'Signs this validator’s approval of the action, or its refusal, for good.',
        needsToken: true
      },
      schema: { params: ById, body: ApproveBody, response }
    },
    async ({ params, body }, reply) => {
      taken(await council.approve(params.id, body.approves))
      return reply.code(202).send({ id: params.id })
    }
  )

  app.post(
    '/v1/proposals/:id/objections',
    {
      config: {
        summary: 'Objects to what has passed, or to an emergency in effect, for good.',
        needsToken: true
      },
      schema: { params: ById, response }
    },
    async ({ params }, reply) => {
      taken(await council.object(params.id))
      return reply.code(202).send({ id: params.id })
    }
  )

  app.post(
    '/v1/proposals/:id/cancellation',
    {
      config: {
        summary: 'Takes an own proposal back before anybody has voted.',
        needsToken: true
      },
      schema: { params: ById, response }
    },
    async ({ params }, reply) => {
      taken(await council.cancel(params.id))
      return reply.code(202).send({ id: params.id })
    }
  )
}

const ReceiptQuery = Type.Object(
  {
    member: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: 'whose; this node’s if left out' })
    )
  },
  { additionalProperties: false }
)
const RevisitQuery = Type.Object(
  { policy: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  { additionalProperties: false }
)

/** What a vote leaves behind for others to check. */
function recordRoutes(app: App, council: CouncilPort): void {
  app.get(
    '/v1/proposals/:id/result',
    {
      config: { summary: 'A counted vote with its signed ballots, to count again offline.' },
      schema: { params: ById, response: { 200: ResultFileSchema } }
    },
    async ({ params }) => (await council.resultFile(params.id)) ?? uncounted(council, params.id)
  )

  app.get(
    '/v1/proposals/:id/receipt',
    {
      config: { summary: 'That a member’s ballots are under the root of a counted vote.' },
      schema: { params: ById, querystring: ReceiptQuery, response: { 200: ReceiptSchema } }
    },
    ({ params, query }) => {
      const receipt = council.receipt(params.id, query.member)
      if (receipt !== undefined) return receipt
      if (council.result(params.id) === undefined) return uncounted(council, params.id)
      throw new ApiError('API_NOT_FOUND', 'no ballot of this member was counted', 'name another')
    }
  )

  app.get(
    '/v1/proposals/:id/revisit',
    {
      config: { summary: 'A counted vote under another version of the policy, flips shown.' },
      schema: { params: ById, querystring: RevisitQuery, response: { 200: RevisitedSchema } }
    },
    ({ params, query }) => {
      const revisited = council.revisit(params.id, query.policy)
      if (revisited !== undefined) return revisited
      if (council.result(params.id) === undefined) return uncounted(council, params.id)
      throw new ApiError(
        'API_NOT_FOUND',
        `there is no policy ${query.policy}`,
        'see GET /v1/policies for the versions there are'
      )
    }
  )

  app.get(
    '/v1/decisions/:id',
    {
      config: { summary: 'A decision with both keys and its finality, to check offline.' },
      schema: { params: ById, response: { 200: DecisionFileSchema } }
    },
    ({ params }) => {
      const file = council.decisionFile(params.id)
      if (file !== undefined) return file
      throw new ApiError(
        'API_NOT_FOUND',
        'nothing was decided by this proposal, or long ago',
        'see GET /v1/decisions for those at hand'
      )
    }
  )
}

function known(council: CouncilPort, proposal: string): ProposalView {
  const found = council.proposal(proposal)
  if (found !== undefined) return found
  throw new ApiError(
    'PROPOSAL_UNKNOWN',
    'no such proposal is under way or ended lately',
    'see GET /v1/proposals for the ids'
  )
}

function uncounted(council: CouncilPort, proposal: string): never {
  const { phase } = known(council, proposal)
  throw new ApiError(
    'API_CONFLICT',
    `the proposal is ${phase}: its vote is not counted`,
    'wait until it has closed; GET /v1/proposals/ID says when'
  )
}

type ListFilter = {
  readonly type?: governance.ProposalType
  readonly phase?: governance.Phase
  readonly live?: boolean
  readonly cursor?: string
  readonly limit: number
}

const ENDS: ReadonlySet<governance.Phase> = new Set([
  ...(['executed', 'rejected', 'cancelled', 'expired', 'failed'] as const)
])
const isLive = ({ phase, effectUntilMs }: ProposalView): boolean =>
  !ENDS.has(phase) || effectUntilMs !== undefined

/** A key that sorts: when voting opens, then the id. */
const keyOf = ({ openMs, id: name }: ProposalView): string =>
  `${String(openMs).padStart(16, '0')}-${name}`

function pageOf(all: readonly ProposalView[], filter: ListFilter): ProposalPage {
  const { type, phase, live, cursor, limit } = filter
  const matching = all.filter(
    proposal =>
      (type === undefined || proposal.type === type) &&
      (phase === undefined || proposal.phase === phase) &&
      (live === undefined || isLive(proposal) === live)
  )
  const sorted = matching.toSorted((a, b) => (keyOf(a) > keyOf(b) ? -1 : 1))
  const rest = sorted.filter(proposal => cursor === undefined || keyOf(proposal) < cursor)
  const page = rest.slice(0, limit)
  return {
    total: matching.length,
    proposals: page.map(proposalAnswer),
    next: rest.length > limit ? keyOf(page.at(-1)!) : null
  }
}

/** The action with what a proposer need not say, and nothing that its kind doesn't take. */
function actionOf(wanted: WantedAction, council: CouncilPort): governance.Action {
  const { kind, ...given } = wanted
  const fields: readonly string[] = ACTION_FIELDS[kind]
  const refuse = (problem: string): never => {
    throw new ApiError('API_BAD_REQUEST', `action ${kind} ${problem}`, `give ${fields.join(', ')}`)
  }
  for (const field of Object.keys(given)) {
    if (!fields.includes(field)) refuse(`takes no ${field}`)
  }
  const parameter = String(given['parameter'])
  const { parameters } = council.state().effects
  const present = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined
  const whole: Record<string, unknown> = {
    ...(fields.includes('from') && { from: present ?? 0 }),
    ...(kind === 'set-validators' && { add: [], remove: [] }),
    ...given,
    kind
  }
  for (const field of fields) if (whole[field] === undefined) refuse(`lacks ${field}`)
  return whole as unknown as governance.Action
}
