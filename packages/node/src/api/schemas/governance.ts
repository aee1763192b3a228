import type { council, governance } from '@torusmesh/consensus'
import { type TUnsafe, Type } from 'typebox'
import type { DecisionFile, ResultFile } from '../../council/index.ts'
import { count, flag, hex32, text } from './common.ts'
import { exactly } from './exactly.ts'

const meshTime = (what: string): TUnsafe<number> => count(`${what}, mesh time in ms`)
const meshTimeOrNull = (what: string): TUnsafe<number | null> =>
  exactly<number | null>()(
    Type.Union([Type.Integer(), Type.Null()], { description: `${what}, mesh time in ms` })
  )
const member = hex32('member id')

export const CHOICES = ['approve', 'deny', 'abstain'] as const
export type ChoiceName = (typeof CHOICES)[number]

export const PROPOSAL_TYPES = [
  'parameter',
  'validator-set',
  'upgrade',
  'emergency',
  'amendment',
  'treasury'
] as const
export const PHASES = [
  'draft',
  'open',
  'counting',
  'passed',
  'timelock',
  'executable',
  'executed',
  'rejected',
  'cancelled',
  'expired',
  'failed'
] as const

/** What each kind of action takes, beside its kind; `from` is what it is now if left out. */
export const ACTION_FIELDS: Readonly<Record<governance.Action['kind'], readonly string[]>> = {
  'set-parameter': ['parameter', 'from', 'to'],
  'set-validators': ['add', 'remove'],
  upgrade: ['manifest'],
  'set-policy': ['policy'],
  spend: ['account', 'amount'],
  pause: ['service', 'lastsMs'],
  quarantine: ['member', 'lastsMs'],
  'lower-limit': ['parameter', 'from', 'to', 'lastsMs']
}

const maximum = Number.MAX_SAFE_INTEGER
const whole = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum, description }))
const name = (description: string) => Type.Optional(Type.String({ maxLength: 120, description }))
const members = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 4_096, description }))

const actionFields = {
  kind: Type.Enum(Object.keys(ACTION_FIELDS) as governance.Action['kind'][]),
  parameter: name('of set-parameter and lower-limit'),
  from: whole('what it is now'),
  to: whole('what it shall be'),
  lastsMs: whole('how long an emergency lasts, mesh ms, a day at most'),
  add: members('of set-validators: member ids'),
  remove: members('of set-validators: member ids'),
  manifest: name('of upgrade: digest of the manifest'),
  account: name('of spend'),
  amount: whole('of spend'),
  service: name('of pause: join or relay'),
  member: name('of quarantine'),
  policy: Type.Optional(Type.Unsafe<governance.Policy>(Type.Object({}, { maxProperties: 16 })))
}

/** What a proposal does: its kind, and the fields of that kind. */
export const ActionSchema: TUnsafe<governance.Action> = Type.Unsafe<governance.Action>(
  Type.Object(actionFields, { description: 'its kind, and the fields of that kind' })
)

/** An action as somebody wants it; which fields belong to its kind is checked by hand. */
export interface WantedAction {
  readonly kind: governance.Action['kind']
  readonly [field: string]: unknown
}

export const ActionBodySchema: TUnsafe<WantedAction> = Type.Unsafe<WantedAction>(
  Type.Object(actionFields, { additionalProperties: false })
)

/** A proposal with what happens next. */
export interface ProposalAnswer {
  id: string
  type: governance.ProposalType
  title: string
  proposer: string
  phase: governance.Phase
  action: governance.Action
  /** The action in one line. */
  does: string
  summary: string
  rollback: string
  impact: { events: number; changed: number }
  openMs: number
  closeMs: number
  dueMs: number | null
  enactedMs: number | null
  effectUntilMs: number | null
  next: string
  tally: {
    approve: number
    deny: number
    abstain: number
    total: number
    quorumPercent: number
    thresholdPercent: number
  }
  approval: {
    class: 'C' | 'D' | 'E'
    certified: boolean
    scope: number | null
    approvedPower: number
    neededPower: number
    asked: string[]
    own: boolean | null
  } | null
  ownBallot: { choice: ChoiceName; revision: number } | null
}

const percent = (what: string): TUnsafe<number> => count(`${what}, per cent`)

