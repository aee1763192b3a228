import type { ApiClient, GovernanceCalls, ProposalAnswer } from '@torusmesh/node'
import { NOW_MS } from './fake-io.ts'

const HOUR_MS = 3_600_000
const id = `4fa2${'0c'.repeat(30)}`
const memberId = (number: number): string => `a${number}`.padEnd(64, 'c0ffee')
const ROOT = '5a'.repeat(32)

export const proposal: ProposalAnswer = {
  id,
  type: 'parameter',
  title: 'Gossip to eight peers',
  proposer: memberId(1),
  phase: 'open',
  action: { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 },
  does: 'gossip.fanout from 6 to 8',
  summary: 'A third more gossip traffic.',
  rollback: 'Set it back to 6.',
  impact: { events: 120, changed: 0 },
  openMs: NOW_MS - HOUR_MS,
  closeMs: NOW_MS + 71 * HOUR_MS,
  dueMs: NOW_MS + 71 * HOUR_MS,
  enactedMs: null,
  effectUntilMs: null,
  next: 'voting closes; it needs its action certificate as well',
  tally: { approve: 80, deny: 20, abstain: 0, total: 160, quorumPercent: 10, thresholdPercent: 50 },
  approval: {
    ...{ class: 'C', certified: false, scope: 2, approvedPower: 3, neededPower: 5, own: null },
    asked: [0, 1, 2, 3, 4, 5, 6].map(memberId)
  },
  ownBallot: { choice: 'approve', revision: 0 }
}

const none = { points: 0, earned: 0, bound: 'none' as const, events: [] }

/** The governance part of a client that answers from memory. */
export class FakeCouncil {
  shown: ProposalAnswer[] = [proposal]

  calls(answer: <T>(value: T) => Promise<T>, told: string[]): GovernanceCalls {
    const say = (...words: unknown[]): ReturnType<ApiClient['object']> => {
      told.push(words.join(' '))
      return answer({ id })
    }
    return {
      council: () =>
        answer({
          ...{ nowMs: NOW_MS, lastMs: NOW_MS, pace: 1, epoch: 0, epochId: ROOT, height: 12 },
          ...{ view: 14, isVoter: true, observes: null, forks: 0, decisions: 1, digest: ROOT },
          validators: [0, 1, 2, 3].map(memberId),
          tolerance: 'faulty validators of up to 1 of 4 power are tolerated',
          convicted: [],
          effects: {
            ...{ parameters: { 'gossip.fanout': 6 }, validators: [], policyVersion: 1 },
            ...{ accounts: {}, upgrades: [], emergencies: [] }
          },
          rejected: {}
        }),
      proposals: () => answer({ total: this.shown.length, proposals: this.shown, next: null }),
      proposal: wanted => answer(this.shown.find(each => each.id === wanted) ?? proposal),
      propose: ({ title, action }) => say('propose', title, JSON.stringify(action)),
      vote: (on, choice) => say('vote', on, choice),
      approve: (on, approves) => say('approve', on, approves),
      object: on => say('object', on),
      cancel: on => say('cancel', on),
      result: () => answer({} as never),
      receipt: () => answer({} as never),
      revisit: (on, policyVersion) =>
        answer({
          ...{ proposal: on, policyVersion, tally: { approve: 80, deny: 20, abstain: 0 } },
          ...{ quorate: true, passed: policyVersion === 1, flipped: policyVersion !== 1 }
        }),
      decisions: () =>
        answer({
          total: 1,
          next: null,
          decisions: [
            {
              ...{ number: 0, proposal: id, action: proposal.action, does: proposal.does },
              ...{ atMs: NOW_MS - HOUR_MS, untilMs: null, approvals: 5, ballotRoot: ROOT }
            }
          ]
        }),
      decision: () =>
        answer({
          ...{ format: 'torusmesh/decision/v1', network: 'home', sides: [2, 2, 2] },
          certificate: 'AAAA'
        }),
      weights: () => answer({} as never),
      weight: (member = memberId(0)) =>
        answer({
          ...{ epoch: 3, policyVersion: 1, beforeGrowthBound: 50, root: ROOT },
          row: {
            ...{ member, uptime: 0, attestations: 0, signals: 0, participation: 0 },
            ...{ contributions: 0, certification: 50, total: 20 }
          },
          components: {
            ...{ uptime: { ...none, earned: 12, bound: 'work', events: [7, 9] } },
            ...{ attestations: none, signals: none, participation: none, contributions: none },
            certification: { points: 50, earned: 50, bound: 'none', events: [1] }
          },
          proof: {} as never
        }),
      policies: () =>
        answer([1, 2].map(version => ({ version, fromEpoch: version, policy: {} as never }))),
      appeals: () =>
        answer([
          {
            ...{ id: 'a9'.repeat(32), stage: 'reviewed', decision: ROOT, affected: memberId(2) },
            ...{ decider: 'agent', atMs: NOW_MS, grounds: 'The service was being moved.' },
            finding: { reviewer: memberId(1), text: 'So it was.' },
            resolution: null
          }
        ]),
      submitAppeal: ({ decision }) => say('appeal', decision),
      reviewAppeal: (on, text) => say('review', on, text),
      resolveAppeal: (on, outcome, reason) => say('resolve', on, outcome, reason),
      councilNotices: () =>
        answer([
          {
            ...{ stream: 'governance', code: 'vote-now', about: [id] },
            ...{ untilMs: proposal.closeMs, text: '1 proposal waits for your vote' }
          }
        ])
    }
  }
}
