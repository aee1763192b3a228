import {
  type Approval,
  aboutAction,
  aboutSymptom,
  type Catalogue,
  createRulebook,
  explain,
  type IncidentBundle,
  type OperatorRow,
  type Rulebook,
  type Symptom
} from '@torusmesh/operator'
import type {
  ApprovalView,
  IncidentDetailView,
  IncidentView,
  OperatorServiceView,
  RuleView
} from './views.ts'

/** The services of a catalogue as they fare. */
export function serviceViews(
  { services }: Catalogue,
  failing: ReadonlyMap<string, readonly Symptom[]>
): OperatorServiceView[] {
  return [...services.values()].map(({ name, runtime, target, dependsOn }) => {
    const symptoms = failing.get(name) ?? []
    const down = symptoms.some(({ kind }) => aboutSymptom(kind).advisory !== true)
    return {
      name,
      runtime,
      target,
      dependsOn: [...dependsOn],
      state: down ? 'down' : symptoms.length > 0 ? 'degraded' : 'up',
      symptoms: symptoms.map(inWords)
    }
  })
}

export function incidentView({ id, root, openedMs, closedMs, rows }: IncidentBundle): IncidentView {
  const opened = rows.map(({ row }) => row).find(row => row.kind === 'opened')
  const closed = rows.map(({ row }) => row).find(row => row.kind === 'closed')
  const first = opened?.symptoms[0]
  return {
    id,
    root,
    openedMs,
    closedMs: closedMs ?? null,
    tookMs: closed?.tookMs ?? null,
    actions: rows.filter(({ row }) => row.kind === 'acting').length,
    symptom: first === undefined ? '' : aboutSymptom(first.kind).says
  }
}

export function incidentDetail(bundle: IncidentBundle): IncidentDetailView {
  return {
    ...incidentView(bundle),
    explanation: explain(bundle),
    rows: bundle.rows.map(({ atMs, row }) => ({ atMs, kind: row.kind, row: jsonOf(row) }))
  }
}

/** The rulebook this release comes with. */
export function rulebookViews(): RuleView[] {
  return ruleViews(createRulebook())
}

export function ruleViews({ rules }: Rulebook): RuleView[] {
  return rules.map(({ id, says, when, afterUpstream, steps, alert }) => ({
    id,
    says,
    when: [...when],
    afterUpstream: afterUpstream === true,
    steps: steps.map(action => ({ action, asks: aboutAction(action).class === 'B' })),
    alert
  }))
}

/** @param wallAt - Unix milliseconds of a time on the agent's clock */
export function approvalView(
  { id, incident, action, why, evidence, dryRun, ...times }: Approval,
  wallAt: (atMs: number) => number
): ApprovalView {
  return {
    id,
    incident,
    action: action.kind,
    service: action.service,
    why,
    evidence: [...evidence],
    dryRun: [...dryRun],
    askedMs: wallAt(times.askedMs),
    expiresMs: wallAt(times.expiresMs),
    notBeforeMs: wallAt(times.notBeforeMs),
    answerByMs: times.delivered === undefined ? null : wallAt(times.delivered.untilMs)
  }
}

function inWords({ kind, detail }: Symptom): string {
  const { says } = aboutSymptom(kind)
  return detail === '' ? says : `${says} (${detail})`
}

function jsonOf(row: OperatorRow): string {
  return JSON.stringify(row)
}
