import type {
  ApprovalView,
  IncidentDetailView,
  IncidentView,
  OperatorServiceView,
  OperatorView,
  ProposedService,
  RuleView
} from '@torusmesh/node'
import type { Style } from './style.ts'
import { type Cell, pairs, table } from './table.ts'
import { clean, count, plural, seconds, span, utc } from './text.ts'

/** A proposed catalogue, before it is written. */
export function proposalLines(services: readonly ProposedService[], style: Style): string[] {
  const rows = services.map(({ name, target, dependsOn, networks, checks }) => [
    name,
    target,
    dependsOn.join(', '),
    networks.join(', '),
    ['container', ...checks].join(', ')
  ])
  return table(['service', 'container', 'stands on', 'networks', 'checks'], rows, style.dim)
}

/** `operator status`: the agent, its services, its questions. */
export function operatorLines(
  operator: OperatorView,
  approvals: readonly ApprovalView[],
  nowMs: number,
  style: Style
): string[] {
  const { state, detail, services } = operator
  if (state !== 'running') return [`The agent doesn't run: ${clean(detail)}`]
  const facts: [string, Cell][] = [
    ['agent', autonomyCell(operator, nowMs, style)],
    ['catalogue', detail],
    ['incidents', plural(operator.openIncidents, 'open', 'open')]
  ]
  return [
    ...pairs(facts, style.dim),
    '',
    ...serviceLines(services, style),
    ...(approvals.length === 0 ? [] : ['', ...approvalLines(approvals, nowMs, style)])
  ]
}

function autonomyCell(
  { autonomy, control, grantUntilMs }: OperatorView,
  nowMs: number,
  style: Style
): Cell {
  if (control === 'operator') {
    return { text: 'you are in control: operator release gives it back', paint: style.yellow }
  }
  if (autonomy !== 'self-heal') {
    const text = `${autonomy}: it tells, and does nothing; operator grant 8h lets it heal`
    return { text, paint: style.yellow }
  }
  const left = grantUntilMs === null ? '' : ` for ${span(Math.max(0, grantUntilMs - nowMs))}`
  return { text: `self-heal${left}`, paint: style.green }
}

function serviceLines(services: readonly OperatorServiceView[], style: Style): string[] {
  const rows = services.map(service => [
    service.name,
    stateCell(service, style),
    service.runtime,
    service.dependsOn.join(', '),
    service.symptoms.join('; ')
  ])
  return table(['service', 'state', 'runtime', 'stands on', 'what is wrong'], rows, style.dim)
}

function stateCell({ state }: OperatorServiceView, style: Style): Cell {
  switch (state) {
    case 'up':
      return { text: '● up', paint: style.green }
    case 'degraded':
      return { text: '◐ degraded', paint: style.yellow }
    case 'down':
      return { text: '× down', paint: style.red }
    default:
      return state satisfies never
  }
}

function approvalLines(approvals: readonly ApprovalView[], nowMs: number, style: Style): string[] {
  const rows = approvals.map(({ id, why, expiresMs, notBeforeMs }) => [
    id,
    notBeforeMs > nowMs ? `in ${span(notBeforeMs - nowMs)}` : 'now',
    span(Math.max(0, expiresMs - nowMs)),
    why
  ])
  return [
    ...table(['question', 'open', 'expires in', 'what'], rows, style.dim),
    '',
    'Answer with torusmesh approve|deny|defer ID.'
  ]
}

/** A question in full, as it lies before an operator. */
export function questionLines(approval: ApprovalView, nowMs: number, style: Style): string[] {
  const { id, why, evidence, dryRun, answerByMs } = approval
  const left = answerByMs === null ? '' : `, ${span(Math.max(0, answerByMs - nowMs))} to answer`
  return [
    style.bold(`${clean(why)} (${clean(id)}${left})`),
    ...evidence.map(line => `  seen      ${clean(line)}`),
    ...dryRun.map(line => `  dry run   ${clean(line)}`)
  ]
}

export function incidentLines(incidents: readonly IncidentView[], style: Style): string[] {
  if (incidents.length === 0) return ['no incidents']
  const rows = incidents.map(({ id, root, symptom, openedMs, tookMs, actions }) => [
    id,
    utc(openedMs),
    `${root} ${symptom}`,
    count(actions),
    tookMs === null
      ? { text: 'open', paint: style.yellow }
      : { text: `healthy after ${seconds(tookMs)}`, paint: style.green }
  ])
  return [
    ...table(['incident', 'opened', 'cause', '>actions', 'end'], rows, style.dim),
    '',
    'Why? torusmesh operator explain INCIDENT'
  ]
}

/** An incident in sentences; they quote what services said. */
export function explanationLines({ explanation, openedMs, id }: IncidentDetailView): string[] {
  return [
    ...explanation.trimEnd().split('\n').map(clean),
    '',
    `Opened ${utc(openedMs)}. Each line is an event of type operator in the ledger; ` +
      `torusmesh operator explain ${clean(id)} --json has them as recorded.`
  ]
}

export function ruleLines(rules: readonly RuleView[], style: Style): string[] {
  const rows = rules.map(rule => [rule.id, stepsOf(rule), rule.says])
  return table(['rule', 'tries', 'in words'], rows, style.dim)
}

export function ruleDetailLines(rule: RuleView, style: Style): string[] {
  const { id, says, when, afterUpstream, alert } = rule
  const symptoms = when.length === 0 ? 'any other' : when.join(', ')
  return pairs(
    [
      ['rule', { text: id, paint: style.bold }],
      ['says', says],
      ['when', afterUpstream ? `${symptoms}, after its upstream was healed` : symptoms],
      ['tries', stepsOf(rule)],
      ['alert', alert]
    ],
    style.dim
  )
}

function stepsOf({ steps }: RuleView): string {
  const words = steps.map(({ action, asks }) => (asks ? `${action} (asks)` : action))
  return [...words, 'alert'].join(' → ')
}

export function grantLine({ grantUntilMs }: OperatorView, nowMs: number): string {
  const untilMs = grantUntilMs ?? nowMs
  return `The agent heals alone until ${utc(untilMs)} (${span(Math.max(0, untilMs - nowMs))}).`
}
