import { hexToBytes as bytes, bytesToHex as hex } from '@torusmesh/protocol'
import { ActionCertificate, type ActionClaim, type Seating } from '../action/index.ts'
import { seatsOf } from '../beacon/placement.ts'
import type { Digest } from '../certificate/codec.ts'
import { type Epoch, type EpochPlan, isChurnAllowed, type Validator } from '../certificate/epoch.ts'
import {
  Appeals,
  digestOf,
  type Policy,
  PolicyRegistry,
  type Proposal,
  ProposalBook
} from '../governance/index.ts'
import { type ApprovedIn, type Decision, seatingOf } from './decision.ts'
import type { Effects } from './effects.ts'
import { DECISIONS_MAX } from './limits.ts'
import type { Rounds } from './rounds.ts'
import { type CouncilPorts, type CouncilTerms, firstEpoch } from './terms.ts'
import { Weights } from './weights.ts'

/** The second key of a proposal, with where it counted. */
export interface Certified {
  readonly claim: ActionClaim
  readonly approvedIn: ApprovedIn
}

/** Epochs a founder's certification lasts: for ever. */
const FOR_EVER = Number.MAX_SAFE_INTEGER
/** The highest tier: who a genesis file names is known to whoever made it. */
const FOUNDER_TIER = 5

/**
 * All that the ordered inputs add up to: equal inputs, equal digest. It changes by `apply` alone; a
 * block that isn't decided yet works on a {@link clone}.
 */
export class CouncilState {
  readonly terms: CouncilTerms
  readonly ports: CouncilPorts
  epoch: Epoch
  policies: PolicyRegistry
  book: ProposalBook
  weights: Weights
  appeals: Appeals
  effects: Effects
  rounds: Rounds = new Map()
  /** Identity keys by member. */
  keys: ReadonlyMap<string, Uint8Array>
  /** Validators of this epoch that are proven to have contradicted themselves, by index. */
  convicted: ReadonlySet<number> = new Set()
  /** The second keys, by proposal, in force until the proposal ends. */
  claims: ReadonlyMap<Digest, Certified> = new Map()
  decisions: readonly Decision[] = []
  decided = 0
  ordered = 0
  /** Mesh time: of the latest item. */
  nowMs: number
  /** Set where the epoch ends with what was applied last. */
  next: EpochPlan | null = null
  #seats: { readonly epochId: Digest; readonly seats: ReadonlyMap<number, number> } | undefined

  private constructor(from: CouncilState | undefined, terms: CouncilTerms, ports: CouncilPorts) {
    this.terms = terms
    this.ports = ports
    const { sha256 } = ports
    this.policies = from?.policies.clone() ?? new PolicyRegistry(terms.policy)
    this.book =
      from?.book.clone(this.policies) ?? new ProposalBook({ policies: this.policies, sha256 })
    this.weights = from?.weights.clone() ?? new Weights(terms.createdMs, sha256)
    this.appeals = from?.appeals.clone() ?? new Appeals(sha256)
    this.keys =
      from?.keys ?? new Map(terms.founders.map(({ id, publicKey }) => [hex(id), publicKey]))
    this.effects = from?.effects ?? firstEffects(terms)
    this.nowMs = from?.nowMs ?? terms.createdMs
    // The origin's root can't bind the epoch that it is the root of.
    this.epoch = from?.epoch ?? firstEpoch(terms, digestOf('council-origin', this.effects, sha256))
  }

  /** Where every node of the mesh begins. */
  static founding(terms: CouncilTerms, ports: CouncilPorts): CouncilState {
    const state = new CouncilState(undefined, terms, ports)
    for (const member of state.keys.keys()) {
      state.weights.note({ kind: 'membership', member, joined: true })
      const certification = { tier: FOUNDER_TIER, untilEpoch: FOR_EVER }
      state.weights.note({ kind: 'certification', member, ...certification })
    }
    state.weigh()
    return state
  }

  clone(): CouncilState {
    const copy = new CouncilState(this, this.terms, this.ports)
    copy.rounds = this.rounds
    copy.convicted = this.convicted
    copy.claims = this.claims
    copy.decisions = this.decisions
    copy.decided = this.decided
    copy.ordered = this.ordered
    copy.next = this.next
    copy.#seats = this.#seats
    return copy
  }

  /** What two nodes compare: SHA-256 over everything that a later input can depend on. */
  digest(): Digest {
    const { effects, nowMs, decided, ordered, convicted, epoch } = this
    const state = {
      ...{ effects, nowMs, decided, ordered, epoch: epoch.id },
      convicted: [...convicted].sort((a, b) => a - b),
      book: this.book.state(),
      weights: digestOf('council-weights', this.weights.state(), this.ports.sha256),
      policies: this.policies
        .entries()
        .map(({ policy: { version }, fromEpoch }) => [version, fromEpoch]),
      appeals: this.appeals.state(),
      rounds: [...this.rounds],
      claims: [...this.claims.keys()],
      members: [...this.keys.keys()],
      last: this.decisions.at(-1)?.proposal
    }
    return digestOf('council-state', state, this.ports.sha256)
  }