export const ProposalSchema: TUnsafe<ProposalAnswer> = exactly<ProposalAnswer>()(
  Type.Object({
    id: hex32('digest of the proposal'),
    type: Type.Enum([...PROPOSAL_TYPES]),
    title: text('for people'),
    proposer: member,
    phase: Type.Enum([...PHASES]),
    action: ActionSchema,
    does: text('the action in one line'),
    summary: text('the impact in words'),
    rollback: text('how to go back'),
    impact: Type.Object({
      events: count('events that the simulation looked at'),
      changed: count('of them, those that would have gone otherwise')
    }),
    openMs: meshTime('when voting begins'),
    closeMs: meshTime('when voting ends'),
    dueMs: meshTimeOrNull('when something next happens by itself'),
    enactedMs: meshTimeOrNull('when it took effect'),
    effectUntilMs: meshTimeOrNull('when an emergency ends by itself'),
    next: text('what happens next'),
    tally: Type.Object({
      approve: count('weight'),
      deny: count('weight'),
      abstain: count('weight'),
      total: count('weight of the snapshot'),
      quorumPercent: percent('of the total that approve and abstain must reach'),
      thresholdPercent: percent('of approve and deny that approve must exceed')
    }),
    approval: Type.Union(
      [
        Type.Object({
          class: Type.Enum(['C', 'D', 'E']),
          certified: flag('the second key has turned'),
          scope: Type.Union([Type.Integer(), Type.Null()], {
            description: '2, 3: balls of that radius; 4: all validators; null: nobody can approve'
          }),
          approvedPower: count('power that approves'),
          neededPower: count('power that is needed'),
          asked: Type.Array(member, { description: 'whose approval counts' }),
          own: Type.Union([Type.Boolean(), Type.Null()], {
            description: 'what this node approved or refused'
          })
        }),
        Type.Null()
      ],
      { description: 'the second key; null once the proposal has ended' }
    ),
    ownBallot: Type.Union(
      [
        Type.Object({
          choice: Type.Enum([...CHOICES]),
          revision: count('0 for the first, one more with each change')
        }),
        Type.Null()
      ],
      { description: 'what counts of this node’s member' }
    )
  })
)

/** A page of proposals, newest first. */
export interface ProposalPage {
  total: number
  proposals: ProposalAnswer[]
  next: string | null
}

export const ProposalPageSchema: TUnsafe<ProposalPage> = exactly<ProposalPage>()(
  Type.Object({
    total: count('proposals that match, on all pages'),
    proposals: Type.Array(ProposalSchema),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'cursor of the next page, null on the last'
    })
  })
)

/** Something was said to the council; what comes of it is in the proposal and the events. */
export interface SaidAnswer {
  id: string
}

export const SaidSchema: TUnsafe<SaidAnswer> = exactly<SaidAnswer>()(
  Type.Object({ id: hex32('of the proposal or appeal') })
)

/** Where the council of this node stands. */
export interface CouncilAnswer {
  nowMs: number
  lastMs: number
  pace: number
  epoch: number
  epochId: string
  height: number
  view: number
  isVoter: boolean
  observes: string | null
  forks: number
  validators: string[]
  tolerance: string
  convicted: string[]
  decisions: number
  digest: string
  effects: council.Effects
  rejected: Record<string, number>
}

export const CouncilSchema: TUnsafe<CouncilAnswer> = exactly<CouncilAnswer>()(
  Type.Object({
    nowMs: meshTime('now'),
    lastMs: meshTime('of what was ordered last'),
    pace: Type.Number({ description: 'mesh ms in a real ms' }),
    epoch: count('epoch'),
    epochId: hex32('digest that binds the set; every vote signs it'),
    height: count('decided blocks'),
    view: count('the engine’s view'),
    isVoter: flag('this node votes'),
    observes: Type.Union([Type.String(), Type.Null()], {
      description: 'why a validator does not vote in this epoch'
    }),
    forks: count('blocks that contradict final ones: act on nothing if it isn’t 0'),
    validators: Type.Array(member, { description: 'in the order of the set' }),
    tolerance: text('what the set can bear, in words'),
    convicted: Type.Array(member, { description: 'proven to have contradicted themselves' }),
    decisions: count('decisions so far'),
    digest: hex32('SHA-256 of the state: equal on nodes that have decided the same'),
    effects: Type.Unsafe<council.Effects>(
      Type.Object(
        {
          parameters: Type.Record(Type.String(), Type.Integer()),
          policyVersion: count('policy of the last amendment'),
          emergencies: Type.Array(
            Type.Object({
              proposal: hex32('its proposal'),
              action: ActionSchema,
              untilMs: meshTime('when it ends by itself')
            })
          )
        },
        { additionalProperties: true, description: 'all that decisions have changed' }
      )
    ),
    rejected: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'messages dropped, by reason'
    })
  })
)

