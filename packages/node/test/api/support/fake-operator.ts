import { OperatorError } from '@torusmesh/operator'
import type { ApprovalView, OperatorPort, OperatorView } from '../../../src/operator/index.ts'

const START_MS = 1_800_000_000_000
const HOUR_MS = 3_600_000

const approval: ApprovalView = {
  id: 'inc4f-1.2',
  incident: 'inc4f-1',
  action: 'recreate',
  service: 'node',
  why: 'node has no container. Consent to recreate it as declared?',
  evidence: ['container-missing: stack-node-1'],
  dryRun: ['would recreate it as declared: node'],
  askedMs: START_MS,
  expiresMs: START_MS + 24 * HOUR_MS,
  notBeforeMs: START_MS,
  answerByMs: null
}

const incident = {
  id: 'inc4f-1',
  root: 'node',
  openedMs: START_MS,
  closedMs: START_MS + 5_640,
  tookMs: 640,
  actions: 1,
  symptom: 'is not on its network'
}

/** An agent with one question; the token of its delivery is `one-use`. */
export class FakeOperator implements OperatorPort {
  readonly told: string[] = []
  view: OperatorView = {
    state: 'running',
    detail: '/home/ada/services.yaml',
    autonomy: 'self-heal',
    control: 'agent',
    grantUntilMs: START_MS + HOUR_MS,
    services: [
      {
        name: 'node',
        runtime: 'container',
        target: 'stack-node-1',
        dependsOn: [],
        state: 'up',
        symptoms: []
      }
    ],
    openIncidents: 0,
    openApprovals: 1
  }

  state(): OperatorView {
    return this.view
  }

  incidents() {
    return [incident]
  }

  incident(id: string) {
    if (id !== incident.id) return undefined
    const explanation = 'Incident inc4f-1: cause node, healthy again after 640 ms.\n'
    const row = '{"kind":"closed","incident":"inc4f-1","root":"node","tookMs":640}'
    return { ...incident, explanation, rows: [{ atMs: START_MS + 640, kind: 'closed', row }] }
  }

  rules() {
    const steps = [{ action: 'reconnect', asks: false }]
    const words = { says: 'Off its network: reconnected.', alert: 'Look why it was lost.' }
    return [{ id: 'name-lost', ...words, when: ['alias-lost'], afterUpstream: false, steps }]
  }

  approvals(): ApprovalView[] {
    return [approval]
  }

  deliver(id: string) {
    if (id !== approval.id) {
      throw new OperatorError('APPROVAL_UNKNOWN', `no open question ${id}; list them`)
    }
    return { approval: { ...approval, answerByMs: START_MS + 300_000 }, token: 'one-use' }
  }

  answer(...[id, token, answer, deferMs]: Parameters<OperatorPort['answer']>): void {
    if (token !== 'one-use') {
      throw new OperatorError('APPROVAL_TOKEN', 'not of the last delivery; open it again')
    }
    this.told.push(`${answer} ${id} ${deferMs}`)
  }

  control(by: 'agent' | 'operator'): void {
    this.told.push(`control ${by}`)
  }

  grant(hours: number): void {
    this.told.push(`grant ${hours}`)
  }
}
