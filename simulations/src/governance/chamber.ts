import { governance, powerFromWeight } from '@torusmesh/consensus'
import { digestOf, sha256 } from './sha256.ts'

export const HOUR_MS: number = governance.SLOT_MS

/** What a chamber starts with. */
export interface ChamberInit {
  readonly snapshot: governance.WeightSnapshot
  readonly policy: governance.Policy
}

/** A book of proposals with an electorate whose members are all up, and a clock. */
export class Chamber {
  readonly policies: governance.PolicyRegistry
  readonly book: governance.ProposalBook
  readonly outputs: governance.ProposalOutput[] = []
  nowMs = 0
  /** Whether a heartbeat gets into the ledger. */
  isIncluded: (member: string, slot: number) => boolean = () => true
  #snapshot: governance.WeightSnapshot
  #nonce = 0

  constructor({ snapshot, policy }: ChamberInit) {
    this.policies = new governance.PolicyRegistry(policy)
    this.book = new governance.ProposalBook({ policies: this.policies, sha256 })
    this.#snapshot = snapshot
    this.setElectorate(snapshot)
  }

  get snapshot(): governance.WeightSnapshot {
    return this.#snapshot
  }

  setElectorate(snapshot: governance.WeightSnapshot): void {
    this.#snapshot = snapshot
    const power = new Map(snapshot.rows.map(row => [row.member, powerFromWeight(row.total)]))
    this.send({ kind: 'epoch', electorate: { snapshot, power } })
  }

  send(input: governance.ProposalInput): governance.RefusalCode | undefined {
    return this.book.handle(input, this.nowMs, output => this.outputs.push(output))
  }

  /** A draft with all its papers: a parameter is changed unless told otherwise. */
  draft(
    proposer: string,
    action: governance.Action = PARAMETER,
    type: governance.ProposalType = 'parameter'
  ): governance.Draft {
    return {
      proposer,
      type,
      title: 'A change',
      action,
      simulation: { preState: digestOf('before'), postState: digestOf('after') },
      impact: { events: 1_000, changed: 3, summary: 'Three of 1,000 would have gone otherwise.' },
      rollback: { steps: 'Set it back.', restores: digestOf('before') },
      policyVersion: this.policies.latest.version,
      epoch: this.#snapshot.epoch,
      weightRoot: this.#snapshot.root,
      nonce: this.#nonce++
    }
  }

  /** Proposes; undefined if that is refused. */
  propose(draft: governance.Draft): governance.Proposal | undefined {
    const refusal = this.send({ kind: 'propose', draft })
    return refusal === undefined ? this.book.get(governance.proposalId(draft, sha256)) : undefined
  }

  /** Proposes, and waits until votes are taken. */
  open(draft: governance.Draft): governance.Proposal {
    const proposal = this.propose(draft)
    if (proposal === undefined) throw new RangeError('a stage that lets nobody propose')
    this.wait(proposal.openMs - this.nowMs)
    return proposal
  }

  /** Lets time pass by slots, with the heartbeats that are included. */
  wait(ms: number): void {
    const endMs = this.nowMs + ms
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, (Math.floor(this.nowMs / HOUR_MS) + 1) * HOUR_MS)
      const slot = Math.floor(this.nowMs / HOUR_MS)
      for (const { member } of this.#snapshot.rows) {
        if (this.isIncluded(member, slot)) this.send({ kind: 'heartbeat', member, slot })
      }
      this.send({ kind: 'tick' })
    }
  }

  vote(
    { id }: governance.Proposal,
    voters: readonly string[],
    choice: governance.Choice,
    revision = 0
  ): void {
    for (const voter of voters) {
      this.send({ kind: 'ballot', ballot: { proposal: id, voter, revision, choice } })
    }
  }

  /** Turns the second key. */
  certify({ id, actionDigest, rules }: governance.Proposal): void {
    const { actionClass } = rules
    const certificate = { actionDigest, actionClass, notAfterMs: Number.MAX_SAFE_INTEGER }
    this.send({ kind: 'certify', id, certificate })
  }

  /** Executes what was voted on, or something else. */
  execute(
    { id, actionDigest, draft }: governance.Proposal,
    over: Partial<governance.Execution> = {}
  ): governance.RefusalCode | undefined {
    const execution = { actionDigest, ...draft.simulation, ...over }
    return this.send({ kind: 'execute', id, execution })
  }

  /** From the close on: objection window and timelock pass. */
  waitForExecution({ rules, closeMs }: governance.Proposal): void {
    this.wait(closeMs - this.nowMs + rules.objectionMs + rules.timelockMs)
  }

  /** How often anything was enacted. */
  get enacted(): number {
    return this.outputs.filter(({ kind }) => kind === 'enact').length
  }

  hasPassed({ id }: governance.Proposal): boolean {
    return this.outputs.some(it => it.kind === 'phase' && it.id === id && it.phase === 'passed')
  }
}

/** The change that drafts propose unless told otherwise. */
export const PARAMETER: governance.Action = {
  kind: 'set-parameter',
  parameter: 'gossip.fanout',
  from: 6,
  to: 8
}