  /** The policy in force for what is proposed now: that of the weights which count. */
  get policy(): Policy {
    return this.policies.at(this.book.electorate?.snapshot.epoch ?? 0)
  }

  /** A member's index in the epoch's set; `undefined` if it isn't in it. */
  validatorOf(member: string): number | undefined {
    const at = this.effects.validators.indexOf(member)
    return at < 0 ? undefined : at
  }

  /** When something next happens by itself, mesh time; `undefined` while nothing is under way. */
  get dueMs(): number | undefined {
    let dueMs: number | undefined
    for (const { dueMs: each } of this.book.live()) {
      if (each !== undefined && (dueMs === undefined || each < dueMs)) dueMs = each
    }
    return dueMs
  }

  /** Where approvals of a proposal count: the beacon is the one revealed after it was filed. */
  seating(proposal: Digest): Seating {
    const { epoch, terms } = this
    if (this.#seats?.epochId !== epoch.id) {
      const seats = seatsOf(epoch, terms.torus, epoch.seed)
      this.#seats = { epochId: epoch.id, seats }
    }
    return seatingOf(this.approvedIn(proposal), terms.torus, this.#seats.seats)
  }

  /** What the seating of a proposal's approvals follows from. */
  approvedIn(proposal: Digest): ApprovedIn {
    const { epoch } = this
    const seed = this.rounds.get(proposal)?.seed
    const isKnown = seed !== undefined && seed !== 'open' && seed !== 'failed'
    const convicted = [...this.convicted].sort((a, b) => a - b)
    return { epoch, beacon: isKnown ? seed : null, convicted }
  }

  /** Checks a second key as every node does. */
  verifyClaim(proposal: Proposal, claim: ActionClaim): ReturnType<typeof ActionCertificate.verify> {
    const { simulation, policyVersion } = proposal.draft
    const seating = this.seating(proposal.id)
    const at = { policyVersion, stateRoot: simulation.preState, nowMs: this.nowMs }
    // Below four validators more than two thirds are all of them: each operator has agreed.
    return ActionCertificate.verify(claim, { ...at, seating, operatorAgrees: true }, this.verifyAs)
  }

  /** Checks a validator's signature in this epoch. */
  readonly verifyAs = (
    validator: number,
    statement: Uint8Array,
    signature: Uint8Array
  ): boolean => {
    const key = this.epoch.validators[validator]?.publicKey
    return key !== undefined && this.ports.verify(key, statement, signature, this.epoch.context)
  }

  /** Makes weights of the epochs that have begun; who may vote on new proposals follows. */
  weigh(): void {
    if (this.weights.roll(this.nowMs, epoch => this.policies.at(epoch))) this.seatElectorate()
  }

  seatElectorate(): void {
    const snapshot = this.weights.electorate(this.policies.at(this.weights.epoch))
    const members = this.effects.validators
    const power = new Map(this.epoch.validators.map(({ power: p }, at) => [members[at]!, p]))
    this.book.handle({ kind: 'epoch', electorate: { snapshot, power } }, this.nowMs, () => {})
  }

  /** The set after a change, or `null` where the epoch can't bear it. */
  planFor(effects: Effects, seed: Digest): EpochPlan | null {
    const { epoch } = this
    const before = new Map(epoch.validators.map(each => [hex(each.id), each]))
    const validators: Validator[] = []
    for (const member of effects.validators) {
      const publicKey = this.keys.get(member)
      if (publicKey === undefined) return null
      validators.push(before.get(member) ?? { id: bytes(member), publicKey, power: 1 })
    }
    if (!isChurnAllowed(epoch.validators, validators)) return null
    const { policyVersion } = effects
    return { validators, policyVersion, seed, delayMs: epoch.delayMs }
  }

  /** Takes up the next epoch: verdicts and randomness of the old one don't count in it. */
  enter(epoch: Epoch): void {
    this.epoch = epoch
    this.next = null
    this.convicted = new Set()
    let rounds: Rounds = new Map()
    for (const [proposal, round] of this.rounds) {
      const isOpen = round.seed === 'open'
      const fresh = { ...round, epochId: epoch.id, commitments: [], secrets: [], isClosed: false }
      rounds = new Map(rounds).set(proposal, isOpen ? fresh : round)
    }
    this.rounds = rounds
    this.seatElectorate()
  }

  keep(decision: Decision): void {
    this.decisions = [...this.decisions, decision].slice(-DECISIONS_MAX)
    this.decided++
  }
}

function firstEffects({ founders, parameters, policy }: CouncilTerms): Effects {
  return {
    parameters,
    validators: founders.map(({ id }) => hex(id)),
    policyVersion: policy.version,
    accounts: {},
    upgrades: [],
    emergencies: []
  }
}
