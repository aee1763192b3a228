import type { council, governance } from '@torusmesh/consensus'
import type { CouncilLine } from '@torusmesh/ledger'

const TEXT_MAX = 500

/** What happened in one line, for the ledger and whoever follows it. */
export function lineOf(event: council.CouncilEvent): CouncilLine {
  const line = told(event)
  return { ...line, text: line.text.toWellFormed().slice(0, TEXT_MAX) }
}

function told(event: council.CouncilEvent): CouncilLine {
  switch (event.type) {
    case 'proposal':
      return { kind: 'proposal', about: event.output.id, text: proposalText(event.output) }
    case 'certified':
      return { kind: 'certified', about: event.proposal, text: 'has its action certificate' }
    case 'decided': {
      const { number, proposal, action } = event.decision
      return { kind: 'decided', about: proposal, text: `decision ${number}: ${actionText(action)}` }
    }
    case 'reverted':
      return { kind: 'reverted', about: event.proposal, text: `ended: ${actionText(event.action)}` }
    case 'convicted':
      return { kind: 'convicted', about: event.member, text: `broke rule ${event.evidence.rule}` }
    case 'appeal':
      return event.output.kind === 'step'
        ? { kind: 'appeal', about: event.output.appeal.id, text: event.output.appeal.stage }
        : { kind: 'appeal', about: event.output.appeal, text: 'reverses the decision' }
    case 'admitted':
      return { kind: 'admitted', about: event.member, text: 'can be voted into the set' }
    default:
      return event satisfies never
  }
}

function proposalText(
  output: Extract<council.CouncilEvent, { type: 'proposal' }>['output']
): string {
  switch (output.kind) {
    case 'phase':
      return `is ${output.phase}`
    case 'extended':
      return 'is open for longer: it passes only of late'
    case 'equivocation':
      return `has two ballots of ${output.voter.slice(0, 12)} under one revision`
    default:
      return output satisfies never
  }
}

/** What an action does, in one line. */
export function actionText(action: governance.Action): string {
  switch (action.kind) {
    case 'set-parameter':
      return `${action.parameter} from ${action.from} to ${action.to}`
    case 'set-validators': {
      const names = (sign: string, members: readonly string[]): string[] =>
        members.map(member => `${sign}${member.slice(0, 12)}`)
      return `validators ${[...names('+', action.add), ...names('-', action.remove)].join(' ')}`
    }
    case 'upgrade':
      return `upgrade to ${action.manifest.slice(0, 12)}`
    case 'set-policy':
      return `policy ${action.policy.version}`
    case 'spend':
      return `${action.amount} from ${action.account}`
    case 'pause':
      return `pause ${action.service}`
    case 'quarantine':
      return `quarantine ${action.member.slice(0, 12)}`
    case 'lower-limit':
      return `${action.parameter} from ${action.from} down to ${action.to}`
    default:
      return action satisfies never
  }
}
