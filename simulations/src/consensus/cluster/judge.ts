import {
  type Block,
  blame,
  Certificate,
  type CertificateClaim,
  type Digest,
  type Epoch,
  type Evidence,
  type Floor,
  Kind,
  type Message,
  ruleOf,
  type Verify,
  type Vote,
  verifyEvidence
} from '@torusmesh/consensus'
import { memberOf } from '../stand-in.ts'
import { Item } from './items.ts'
import type { Seat } from './seat.ts'

export const PROPERTIES = [
  'agreement',
  'certificates',
  'no-honest-blamed',
  'legality',
  'liveness',
  'quiet',
  'memory',
  'accountability',
  'no-equivocation',
  'no-lost-commit',
  'observer-is-silent'
] as const
export type Property = (typeof PROPERTIES)[number]

export interface Finding {
  readonly property: Property
  readonly what: string
}

/** Watches the honest members of one cluster, by messages and keys only. */
export class Judge {
  /** The first thing that must never be, and was. */
  finding: Finding | null = null
  isForked = false
  private readonly isByzantine: (member: number) => boolean
  private readonly mayFork: boolean
  private readonly verifierOf: (epoch: Epoch) => Verify
  /** By epoch: the blocks that are final, in order. */
  private readonly logs = new Map<Digest, Digest[]>()
  private readonly items = new Set<number>()
  /** By member, epoch and view: all that an honest member ever said, over all its restarts. */
  private readonly words = new Map<string, Vote[]>()

  constructor(
    isByzantine: (member: number) => boolean,
    mayFork: boolean,
    verifierOf: (epoch: Epoch) => Verify
  ) {
    this.isByzantine = isByzantine
    this.mayFork = mayFork
    this.verifierOf = verifierOf
  }

  fail(property: Property, what: string): void {
    this.finding ??= { property, what }
  }

  /** An honest member decided blocks; it has `decided` of them now in this epoch. */
  decided(epoch: Epoch, blocks: readonly Block[], floor: Floor, decided: number): void {
    const log = this.logs.get(epoch.id) ?? []
    this.logs.set(epoch.id, log)
    let position = decided - blocks.length
    for (const { digest, items } of blocks) {
      for (const [kind] of items) {
        this.items.add(kind!)
        if (kind === Item.illegal && !this.mayFork)
          this.fail('legality', 'an illegal item is final')
      }
      if (log.length === position) log.push(digest)
      if (log[position] !== digest) this.forked()
      position++
    }
    if (floor.certificate === null || floor.certificate.digest !== floor.digest) {
      this.fail('certificates', 'a decision has no certificate of its own')
    } else this.certified(epoch, floor.certificate)
  }

  certified(epoch: Epoch, claim: CertificateClaim): void {
    const checked = Certificate.verify(epoch, claim, this.verifierOf(epoch))
    if (!checked.ok) this.fail('certificates', `an honest member holds one with ${checked.fault}`)
  }

  forked(): void {
    this.isForked = true
    if (!this.mayFork) this.fail('agreement', 'two conflicting blocks are final')
  }

  /** An honest member accuses somebody. */
  accused(epoch: Epoch, evidence: Evidence): void {
    const checked = verifyEvidence(epoch, evidence, this.verifierOf(epoch))
    if (!checked.ok) {
      this.fail('no-honest-blamed', `evidence ${evidence.rule} is refused: ${checked.fault}`)
    } else this.named(epoch, checked.value)
  }

  /** An honest member sent something. */
  spoke(member: number, seat: Seat, message: Message): void {
    const vote = voteIn(seat, message)
    if (vote === null || vote.validator !== seat.validator) return
    if (seat.isAmnesiac) {
      this.fail('observer-is-silent', `member ${member} votes in the epoch it lost its state in`)
    }
    const key = `${member}/${vote.epochId}/${vote.view}`
    const words = this.words.get(key) ?? []
    for (const word of words) {
      const rule = ruleOf(word, vote)
      if (rule !== null) this.fail('no-equivocation', `honest member ${member} breaks ${rule}`)
    }
    if (words.every(({ kind, digest }) => kind !== vote.kind || digest !== vote.digest)) {
      this.words.set(key, [...words, vote])
    }
  }

  hasDecided(kind: Item): boolean {
    return this.items.has(kind)
  }

  /**
   * The verdict on a fork: whom all that was said convicts.
   *
   * @returns their power
   */
  blamedPower(epoch: Epoch, heard: readonly Message[]): number {
    const verify = this.verifierOf(epoch)
    let power = 0
    for (const [validator, evidence] of blame(epoch, heard, verify)) {
      const checked = verifyEvidence(epoch, evidence, verify)
      if (!checked.ok || checked.value !== validator) {
        this.fail('accountability', 'the verifier refuses the evidence after a fork')
      }
      this.named(epoch, validator)
      power += epoch.validators[validator]!.power
    }
    if (3 * power < epoch.totalPower) {
      this.fail(
        'accountability',
        `only ${power} of ${epoch.totalPower} power is named after a fork`
      )
    }
    return power
  }

  private named(epoch: Epoch, validator: number): void {
    const member = memberOf(epoch.validators[validator]!)
    if (!this.isByzantine(member)) this.fail('no-honest-blamed', `member ${member} is framed`)
  }
}

/** The vote that a message is; of a proposal, the leader's. */
function voteIn({ init }: Seat, message: Message): Vote | null {
  if (message.type === 'vote') return message.vote
  if (message.type !== 'proposal') return null
  const { digest, header } = message.block
  const { epochId, view } = header
  const validator = init.epoch.leader(view)
  return { kind: Kind.propose, epochId, view, digest, validator, signature: message.signature }
}
