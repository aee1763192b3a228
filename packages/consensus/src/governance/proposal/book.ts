import { isCount, isText } from '../checks.ts'
import { type Digest, digestOf, type Sha256 } from '../digest.ts'
import {
  ENDED_MAX,
  PHASE_MAX_MS,
  PROPOSALS_MAX,
  PROPOSALS_PER_MEMBER_MAX,
  SLOT_MS,
  TITLE_MAX_CHARS
} from '../limits.ts'
import type { Policy } from '../policy/policy.ts'
import type { PolicyRegistry } from '../policy/registry.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Ballot } from '../tally/ballot.ts'
import { Attendance } from '../weight/attendance.ts'
import { levelOf } from '../weight/snapshot.ts'
import { checkAction, checkPapers, type Draft, subjectOf } from './action.ts'
import type { Execution, ProposalSink, VerifiedAction } from './phase.ts'
import { type Electorate, Proposal } from './proposal.ts'

/**
 * What reaches the book, in the ledger's order: then every node that folds the same inputs has the
 * same book. Signatures, and that who speaks is who signed, are the caller's to have checked.
 */
export type ProposalInput =
  /** The electorate that counts for new proposals from now on. */
  | { readonly kind: 'epoch'; readonly electorate: Electorate }
  | { readonly kind: 'propose'; readonly draft: Draft }
  | { readonly kind: 'ballot'; readonly ballot: Ballot }
  | { readonly kind: 'heartbeat'; readonly member: string; readonly slot: number }
  | { readonly kind: 'object'; readonly id: Digest; readonly validator: string }
  | { readonly kind: 'certify'; readonly id: Digest; readonly certificate: VerifiedAction }
  | { readonly kind: 'execute'; readonly id: Digest; readonly execution: Execution }
  | { readonly kind: 'cancel'; readonly id: Digest; readonly member: string }
  | { readonly kind: 'tick' }

/** What the book works with. */
export interface ProposalBookInit {
  readonly policies: PolicyRegistry
  readonly sha256: Sha256
}

/** The id under which a draft is known: nobody else can take it, nothing in it can be exchanged. */
export function proposalId(draft: Draft, sha256: Sha256): Digest {
  return digestOf('proposal', draft, sha256)
}

/** All proposals of a mesh: a machine that takes one input at a time. */
export class ProposalBook {
  readonly #policies: PolicyRegistry
  readonly #sha256: Sha256
  readonly #attendance: Attendance
  readonly #live = new Map<Digest, Proposal>()
  readonly #ended = new Map<Digest, Proposal>()
  /** When a member last proposed, and when a subject was last changed. */
  readonly #proposedMs = new Map<string, number>()
  readonly #changedMs = new Map<string, number>()
  #electorate: Electorate | undefined
  #now = 0

  constructor({ policies, sha256 }: ProposalBookInit, attendance: Attendance = new Attendance()) {
    this.#policies = policies
    this.#sha256 = sha256
    this.#attendance = attendance
  }

