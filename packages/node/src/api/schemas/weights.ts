import type { governance } from '@torusmesh/consensus'
import { type TUnsafe, Type } from 'typebox'
import { count, hex32, text } from './common.ts'
import { exactly } from './exactly.ts'

const member = hex32('member id')
const points = (most: number): TUnsafe<number> => count(`points, ${most} at most`)

/** What one member weighs. */
export interface WeightAnswer {
  member: string
  uptime: number
  attestations: number
  signals: number
  participation: number
  contributions: number
  certification: number
  total: number
  level: governance.Level
}

export const WeightSchema: TUnsafe<WeightAnswer> = exactly<WeightAnswer>()(
  Type.Object({
    member,
    uptime: points(100),
    attestations: points(100),
    signals: points(100),
    participation: points(100),
    contributions: points(100),
    certification: points(50),
    total: count('what counts: the sum, bounded by growth'),
    level: Type.Enum([1, 2, 3], { description: '1 passive, 2 votes, 3 proposes' })
  })
)

export interface WeightPage {
  epoch: number
  policyVersion: number
  root: string
  sum: number
  total: number
  weights: WeightAnswer[]
  next: string | null
}

export const WeightPageSchema: TUnsafe<WeightPage> = exactly<WeightPage>()(
  Type.Object({
    epoch: count('weight epoch'),
    policyVersion: count('policy they were weighed by'),
    root: hex32('root over all weights, as proposals pin it'),
    sum: count('of all weights'),
    total: count('members, on all pages'),
    weights: Type.Array(WeightSchema),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'cursor of the next page, null on the last'
    })
  })
)

export const ExplanationSchema: TUnsafe<governance.WeightExplanation> =
  Type.Unsafe<governance.WeightExplanation>(
    Type.Object(
      {
        epoch: count('weight epoch'),
        policyVersion: count('policy it was weighed by'),
        row: Type.Object({ member }, { additionalProperties: true, description: 'the points' }),
        components: Type.Record(
          Type.String(),
          Type.Object({
            points: count('what counts'),
            earned: count('before the bound'),
            bound: Type.Enum(['none', 'maximum', 'work', 'clique']),
            events: Type.Array(Type.Integer(), { description: 'the events behind it' })
          })
        ),
        beforeGrowthBound: Type.Optional(count('the sum, where growth bounds the total below it')),
        root: hex32('root over all weights'),
        proof: Type.Object({}, { additionalProperties: true, description: 'RFC 6962 audit path' })
      },
      { description: 'why a member weighs what it weighs' }
    )
  )

/** A version of the rules, and from when it is in force. */
export interface PolicyAnswer {
  version: number
  fromEpoch: number
  policy: governance.Policy
}

export const PolicySchema: TUnsafe<PolicyAnswer> = exactly<PolicyAnswer>()(
  Type.Object({
    version: count('version'),
    fromEpoch: count('weight epoch from which it is in force'),
    policy: Type.Unsafe<governance.Policy>(
      Type.Object({}, { additionalProperties: true, description: 'all rules a vote can change' })
    )
  })
)

export interface PolicyList {
  policies: PolicyAnswer[]
}

export const PolicyListSchema: TUnsafe<PolicyList> = exactly<PolicyList>()(
  Type.Object({ policies: Type.Array(PolicySchema, { description: 'oldest first' }) })
)

/** An appeal of an automated decision. */
export interface AppealAnswer {
  id: string
  stage: governance.AppealStage
  decision: string
  affected: string
  decider: string
  atMs: number
  grounds: string
  finding: { reviewer: string; text: string } | null
  resolution: { resolver: string; outcome: governance.AppealOutcome; reason: string } | null
}

export const AppealSchema: TUnsafe<AppealAnswer> = exactly<AppealAnswer>()(
  Type.Object({
    id: hex32('appeal'),
    stage: Type.Enum(['submitted', 'reviewed', 'resolved']),
    decision: hex32('digest of the decision’s ledger event'),
    affected: member,
    decider: text('whose rule or agent decided'),
    atMs: count('when it was decided, mesh time in ms'),
    grounds: text('why it is appealed'),
    finding: Type.Union([
      Type.Object({ reviewer: member, text: text('what was found') }),
      Type.Null()
    ]),
    resolution: Type.Union([
      Type.Object({
        resolver: member,
        outcome: Type.Enum(['upheld', 'reversed']),
        reason: text('why')
      }),
      Type.Null()
    ])
  })
)

export interface AppealList {
  appeals: AppealAnswer[]
}

export const AppealListSchema: TUnsafe<AppealList> = exactly<AppealList>()(
  Type.Object({ appeals: Type.Array(AppealSchema, { description: 'open ones first, by age' }) })
)

export const STREAMS = ['operations', 'upgrades', 'governance'] as const

/** One thing to tell this node's member. */
export interface NoticeAnswer {
  stream: governance.NoticeStream
  code: governance.NoticeCode
  about: string[]
  untilMs: number | null
  text: string
}

export interface NoticeList {
  notices: NoticeAnswer[]
}

export const NoticeListSchema: TUnsafe<NoticeList> = exactly<NoticeList>()(
  Type.Object({
    notices: Type.Array(
      Type.Object({
        stream: Type.Enum([...STREAMS]),
        code: Type.Enum([
          ...(['opens-soon', 'vote-now', 'expire-soon', 'object-until'] as const),
          ...(['needs-certificate', 'executable', 'emergency-in-effect'] as const),
          ...(['decision-reversed', 'appeal-to-review', 'appeal-to-resolve'] as const)
        ]),
        about: Type.Array(hex32('proposal or appeal')),
        untilMs: Type.Union([Type.Integer(), Type.Null()], {
          description: 'when it is too late, mesh time in ms'
        }),
        text: text('for people')
      }),
      { description: 'nearest end first' }
    )
  })
)
