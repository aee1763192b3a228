import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import {
  type Action,
  Choice,
  type Component,
  type Draft,
  defaultPolicy,
  type Execution,
  type MemberWeight,
  type Policy,
  PolicyRegistry,
  type Proposal,
  ProposalBook,
  type ProposalInput,
  type ProposalOutput,
  ProposalType,
  proposalId,
  type RefusalCode,
  type Sha256,
  SLOT_MS,
  WeightSnapshot
} from '../../src/governance/index.ts'

export const sha256: Sha256 = bytes => hash('sha256', bytes, 'buffer')
export const HOUR_MS = 3_600_000
export const digest = (text: string): string => hash('sha256', text, 'hex')

const order: readonly Component[] = [
  'contributions',
  'attestations',
  'signals',
  'uptime',
  'participation'
]

/** A row of this total, its components filled up one after the other. */
export function rowOf(
  member: string,
  total: number,
  limits: Partial<MemberWeight> = {}
): MemberWeight {
  const parts: Record<Component, number> = {
    uptime: 0,
    attestations: 0,
    signals: 0,
    participation: 0,
    contributions: 0,
    certification: 0
  }
  let rest = total
  for (const part of order) {
    parts[part] = Math.min(rest, limits[part] ?? 100)
    rest -= parts[part]
  }
  parts.certification = rest
  return { member, ...parts, total }
}

export function snapshotOf(weights: Readonly<Record<string, number>>, epoch = 1): WeightSnapshot {
  const rows = Object.entries(weights).map(([member, total]) => rowOf(member, total))
  return new WeightSnapshot(epoch, 1, rows, sha256)
}

/** `count` members named by `prefix` with the same weight. */
export function members(prefix: string, count: number, weight: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, weight]))
}

/** An action that fits the type. */
export const actions: Readonly<Record<ProposalType, Action>> = {
  parameter: { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 },
  'validator-set': { kind: 'set-validators', add: [], remove: ['m9'] },
  upgrade: { kind: 'upgrade', manifest: digest('manifest') },
  emergency: { kind: 'pause', service: 'relay', lastsMs: 12 * HOUR_MS },
  amendment: { kind: 'set-policy', policy: { ...defaultPolicy, version: 2, downPercent: 30 } },
  treasury: { kind: 'spend', account: 'fund', amount: 10 }
}

export interface WorldInit {
  readonly weights?: Readonly<Record<string, number>>
  readonly power?: Readonly<Record<string, number>>
  readonly policy?: Policy
}

/** A book with an electorate whose members are heard each hour unless they are in `silent`. */
export class World {
  readonly book: ProposalBook
  readonly policy: Policy
  readonly policies: PolicyRegistry
  readonly silent = new Set<string>()
  readonly outputs: ProposalOutput[] = []
  snapshot: WeightSnapshot
  now: number = 0
  #power: ReadonlyMap<string, number>
  #nonce = 0

  constructor({ weights = members('m', 10, 100), power, policy = defaultPolicy }: WorldInit = {}) {
    this.policy = policy
    this.policies = new PolicyRegistry(policy)
    this.book = new ProposalBook({ policies: this.policies, sha256 })
    this.snapshot = snapshotOf(weights)
    this.#power = new Map(Object.entries(power ?? members('v', 9, 1)))
    this.setEpoch(this.snapshot)
  }

  setEpoch(snapshot: WeightSnapshot): void {
    this.snapshot = snapshot
    this.send({ kind: 'epoch', electorate: { snapshot, power: this.#power } })
  }

  send(input: ProposalInput): RefusalCode | undefined {
    return this.book.handle(input, this.now, output => this.outputs.push(output))
  }

  draft(over: Partial<Draft> = {}): Draft {
    const type = over.type ?? ProposalType.parameter
    return {
      proposer: 'm0',
      type,
      title: 'Wider fan-out',
      action: actions[type],
      simulation: { preState: digest('before'), postState: digest('after') },
      impact: { events: 1_000, changed: 3, summary: 'Three messages would have come earlier.' },
      rollback: { steps: 'Set the value back.', restores: digest('before') },
      policyVersion: this.policy.version,
      epoch: this.snapshot.epoch,
      weightRoot: this.snapshot.root,
      nonce: this.#nonce++,
      ...over
    }
  }

  /** Proposes, and asserts that it is taken. */
  propose(over: Partial<Draft> = {}): Proposal {
    const draft = this.draft(over)
    assert.equal(this.send({ kind: 'propose', draft }), undefined)
    return this.book.get(proposalId(draft, sha256))!
  }

  /** Proposes, and waits until votes are taken. */
  open(over: Partial<Draft> = {}): Proposal {
    const proposal = this.propose(over)
    this.wait(proposal.openMs - this.now)
    return proposal
  }

  /** Lets time pass: a step a slot, with everybody's heartbeat. */
  wait(ms: number): void {
    const end = this.now + ms
    do {
      this.now = Math.min(end, (Math.floor(this.now / SLOT_MS) + 1) * SLOT_MS)
      const slot = Math.floor(this.now / SLOT_MS)
      for (const { member } of this.snapshot.rows) {
        if (!this.silent.has(member)) this.send({ kind: 'heartbeat', member, slot })
      }
      this.send({ kind: 'tick' })
    } while (this.now < end)
  }

  vote(
    { id }: Proposal,
    voters: string | readonly string[],
    choice: keyof typeof Choice,
    revision = 0
  ): RefusalCode | undefined {
    let refusal: RefusalCode | undefined
    for (const voter of [voters].flat()) {
      const ballot = { proposal: id, voter, revision, choice: Choice[choice] }
      refusal = this.send({ kind: 'ballot', ballot })
    }
    return refusal
  }

  certify({ id, actionDigest, rules }: Proposal): RefusalCode | undefined {
    const notAfterMs = Number.MAX_SAFE_INTEGER
    const { actionClass } = rules
    return this.send({
      kind: 'certify',
      id,
      certificate: { actionDigest, actionClass, notAfterMs }
    })
  }

  execute(
    { id, actionDigest, draft }: Proposal,
    over: Partial<Execution> = {}
  ): RefusalCode | undefined {
    const execution = { actionDigest, ...draft.simulation, ...over }
    return this.send({ kind: 'execute', id, execution })
  }

  /** Votes it through by everybody, waits out its windows, turns the second key, executes. */
  carry(proposal: Proposal): RefusalCode | undefined {
    this.vote(
      proposal,
      this.snapshot.rows.map(({ member }) => member),
      'approve'
    )
    this.certify(proposal)
    const { objectionMs, timelockMs } = proposal.rules
    this.wait(proposal.closeMs - this.now + objectionMs + timelockMs)
    return this.execute(proposal)
  }

  /** What was said so far of phases, effects and extensions, in hours, then forgets it. */
  transcript(): string[] {
    return this.outputs.splice(0).map(output => {
      switch (output.kind) {
        case 'phase':
          return `${output.atMs / HOUR_MS}h ${output.phase}`
        case 'extended':
          return `extended to ${output.closeMs / HOUR_MS}h`
        case 'enact':
        case 'revert':
          return `${output.kind} ${output.action.kind}`
        case 'equivocation':
          return `equivocation of ${output.voter}`
        default:
          return output satisfies never
      }
    })
  }
}

/** A policy with some rules of one type exchanged. */
export function policyWith(
  type: ProposalType,
  rules: Partial<Policy['types'][ProposalType]>,
  over: Partial<Policy> = {}
): Policy {
  const types = { ...defaultPolicy.types, [type]: { ...defaultPolicy.types[type], ...rules } }
  return { ...defaultPolicy, types, ...over }
}