  /** A book that goes on by itself, with the copy of its registry. */
  clone(policies: PolicyRegistry): ProposalBook {
    const attendance = this.#attendance.clone()
    const copy = new ProposalBook({ policies, sha256: this.#sha256 }, attendance)
    for (const [id, proposal] of this.#live) copy.#live.set(id, proposal.clone(attendance))
    for (const [id, proposal] of this.#ended) copy.#ended.set(id, proposal)
    for (const [member, atMs] of this.#proposedMs) copy.#proposedMs.set(member, atMs)
    for (const [subject, atMs] of this.#changedMs) copy.#changedMs.set(subject, atMs)
    copy.#electorate = this.#electorate
    copy.#now = this.#now
    return copy
  }

  /** All that a later input can depend on, canonical. */
  state(): unknown {
    return {
      now: this.#now,
      epoch: this.#electorate?.snapshot.epoch,
      weightRoot: this.#electorate?.snapshot.root,
      power: [...(this.#electorate?.power ?? [])],
      live: this.live().map(proposal => proposal.state()),
      ended: [...this.#ended.values()].map(({ id, phase }) => [id, phase]),
      proposedMs: [...this.#proposedMs],
      changedMs: [...this.#changedMs],
      attendance: this.#attendance.state()
    }
  }

  /** What new proposals are voted on by. */
  get electorate(): Electorate | undefined {
    return this.#electorate
  }

  /** Ended proposals at hand, oldest first. */
  ended(): Proposal[] {
    return [...this.#ended.values()]
  }

  /**
   * Takes one input. Returns why it wasn't taken, if it wasn't.
   *
   * @param now - the ledger's time, integer ms; it never goes back
   */
  handle(input: ProposalInput, now: number, out: ProposalSink): RefusalCode | undefined {
    this.#now = Math.max(this.#now, now)
    this.#advance(out)
    return this.#take(input, out)
  }

  /** A proposal that is under way, or one of those that ended last. */
  get(id: Digest): Proposal | undefined {
    return this.#live.get(id) ?? this.#ended.get(id)
  }

  /** Proposals under way, oldest first. */
  live(): Proposal[] {
    return [...this.#live.values()]
  }

  #take(input: ProposalInput, out: ProposalSink): RefusalCode | undefined {
    switch (input.kind) {
      case 'epoch':
        this.#electorate = input.electorate
        forget(this.#proposedMs, this.#now - PHASE_MAX_MS)
        forget(this.#changedMs, this.#now - PHASE_MAX_MS)
        return undefined
      case 'propose':
        return this.#propose(input.draft, out)
      case 'ballot': {
        const { proposal, voter, revision, choice } = input.ballot
        return this.#with(proposal, it => it.vote(voter, revision, choice, this.#now, out))
      }
      case 'heartbeat':
        return this.#hear(input.member, input.slot)
      case 'object':
        return this.#with(input.id, it => it.object(input.validator, this.#now, out))
      case 'certify':
        return this.#with(input.id, it => it.certify(input.certificate, this.#now))
      case 'execute':
        return this.#with(input.id, it => this.#execute(it, input.execution, out))
      case 'cancel':
        return this.#with(input.id, it => it.cancel(input.member, this.#now, out))
      case 'tick':
        return undefined
      default:
        return input satisfies never
    }
  }

  #with(id: Digest, act: (proposal: Proposal) => RefusalCode | undefined): RefusalCode | undefined {
    const proposal = this.get(id)
    return proposal === undefined ? 'unknown-proposal' : act(proposal)
  }

  #hear(member: string, slot: number): RefusalCode | undefined {
    if (this.#electorate === undefined) return 'no-electorate'
    if (this.#electorate.snapshot.placeOf(member) === undefined) return 'not-a-voter'
    return this.#attendance.hear(member, slot, Math.floor(this.#now / SLOT_MS))
  }

  #propose(draft: Draft, out: ProposalSink): RefusalCode | undefined {
    const electorate = this.#electorate
    if (electorate === undefined || electorate.snapshot.total === 0) return 'no-electorate'
    const policy = this.#policies.at(electorate.snapshot.epoch)
    const refusal = this.#checkRight(draft, policy, electorate) ?? this.#checkDraft(draft, policy)
    if (refusal !== undefined) return refusal
    const id = proposalId(draft, this.#sha256)
    if (this.get(id) !== undefined) return 'already-proposed'
    const proposal = new Proposal({
      id,
      draft: structuredClone(draft),
      policy,
      electorate,
      attendance: this.#attendance,
      proposedMs: this.#now,
      sha256: this.#sha256
    })
    this.#proposedMs.set(draft.proposer, this.#now)
    this.#live.set(id, proposal)
    out({ kind: 'phase', id, phase: proposal.phase, atMs: this.#now })
    return undefined
  }

  #checkRight(draft: Draft, policy: Policy, { snapshot }: Electorate): RefusalCode | undefined {
    if (draft.policyVersion !== policy.version) return 'stale-policy'
    const { epoch, root } = snapshot
    if (draft.epoch !== epoch || draft.weightRoot !== root) return 'stale-snapshot'
    if (this.#live.size >= PROPOSALS_MAX) return 'too-many-proposals'
    const own = this.live().filter(it => it.draft.proposer === draft.proposer)
    if (own.length >= PROPOSALS_PER_MEMBER_MAX) return 'too-many-of-proposer'
    const row = snapshot.rowOf(draft.proposer)
    const rules = policy.types[draft.type]
    if (rules === undefined) return 'wrong-action'
    if (row === undefined || levelOf(row, policy.weight) < rules.proposerLevel) {
      return 'level-too-low'
    }
    if (row.contributions < rules.contributionLeast) return 'contribution-too-low'
    const quietMs = this.#now - (this.#proposedMs.get(draft.proposer) ?? -Infinity)
    return quietMs < policy.proposerCooldownMs ? 'proposer-cooldown' : undefined
  }

  #checkDraft(draft: Draft, policy: Policy): RefusalCode | undefined {
    if (!isText(draft.title, TITLE_MAX_CHARS) || !isCount(draft.nonce)) return 'bad-text'
    const refusal = checkAction(draft.action, draft.type, policy) ?? checkPapers(draft)
    if (refusal !== undefined) return refusal
    return this.#isCooling(draft, policy) ? 'subject-cooldown' : undefined
  }

  #isCooling(draft: Draft, policy: Policy): boolean {
    const changedMs = this.#changedMs.get(subjectKey(draft)) ?? -Infinity
    return this.#now - changedMs < policy.types[draft.type].subjectCooldownMs
  }

  #execute(proposal: Proposal, execution: Execution, out: ProposalSink): RefusalCode | undefined {
    // Of two that were voted on at the same time, the second waits as one proposed later would.
    const { draft, policy, enactedMs } = proposal
    if (enactedMs === undefined && this.#isCooling(draft, policy)) return 'subject-cooldown'
    const refusal = proposal.execute(execution, this.#now, out)
    if (refusal === undefined) this.#changedMs.set(subjectKey(draft), this.#now)
    return refusal
  }

  #advance(out: ProposalSink): void {
    for (const [id, proposal] of this.#live) {
      proposal.advance(this.#now, out)
      if (!proposal.ended) continue
      this.#live.delete(id)
      this.#ended.set(id, proposal)
      for (const oldest of this.#ended.keys()) {
        if (this.#ended.size <= ENDED_MAX) break
        this.#ended.delete(oldest)
      }
    }
  }
}

/** No cooldown is longer than a phase can be. */
function forget(timesMs: Map<string, number>, beforeMs: number): void {
  for (const [key, atMs] of timesMs) if (atMs < beforeMs) timesMs.delete(key)
}

function subjectKey({ type, action }: Draft): string {
  return `${type} ${subjectOf(action)}`
}
