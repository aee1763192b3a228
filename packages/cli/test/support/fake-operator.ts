import type {
  ApiClient,
  ApprovalView,
  IncidentDetailView,
  IncidentView,
  OperatorView,
  Proposed,
  RuleView
} from '@torusmesh/node'
import { rulebookViews } from '@torusmesh/node'
import { NOW_MS } from './fake-io.ts'

const MINUTE_MS = 60_000

export const proposed: Proposed = {
  yaml: 'services:\n  node: { target: stack-node-1 }\n',
  services: [
    {
      name: 'node',
      target: 'stack-node-1',
      dependsOn: [],
      networks: ['mesh-net'],
      checks: ['tcp-9944']
    },
    {
      name: 'faucet',
      target: 'stack-faucet-1',
      dependsOn: ['node'],
      networks: ['mesh-net'],
      checks: ['http']
    }
  ]
}

export const operatorView: OperatorView = {
  state: 'running',
  detail: '/home/ada/.local/share/torusmesh/services.yaml',
  autonomy: 'self-heal',
  control: 'agent',
  grantUntilMs: NOW_MS + 480 * MINUTE_MS,
  services: [
    {
      name: 'node',
      runtime: 'container',
      target: 'stack-node-1',
      dependsOn: [],
      state: 'down',
      symptoms: ['has no container']
    },
    {
      name: 'faucet',
      runtime: 'container',
      target: 'stack-faucet-1',
      dependsOn: ['node'],
      state: 'up',
      symptoms: []
    }
  ],
  openIncidents: 1,
  openApprovals: 1
}

export const approval: ApprovalView = {
  id: 'inc4f-1.2',
  incident: 'inc4f-1',
  action: 'recreate',
  service: 'node',
  why: 'node has no container. Consent to recreate it as declared?',
  evidence: ['container-missing: stack-node-1'],
  dryRun: ['would recreate it as declared: node', 'undo: recreate from the former image'],
  askedMs: NOW_MS - MINUTE_MS,
  expiresMs: NOW_MS + 1_439 * MINUTE_MS,
  notBeforeMs: NOW_MS - MINUTE_MS,
  answerByMs: NOW_MS + 5 * MINUTE_MS
}

const incident: IncidentView = {
  id: 'inc4f-1',
  root: 'node',
  openedMs: NOW_MS - MINUTE_MS,
  closedMs: NOW_MS - MINUTE_MS + 5_640,
  tookMs: 640,
  actions: 1,
  symptom: 'is not on its network'
}

const explained: IncidentDetailView = {
  ...incident,
  explanation:
    'Incident inc4f-1: cause node, healthy again after 640 ms.\n' +
    '       +0 ms  node is not on its network (mesh-net); behind it faucet\n' +
    '       +3 ms  recorded, then done: reconnect node (undo: disconnect it from the networks it was not on)\n' +
    '    +5640 ms  closed: all stayed healthy\n',
  rows: [{ atMs: NOW_MS, kind: 'opened', row: '{"kind":"opened"}' }]
}

/** The agent of a fake node: what it was told is in `calls`. */
export class FakeOperator {
  view: OperatorView = operatorView
  incidents: IncidentView[] = [incident]
  approvals: ApprovalView[] = [approval]

  /** The client's calls. `answer` is how the fake node answers, or fails to. */
  calls(
    answer: <T>(value: T) => Promise<T>,
    told: string[]
  ): Pick<
    ApiClient,
    | 'operator'
    | 'rules'
    | 'incidents'
    | 'incident'
    | 'approvals'
    | 'deliver'
    | 'answer'
    | 'control'
    | 'grant'
  > {
    const tell = (what: string): Promise<OperatorView> => {
      told.push(what)
      return answer(this.view)
    }
    return {
      operator: () => answer(this.view),
      rules: () => answer(fakeRules()),
      incidents: () => answer(this.incidents),
      incident: () => answer(explained),
      approvals: () => answer(this.approvals),
      deliver: id => {
        told.push(`deliver ${id}`)
        return answer({ approval, token: 'one-use' })
      },
      answer: (id, { token, answer: said, deferMs = 0 }) =>
        tell(`${said} ${id} ${token} ${deferMs}`),
      control: by => tell(`control ${by}`),
      grant: hours => tell(`grant ${hours}`)
    }
  }
}

export function fakeRules(): RuleView[] {
  return rulebookViews()
}
