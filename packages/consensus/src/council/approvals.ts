import {
  type ActionClaim,
  type Approval,
  approvalStatement,
  classOf,
  electorateOf,
  type Motion,
  motionDigest,
  nextScope,
  Scope,
  tally
} from '../action/index.ts'
import type { Digest } from '../certificate/codec.ts'
import type { CouncilReject } from './codes.ts'
import { MOTIONS_MAX, WORDS_MAX } from './limits.ts'
import { motionOf } from './motion.ts'
import type { CouncilState } from './state.ts'

/** Where the asking for a second key stands. */
export interface Asking {
  readonly motion: Motion
  /** The smallest scope that can still approve; `null` where none can. */
  readonly scope: Scope | null
  readonly approvedPower: number
  readonly neededPower: number
  /** Validators of the scope, by member. */
  readonly asked: readonly string[]
}

/** Verified approvals of this epoch, by proposal, until they make a certificate. */
export class Approvals {
  readonly #words = new Map<Digest, Approval[]>()

  /** Words of an epoch that is over bind nobody. */
  clear(): void {
    this.#words.clear()
  }

  /** Forgets motions that nobody asks for any more. */
  retain(isAsked: (proposal: Digest) => boolean): void {
    for (const proposal of this.#words.keys()) {
      if (!isAsked(proposal)) this.#words.delete(proposal)
    }
  }

  /** Cheap checks first; a word is kept once its signature is good. */
  add(state: CouncilState, approval: Approval): CouncilReject | undefined {
    const { motion, validator, approves, signature } = approval
    const proposal = state.book.get(motion.id)
    const isAsked =
      proposal !== undefined &&
      !proposal.ended &&
      !proposal.certified &&
      motionDigest(motionOf(proposal)) === motionDigest(motion)
    if (!isAsked) return 'unknown-motion'
    if (state.epoch.powerAt(validator) === undefined) return 'not-member'
    const words = this.#words.get(motion.id) ?? []
    const own = words.filter(word => word.validator === validator)
    if (own.some(word => word.approves === approves)) return 'duplicate'
    if (own.length >= WORDS_MAX || (words.length === 0 && this.#words.size >= MOTIONS_MAX)) {
      return 'full'
    }
    const statement = approvalStatement(state.epoch, motion, approves)
    if (!state.verifyAs(validator, statement, signature)) return 'bad-signature'
    this.#words.set(motion.id, [...words, approval])
    return undefined
  }

  /** Proposals with approvals that aren't certified yet. */
  open(): Digest[] {
    return [...this.#words.keys()]
  }

  /** The certificate, once the smallest scope that can has approved. */
  claim(state: CouncilState, proposal: Digest): ActionClaim | undefined {
    const motion = this.#motion(state, proposal)
    if (motion === undefined) return undefined
    for (let scope: Scope | null = firstScope(motion); scope !== null; scope = nextScope(scope)) {
      const counted = this.#count(state, motion, scope)
      if (counted?.state !== 'approved') continue
      const words = this.#words.get(proposal)!
      const approvals = counted.approvers.map(validator => {
        const word = words.find(each => each.validator === validator)!
        return { validator, signature: word.signature }
      })
      return { motion, scope, approvals }
    }
    return undefined
  }

  /** Whom to ask: the first scope that isn't blocked and has the power it needs. */
  asking(state: CouncilState, proposal: Digest): Asking | undefined {
    const motion = this.#motion(state, proposal)
    if (motion === undefined) return undefined
    for (let scope: Scope | null = firstScope(motion); scope !== null; scope = nextScope(scope)) {
      const electorate = electorateOf(motion, scope, state.seating(proposal))
      if (!electorate.ok) continue
      const counted = this.#count(state, motion, scope)!
      if (counted.state === 'blocked') continue
      const { powers, needed } = electorate.value
      const asked = [...powers.keys()].map(validator => state.effects.validators[validator]!)
      return { motion, scope, asked, approvedPower: counted.approvedPower, neededPower: needed }
    }
    return { motion, scope: null, asked: [], approvedPower: 0, neededPower: 0 }
  }

  #motion(state: CouncilState, id: Digest): Motion | undefined {
    const proposal = state.book.get(id)
    return proposal === undefined || proposal.ended ? undefined : motionOf(proposal)
  }

  #count(state: CouncilState, motion: Motion, scope: Scope): ReturnType<typeof tally> | undefined {
    const electorate = electorateOf(motion, scope, state.seating(motion.id))
    if (!electorate.ok) return undefined
    const words = this.#words.get(motion.id) ?? []
    // Their signatures were checked when they came, under this epoch's keys.
    return tally(state.epoch, electorate.value, motion, words, () => true)
  }
}

/** Only a parameter is a matter of a neighbourhood. */
function firstScope({ kind }: Motion): Scope {
  return classOf(kind) === 'C' ? Scope.near : Scope.all
}
