import type { council, governance, ObserveReason } from '@torusmesh/consensus'
import type { DecisionFile, ResultFile } from './files.ts'

/** What a member wants to propose; the node adds the simulation, the weights and the policy. */
export interface ProposeInit {
  readonly title: string
  readonly action: governance.Action
  /** What happens if it passes, for people. */
  readonly summary: string
  /** How to go back. */
  readonly rollback: string
}

/** Said and published; or why not: a stable code and the next step, one line each. */
export type Said<Value = unknown> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: string; readonly nextStep: string }

/** A proposal as it stands. Times are mesh time, ms; weights are integers. */
export interface ProposalView {
  readonly id: string
  readonly type: governance.ProposalType
  readonly title: string
  readonly proposer: string
  readonly phase: governance.Phase
  readonly action: governance.Action
  readonly openMs: number
  readonly closeMs: number
  /** When something next happens by itself. */
  readonly dueMs?: number
  readonly tally: {
    readonly approve: number
    readonly deny: number
    readonly abstain: number
    readonly total: number
    readonly quorumPercent: number
    readonly thresholdPercent: number
  }
  /** The second key; left out once the proposal has ended. */
  readonly approval?: {
    readonly class: 'C' | 'D' | 'E'
    readonly certified: boolean
    /** 2 and 3: balls of that radius; 4: all validators; `null`: nobody can approve it. */
    readonly scope: number | null
    readonly approvedPower: number
    readonly neededPower: number
    /** Members whose approval counts. */
    readonly asked: readonly string[]
    /** What this node's member has said, approval or refusal. */
    readonly own?: boolean
  }
  readonly enactedMs?: number
  readonly effectUntilMs?: number
  readonly impact: { readonly events: number; readonly changed: number; readonly summary: string }
  readonly rollback: string
  /** What this node's member has said: the choice that counts, its revision. */
  readonly ownBallot?: { readonly choice: governance.Choice; readonly revision: number }
}

/** Where the council of this node stands. */
export interface CouncilView {
  /** Mesh time now and of the last ordered item, ms. */
  readonly nowMs: number
  readonly lastMs: number
  /** Ms of mesh time in a ms of real time. */
  readonly pace: number
  readonly epoch: number
  readonly epochId: string
  readonly height: number
  readonly view: number
  /** Whether this node votes; members of the set, in its order; what it can bear, in words. */
  readonly isVoter: boolean
  readonly validators: readonly string[]
  readonly tolerance: string
  /** Blocks that contradict final ones: more than a third of the power is faulty. */
  readonly forks: number
  /** Why a validator doesn't vote in this epoch. */
  readonly observes?: ObserveReason
  /** Members proven to have contradicted themselves in this epoch. */
  readonly convicted: readonly string[]
  readonly decisions: number
  /** SHA-256 of the state: equal on nodes that have decided the same. */
  readonly digest: string
  readonly effects: council.Effects
  /** Messages dropped, by reason. */
  readonly rejected: Readonly<Record<string, number>>
}

/** Who weighs what in an epoch, with the root that proposals pin. */
export interface WeightsView {
  readonly epoch: number
  readonly policyVersion: number
  readonly root: string
  readonly total: number
  readonly rows: readonly (governance.MemberWeight & { readonly level: governance.Level })[]
}

/** A policy version and the weight epoch from which it is in force. */
export interface PolicyView {
  readonly version: number
  readonly fromEpoch: number
  readonly policy: governance.Policy
}

/**
 * A node's council for the API and the command line. What is said takes effect once it is ordered: the
 * promise resolves when it is published, `onEvent` tells of what came of it.
 */
export interface CouncilPort {
  /** Files a proposal; the same one again while it is under way is one. @returns its id */
  propose(init: ProposeInit): Promise<Said<string>>
  /** Votes, or changes the vote there is; the same choice again is no change. */
  vote(proposal: string, choice: 'approve' | 'deny' | 'abstain'): Promise<Said>
  /** Signs this validator's approval of the proposal's action, or its refusal. */
  approve(proposal: string, approves?: boolean): Promise<Said>
  /** Objects to what has passed, or to an emergency in effect. */
  object(proposal: string): Promise<Said>
  /** Takes an own proposal back before anybody has voted. */
  cancel(proposal: string): Promise<Said>
  /** Takes a step of an appeal: submits, reviews or resolves. */
  appeal(step: governance.AppealInput): Promise<Said>
  /** Names a newcomer's ML-DSA-65 key, so that it can be voted into the set. */
  admit(identity: Uint8Array): Promise<Said>
  /** Why a member weighs what it weighs; `undefined` for a stranger. This node's own if left out. */
  weight(member?: string): governance.WeightExplanation | undefined
  /** All weights of the newest snapshot, by member. */
  weights(): WeightsView
  /** The last decisions, oldest first. */
  decisions(): readonly council.Decision[]
  /** All proposals under way and those that ended last, newest first. */
  proposals(): ProposalView[]
  proposal(id: string): ProposalView | undefined
  policies(): PolicyView[]
  /** What shows a decision to others, by its proposal; of the last 256. */
  certificate(proposal: string): council.DecisionCertificate | undefined
  /** The same as a file that anybody checks offline. */
  decisionFile(proposal: string): DecisionFile | undefined
  /** A counted vote with its signed ballots, as a file that anybody counts again offline. */
  resultFile(proposal: string): Promise<ResultFile | undefined>
  /** That a member's ballots are under the root of a counted vote. */
  receipt(proposal: string, member?: string): governance.VoteReceipt | undefined
  /** A counted vote under another version of the policy; `undefined` if either is unknown. */
  revisit(proposal: string, version: number): governance.Revisited | undefined
  /** The result of a vote with what it takes to count it again, once it is counted. */
  result(proposal: string): governance.ResultBundle | undefined
  appeals(): readonly governance.Appeal[]
  /** What waits for this node's member, nearest end first. */
  notices(): governance.Notice[]
  state(): CouncilView
  /** Tells of everything that was ordered and done, from now on. @returns how to end it */
  onEvent(listener: (event: council.CouncilEvent) => void): () => void
}
