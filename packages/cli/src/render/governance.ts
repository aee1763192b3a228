import type {
  AppealAnswer,
  CheckedFile,
  CouncilAnswer,
  DecisionAnswer,
  NoticeAnswer,
  PolicyAnswer,
  ProposalAnswer,
  RevisitedAnswer
} from '@torusmesh/node'
import type { Style } from './style.ts'
import { type Cell, pairs, table } from './table.ts'
import { count, plural, shortHex, span } from './text.ts'

const BAR_CELLS = 20

/** Mesh time and how fast it goes: what a wait is told by. */
export type MeshClock = Pick<CouncilAnswer, 'nowMs' | 'pace'>

/** `in 2 h 5 min`, `3 min ago`: real time. */
export function whenText(atMs: number, { nowMs, pace }: MeshClock): string {
  const leftMs = (atMs - nowMs) / pace
  const whole = Math.max(1_000, Math.round(Math.abs(leftMs) / 1_000) * 1_000)
  return leftMs >= 0 ? `in ${span(whole)}` : `${span(whole)} ago`
}

/** `████░░░░ 40 of 160` */
export function bar(part: number, whole: number): string {
  const full = whole === 0 ? 0 : Math.round((BAR_CELLS * Math.min(part, whole)) / whole)
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)} ${count(part)} of ${count(whole)}`
}

function phaseCell({ phase }: ProposalAnswer, style: Style): Cell {
  const good = phase === 'executed' || phase === 'passed' || phase === 'executable'
  const bad = phase === 'rejected' || phase === 'failed' || phase === 'expired'
  return { text: phase, paint: good ? style.green : bad ? style.red : style.bold }
}

const nextText = ({ next, dueMs }: ProposalAnswer, clock: MeshClock): string =>
  dueMs === null ? next : `${next} ${whenText(dueMs, clock)}`

/** Proposals as a table. */
export function proposalLines(
  proposals: readonly ProposalAnswer[],
  clock: MeshClock,
  style: Style
): string[] {
  if (proposals.length === 0) return ['no proposals; torusmesh propose makes one']
  const rows = proposals.map(proposal => {
    const { id, type, does, tally, approval, ownBallot } = proposal
    const { approve, deny } = tally
    return [
      shortHex(id),
      type,
      does,
      phaseCell(proposal, style),
      `${approve}:${deny}`,
      approval === null
        ? ''
        : approval.certified
          ? '✓'
          : `${approval.approvedPower}/${approval.neededPower}`,
      ownBallot?.choice ?? '–',
      nextText(proposal, clock)
    ]
  })
  return table(
    ['id', 'type', 'does', 'phase', 'for:against', '2nd key', 'you', 'next'],
    rows,
    style.dim
  )
}

/** One proposal in full: what it does, both keys, what happens next. */
export function proposalDetailLines(
  proposal: ProposalAnswer,
  clock: MeshClock,
  style: Style
): string[] {
  const { id, type, title, proposer, does, summary, impact, rollback, tally, ownBallot } = proposal
  const { approve, deny, abstain, total, quorumPercent, thresholdPercent } = tally
  const own =
    ownBallot === null ? 'not voted' : `${ownBallot.choice} (ballot ${ownBallot.revision + 1})`
  return [
    style.bold(title.replaceAll(/\s+/g, ' ')),
    ...pairs(
      [
        ['proposal', id],
        ['type', type],
        ['does', does],
        ['by', proposer],
        ['phase', phaseCell(proposal, style)],
        ['impact', `${summary} (${impact.changed} of ${plural(impact.events, 'event')} otherwise)`],
        ['to go back', rollback],
        ['approve', bar(approve, total)],
        ['deny', bar(deny, total)],
        ['abstain', bar(abstain, total)],
        [
          'needs',
          `${quorumPercent} % of all weight, more than ${thresholdPercent} % of approve and deny`
        ],
        ['second key', keyText(proposal)],
        ['you', own],
        ['next', nextText(proposal, clock)]
      ],
      style.dim
    )
  ]
}

const SCOPES: Readonly<Record<number, string>> = {
  2: 'the ball of radius 2',
  3: 'the ball of radius 3',
  4: 'all validators'
}

function keyText({ approval }: ProposalAnswer): string {
  if (approval === null) return 'closed'
  const { certified, scope, approvedPower, neededPower, own } = approval
  if (certified) return `turned (class ${approval.class})`
  if (scope === null) return 'nobody can approve it: too few are left in every scope'
  const said = own === null ? '' : own ? '; you approved' : '; you refused'
  return `${bar(approvedPower, neededPower)} by ${SCOPES[scope]} (class ${approval.class})${said}`
}

/** Where the council stands, and what was decided. */
export function decisionLines(
  council: CouncilAnswer,
  decisions: readonly DecisionAnswer[],
  style: Style
): string[] {
  const { epoch, validators, tolerance, height, digest, convicted, forks, observes } = council
  const role = council.isVoter
    ? 'votes'
    : `does not vote${observes === null ? '' : `: ${observes}`}`
  const { emergencies } = council.effects
  const rows = decisions.map(({ number, proposal, does, atMs, approvals, ballotRoot }) => [
    String(number),
    shortHex(proposal),
    does,
    whenText(atMs, council),
    String(approvals),
    ballotRoot === null ? 'approvals alone' : 'both keys'
  ])
  return [
    ...pairs(
      [
        ['epoch', `${epoch}, ${plural(validators.length, 'validator')}; this node ${role}`],
        ['bears', tolerance],
        ['height', `${height}, state ${shortHex(digest)}`],
        ...(convicted.length === 0
          ? []
          : [
              ['convicted', { text: convicted.map(shortHex).join(' '), paint: style.red }] as const
            ]),
        ...(forks === 0
          ? []
          : [['FORKS', { text: `${forks}: act on nothing`, paint: style.red }] as const]),
        ...emergencies.map(
          ({ proposal, untilMs }) =>
            ['emergency', `${shortHex(proposal)}, ends ${whenText(untilMs, council)}`] as const
        )
      ],
      style.dim
    ),
    '',
    ...(rows.length === 0
      ? ['no decisions yet']
      : table(['>no', 'proposal', 'did', 'when', '>approvals', 'by'], rows, style.dim))
  ]
}

type Explained = {
  readonly epoch: number
  readonly policyVersion: number
  readonly row: { readonly member: string; readonly total: number }
  readonly components: Readonly<
    Record<string, { points: number; earned: number; bound: string; events: readonly number[] }>
  >
  readonly beforeGrowthBound?: number | undefined
  readonly root: string
}

const BOUNDS: Readonly<Record<string, string>> = {
  none: '',
  maximum: 'at its maximum',
  work: 'no more than the work that others vouch for',
  clique: 'what flows within a circle is subtracted'
}

export function weightLines(weight: Explained, explain: boolean, style: Style): string[] {
  const { row, epoch, policyVersion, components, beforeGrowthBound, root } = weight
  const bound =
    beforeGrowthBound === undefined
      ? ''
      : ` (${beforeGrowthBound} earned; it grows by a bound a day)`
  const head = pairs(
    [
      ['member', row.member],
      ['weight', { text: `${row.total} of 550${bound}`, paint: style.bold }],
      ['epoch', `${epoch}, policy ${policyVersion}, root ${shortHex(root)}`]
    ],
    style.dim
  )
  const rows = Object.entries(components).map(([name, { points, earned, bound: why, events }]) => [
    name,
    String(points),
    String(earned),
    explain
      ? events.slice(0, 8).join(' ') + (events.length > 8 ? ` … ${events.length}` : '')
      : plural(events.length, 'event'),
    BOUNDS[why] ?? why
  ])
  return [
    ...head,
    '',
    ...table(['component', '>points', '>earned', 'from events', 'bound'], rows, style.dim)
  ]
}

export function noticeLines(
  notices: readonly NoticeAnswer[],
  clock: MeshClock,
  style: Style
): string[] {
  if (notices.length === 0) return ['nothing waits for you']
  const rows = notices.map(({ stream, text, about, untilMs }) => [
    stream,
    { text, paint: style.bold },
    untilMs === null ? '' : whenText(untilMs, clock),
    about.slice(0, 3).map(shortHex).join(' ') + (about.length > 3 ? ' …' : '')
  ])
  return table(['stream', 'what', 'ends', 'about'], rows, style.dim)
}

export function appealLines(appeals: readonly AppealAnswer[], style: Style): string[] {
  if (appeals.length === 0) return ['no appeals']
  const rows = appeals.map(({ id, stage, affected, grounds, resolution }) => [
    shortHex(id),
    resolution === null ? stage : resolution.outcome,
    shortHex(affected),
    grounds
  ])
  return table(['id', 'stage', 'affects', 'grounds'], rows, style.dim)
}

export function policyLines({ version, fromEpoch, policy }: PolicyAnswer, style: Style): string[] {
  const rows = Object.entries(policy.types).map(([type, rules]) => [
    type,
    `${rules.quorumPercent} %`,
    `> ${rules.thresholdPercent} %`,
    String(rules.proposerLevel),
    rules.actionClass,
    ...[rules.reviewMs, rules.votingMs, rules.objectionMs, rules.timelockMs].map(ms =>
      ms === 0 ? '–' : span(ms)
    )
  ])
  const ranges = Object.entries(policy.parameters).map(([name, { least, most }]) => [
    name,
    count(least),
    count(most)
  ])
  return [
    `policy ${version}, in force from weight epoch ${fromEpoch}; times are mesh time`,
    '',
    ...table(
      [
        'type',
        '>quorum',
        '>passes',
        '>level',
        'class',
        'review',
        'voting',
        'objections',
        'timelock'
      ],
      rows,
      style.dim
    ),
    '',
    ...table(['parameter', '>least', '>most'], ranges, style.dim)
  ]
}

export function revisitedLines(votes: readonly RevisitedAnswer[], style: Style): string[] {
  const rows = votes.map(({ policyVersion, tally, quorate, passed, flipped }) => [
    String(policyVersion),
    `${tally.approve}:${tally.deny}`,
    quorate ? 'yes' : 'no',
    passed ? { text: 'passes', paint: style.green } : { text: 'fails', paint: style.red },
    flipped ? { text: 'FLIPPED', paint: style.red } : ''
  ])
  return table(['>policy', 'for:against', 'quorate', 'outcome', ''], rows, style.dim)
}

/** What `vote verify` says. */
export function checkedFileLines(checked: CheckedFile, style: Style): string[] {
  if (!checked.ok) {
    const at = checked.at === null ? '' : ` at ${checked.at}`
    return [
      `${style.red('NOT verified')}: ${checked.fault}${at}; ask for it again, or don't trust it`
    ]
  }
  if (checked.kind === 'result') {
    const {
      proposal,
      tally,
      totalWeight,
      voters,
      electors,
      quorate,
      passed,
      exclusions,
      weightRoot
    } = checked.result
    return [
      `${style.green('verified')}: every ballot was counted again`,
      ...pairs(
        [
          ['proposal', proposal],
          ['approve', bar(tally.approve, totalWeight)],
          ['deny', bar(tally.deny, totalWeight)],
          ['abstain', bar(tally.abstain, totalWeight)],
          ['voters', `${voters} of ${electors}, ${exclusions.length} excluded`],
          ['outcome', passed ? 'passed' : quorate ? 'rejected' : 'rejected: no quorum'],
          ['weights', weightRoot]
        ],
        style.dim
      ),
      'It rests on the weight root: compare it with `torusmesh weight` on a node you trust.'
    ]
  }
  const { decision } = checked
  return [
    `${style.green('verified')}: decision ${decision.number} has both keys and is final`,
    ...pairs(
      [
        ['proposal', decision.proposal],
        ['action', JSON.stringify(decision.action)],
        ['approved', decision.approvers.map(shortHex).join(' ')],
        [
          'final',
          `block ${decision.height}, signed by ${decision.signers} of ${decision.validators}`
        ],
        ['epoch', `${decision.epoch}, ${decision.epochId}`]
      ],
      style.dim
    ),
    'It rests on the epoch: compare its id with `torusmesh decisions --json` on a node you trust.'
  ]
}