/** A decision, as every node has it. */
export interface DecisionAnswer {
  number: number
  proposal: string
  action: governance.Action
  does: string
  atMs: number
  untilMs: number | null
  approvals: number
  ballotRoot: string | null
}

export const DecisionSchema: TUnsafe<DecisionAnswer> = exactly<DecisionAnswer>()(
  Type.Object({
    number: count('from 0, without gaps'),
    proposal: hex32('its proposal'),
    action: ActionSchema,
    does: text('the action in one line'),
    atMs: meshTime('when it took effect'),
    untilMs: meshTimeOrNull('when an emergency ends by itself'),
    approvals: count('validators that turned the second key'),
    ballotRoot: Type.Union([Type.String(), Type.Null()], {
      description: 'root of the counted ballots; null for an emergency before its vote'
    })
  })
)

export interface DecisionPage {
  total: number
  decisions: DecisionAnswer[]
  next: number | null
}

export const DecisionPageSchema: TUnsafe<DecisionPage> = exactly<DecisionPage>()(
  Type.Object({
    total: count('decisions so far; the last 256 are at hand'),
    decisions: Type.Array(DecisionSchema),
    next: Type.Union([Type.Integer(), Type.Null()], {
      description: '`from` of the next page, null at the end'
    })
  })
)

export const DecisionFileSchema: TUnsafe<DecisionFile> = Type.Unsafe<DecisionFile>(
  Type.Object({
    format: Type.Literal('torusmesh/decision/v1'),
    network: text('name of the mesh'),
    sides: Type.Array(Type.Integer(), { description: 'of the torus' }),
    certificate: text('canonical bytes, base64: both keys, headers, finality')
  })
)

export const ResultFileSchema: TUnsafe<ResultFile> = Type.Unsafe<ResultFile>(
  Type.Object({
    format: Type.Literal('torusmesh/result/v1'),
    network: text('name of the mesh'),
    env: text('environment of the mesh'),
    bundle: Type.Object(
      {},
      { additionalProperties: true, description: 'certificate, policy, weights and votes' }
    ),
    ballots: Type.Array(
      Type.Object({
        key: text('ML-DSA-65 key of a voter, base64; its id is the hash'),
        envelopes: Type.Array(Type.String(), { description: 'its signed ballots, base64' })
      })
    )
  })
)

export const ReceiptSchema: TUnsafe<governance.VoteReceipt> = Type.Unsafe<governance.VoteReceipt>(
  Type.Object(
    {
      vote: Type.Object({
        voter: member,
        ballots: count('bit 3 · revision + choice for each ballot'),
        heard: count('heartbeat slots of the window it was heard in')
      }),
      proof: Type.Object({}, { additionalProperties: true, description: 'RFC 6962 audit path' })
    },
    { description: 'that these ballots are under the root of the result' }
  )
)

/** A past vote under another policy. */
export interface RevisitedAnswer {
  proposal: string
  policyVersion: number
  tally: { approve: number; deny: number; abstain: number }
  quorate: boolean
  passed: boolean
  flipped: boolean
}

export const RevisitedSchema: TUnsafe<RevisitedAnswer> = exactly<RevisitedAnswer>()(
  Type.Object({
    proposal: hex32('the proposal'),
    policyVersion: count('the policy it was counted under'),
    tally: Type.Object({
      approve: count('weight'),
      deny: count('weight'),
      abstain: count('weight')
    }),
    quorate: flag('reaches the quorum of that policy'),
    passed: flag('passes under that policy'),
    flipped: flag('the outcome is another')
  })
)
