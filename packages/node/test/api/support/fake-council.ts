import { ActionKind, council, type governance } from '@torusmesh/consensus'
import type { CouncilPort, CouncilView, ProposalView, Said } from '../../../src/council/index.ts'
import { memberId } from './fake-node.ts'

const START_MS = 1_800_000_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ROOT = '5a'.repeat(32)

/** The id of a proposal made of a number. */
export const proposalId = (number: number): string => number.toString(16).padStart(64, 'f0')

export function proposalView(number: number, changes: Partial<ProposalView> = {}): ProposalView {
  return {
    id: proposalId(number),
    type: 'parameter',
    title: 'Gossip to eight peers',
    proposer: memberId(1),
    phase: 'open',
    action: { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 },
    openMs: START_MS + number * HOUR_MS,
    closeMs: START_MS + 3 * DAY_MS + number * HOUR_MS,
    dueMs: START_MS + 3 * DAY_MS + number * HOUR_MS,
    tally: {
      ...{ approve: 40, deny: 20, abstain: 0, total: 160 },
      ...{ quorumPercent: 10, thresholdPercent: 50 }
    },
    approval: {
      ...{ class: 'C', certified: false, scope: 2, approvedPower: 3, neededPower: 5 },
      asked: [0, 1, 2, 3, 4, 5, 6].map(memberId)
    },
    impact: { events: 120, changed: 0, summary: 'A third more gossip traffic.' },
    rollback: 'Set it back to 6.',
    ownBallot: { choice: 0, revision: 1 },
    ...changes
  }
}

const effects: council.Effects = {
  parameters: council.foundingParameters,
  validators: [0, 1, 2, 3].map(memberId),
  policyVersion: 1,
  accounts: {},
  upgrades: [],
  emergencies: []
}

const state: CouncilView = {
  ...{ nowMs: START_MS + HOUR_MS, lastMs: START_MS, pace: 1, epoch: 0, epochId: ROOT },
  ...{ height: 12, view: 14, isVoter: true, forks: 0, effects },
  validators: effects.validators,
  tolerance: 'faulty validators of up to 1 of 4 power are tolerated',
  ...{ convicted: [memberId(3)], decisions: 1, digest: ROOT, rejected: { duplicate: 2 } }
}

const motion = {
  ...{
    id: proposalId(1),
    kind: ActionKind.setParameter,
    action: ROOT,
    policyVersion: 1,
    preState: ROOT
  },
  ...{ createdMs: START_MS, notAfterMs: START_MS + DAY_MS, untilMs: null }
} as const

const decision: council.Decision = {
  ...{ number: 0, proposal: proposalId(1), atMs: START_MS, postState: ROOT },
  action: { kind: 'set-parameter', parameter: 'health.suspect-ms', from: 3_000, to: 4_000 },
  approval: {
    ...{ motion, scope: 2 },
    approvals: [0, 1, 2, 3, 4].map(validator => ({ validator, signature: new Uint8Array(1) }))
  }
}

const none = { points: 0, earned: 0, bound: 'none', events: [] } as const

export function weightRow(number: number): governance.MemberWeight {
  const points = { uptime: 0, attestations: 0, signals: 0, participation: 0, contributions: 0 }
  return { member: memberId(number), ...points, certification: 50, total: 20 }
}

const explanation: governance.WeightExplanation = {
  ...{ epoch: 0, policyVersion: 1, row: weightRow(0), beforeGrowthBound: 50, root: ROOT },
  components: {
    ...{ uptime: none, attestations: none, signals: none, participation: none },
    contributions: none,
    certification: { points: 50, earned: 50, bound: 'none', events: [1] }
  },
  proof: { index: 0, size: 4, path: [ROOT, ROOT] } as unknown as governance.InclusionProof
}

const appeal: governance.Appeal = {
  id: 'a9'.repeat(32),
  stage: 'reviewed',
  decision: { decision: ROOT, affected: memberId(2), decider: 'agent', atMs: START_MS },
  grounds: 'The service was being moved.',
  finding: { reviewer: memberId(1), text: 'The log agrees.' }
}

/** A council that answers from memory and notes what it was told. */
export class FakeCouncil implements CouncilPort {
  readonly said: string[] = []
  shown: ProposalView[] = [
    proposalView(3),
    proposalView(2, {
      ...{ type: 'emergency', phase: 'executed', title: 'Stop joining' },
      action: { kind: 'pause', service: 'join', lastsMs: HOUR_MS },
      ...{ enactedMs: START_MS, effectUntilMs: START_MS + HOUR_MS }
    }),
    proposalView(1, { phase: 'executed', enactedMs: START_MS })
  ]
  /** What the next thing said is answered with. */
  refusal: Extract<Said, { ok: false }> | undefined

  #say<Value>(text: string, value: Value): Promise<Said<Value>> {
    if (this.refusal !== undefined) return Promise.resolve(this.refusal)
    this.said.push(text)
    return Promise.resolve({ ok: true, value })
  }

  propose = ({ title, action }: Parameters<CouncilPort['propose']>[0]): Promise<Said<string>> =>
    this.#say(`propose ${title} ${JSON.stringify(action)}`, proposalId(4))
  vote = (id: string, choice: string): Promise<Said> => this.#say(`vote ${id} ${choice}`, 0)
  approve = (id: string, approves = true): Promise<Said> =>
    this.#say(`approve ${id} ${approves}`, 0)
  object = (id: string): Promise<Said> => this.#say(`object ${id}`, 0)
  cancel = (id: string): Promise<Said> => this.#say(`cancel ${id}`, 0)
  appeal = (step: governance.AppealInput): Promise<Said> =>
    this.#say(`appeal ${JSON.stringify(step)}`, 0)
  admit = (): Promise<Said> => this.#say('admit', 0)
  weight = (member: string = memberId(0)): governance.WeightExplanation | undefined =>
    member === memberId(0) ? explanation : undefined
  weights = (): ReturnType<CouncilPort['weights']> => ({
    ...{ epoch: 0, policyVersion: 1, root: ROOT, total: 80 },
    rows: [0, 1, 2, 3].map(number => ({ ...weightRow(number), level: 3 as const }))
  })
  decisions = (): readonly council.Decision[] => [decision]
  proposals = (): ProposalView[] => this.shown
  proposal = (id: string): ProposalView | undefined => this.shown.find(each => each.id === id)
  policies = (): ReturnType<CouncilPort['policies']> => [
    { version: 1, fromEpoch: 0, policy: council.foundingPolicy }
  ]
  certificate = (): undefined => undefined
  decisionFile = (id: string): ReturnType<CouncilPort['decisionFile']> =>
    id === proposalId(1)
      ? {
          ...{ format: 'torusmesh/decision/v1', network: 'demo', sides: [2, 2, 2] },
          certificate: 'AAAAAA=='
        }
      : undefined
  result = (id: string): governance.ResultBundle | undefined =>
    id === proposalId(1) ? ({} as governance.ResultBundle) : undefined
  resultFile = async (id: string): ReturnType<CouncilPort['resultFile']> =>
    id === proposalId(1)
      ? {
          ...{ format: 'torusmesh/result/v1', network: 'demo', env: 'dev' },
          bundle: { votes: [{ voter: memberId(0), ballots: 1, heard: 72 }] } as never,
          ballots: [{ key: 'AAAAAA==', envelopes: ['AAAAAA=='] }]
        }
      : undefined
  receipt = (id: string, member: string = memberId(0)): governance.VoteReceipt | undefined =>
    id === proposalId(1) && member === memberId(0)
      ? { vote: { voter: member, ballots: 1, heard: 72 }, proof: explanation.proof }
      : undefined
  revisit = (id: string, policyVersion: number): governance.Revisited | undefined =>
    id === proposalId(1) && policyVersion === 1
      ? {
          ...{ proposal: id, policyVersion, tally: { approve: 40, deny: 20, abstain: 0 } },
          ...{ quorate: true, passed: true, flipped: false }
        }
      : undefined
  appeals = (): readonly governance.Appeal[] => [appeal]
  notices = (): governance.Notice[] => [
    {
      ...{ stream: 'operations', code: 'emergency-in-effect', about: [proposalId(2)] },
      ...{ untilMs: START_MS + HOUR_MS, text: '1 proposal in effect as an emergency' }
    },
    {
      ...{ stream: 'governance', code: 'vote-now', about: [proposalId(3)] },
      ...{ untilMs: START_MS + 3 * DAY_MS, text: '1 proposal waits for your vote' }
    }
  ]
  state = (): CouncilView => state
  onEvent = (): (() => void) => () => {}
}
