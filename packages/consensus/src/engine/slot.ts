import { toBitmap } from '../certificate/bitmap.ts'
import type { Certificate, CertificateClaim } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { type CertificateKind, Kind } from '../certificate/statement.ts'
import type { Vote } from '../certificate/vote.ts'
import type { Block } from './header.ts'
import type { Message } from './message.ts'
import { nothingSaid, type Said } from './rules.ts'

/** The votes of one kind in a view: one a validator. */
class Tally {
  /** Not verified: the kind was certain before they came. */
  readonly late: (Vote | undefined)[] = []
  private readonly votes: (Vote | undefined)[] = []
  private readonly powers = new Map<Digest, number>()

  of(validator: number): Vote | undefined {
    return this.votes[validator]
  }

  /** Counts a vote; returns the power behind its digest. */
  add(vote: Vote, power: number): number {
    const sum = (this.powers.get(vote.digest) ?? 0) + power
    this.votes[vote.validator] = vote
    this.powers.set(vote.digest, sum)
    return sum
  }

  /** All votes for a digest, ascending by validator. */
  for(digest: Digest): Vote[] {
    return this.votes.filter((vote): vote is Vote => vote?.digest === digest)
  }
}

/** A word of mine; it may be sent once it is durable. */
interface Word {
  readonly message: Message
  isDurable: boolean
}

/** What the leader of a view proposed, first come. */
interface Proposed {
  readonly block: Block
  readonly isJustified: boolean
}

/** What a node knows of one view. */
export class Slot {
  readonly view: number
  readonly said: Said = nothingSaid()
  /** My own words by kind, byte for byte as first sent. */
  readonly words: Map<Kind, Word> = new Map()
  /** Validators that are convicted in this view: no more is heard from them in it. */
  readonly convicted: Set<number> = new Set()
  /** What I propose, until it is signed. */
  draft: Block | null = null
  proposed: Proposed | null = null
  /** The proposal can't be voted for (R2). */
  isRefused = false
  /** Somebody else is in this view (R9). */
  isSeen = false
  private readonly tallies: (Tally | undefined)[] = []
  private readonly certificates: (Certificate | undefined)[] = []

  constructor(view: number) {
    this.view = view
  }

  vote(kind: Kind, validator: number): Vote | undefined {
    return this.tallies[kind]?.of(validator)
  }

  votes(kind: Kind, digest: Digest): Vote[] {
    return this.tallies[kind]?.for(digest) ?? []
  }

  /** All verified votes of a validator in this view. */
  votesOf(validator: number): Vote[] {
    return this.tallies.flatMap(tally => tally?.of(validator) ?? [])
  }

  /** Counts a verified vote; returns the power behind its digest. */
  count(vote: Vote, power: number): number {
    return this.tally(vote.kind).add(vote, power)
  }

  /** Puts by a vote for what is certain already; `false` if there is one, of whoever made it. */
  putBy(vote: Vote): boolean {
    const { late } = this.tally(vote.kind)
    if (late[vote.validator] !== undefined) return false
    late[vote.validator] = vote
    return true
  }

  /** What was put by of a validator in this view. */
  lateOf(validator: number): Vote[] {
    return this.tallies.flatMap(tally => tally?.late[validator] ?? [])
  }

  certificate(kind: CertificateKind): Certificate | undefined {
    return this.certificates[kind]
  }

  /** Whether a certificate says what a vote says. */
  isCertain({ kind, digest }: Vote): boolean {
    return this.certificates[kind]?.digest === digest
  }

  keep(certificate: Certificate): void {
    this.certificates[certificate.kind] = certificate
  }

  /** What shows that the block of this view may be built on. */
  get certified(): Certificate | undefined {
    return this.certificates[Kind.notarize] ?? this.certificates[Kind.finalize]
  }

  /** What lets a node leave this view (R7). */
  get exit(): Certificate | undefined {
    return this.certificates[Kind.finalize] ?? this.certified ?? this.certificates[Kind.nullify]
  }

  private tally(kind: Kind): Tally {
    const known = this.tallies[kind]
    if (known !== undefined) return known
    const tally = new Tally()
    this.tallies[kind] = tally
    return tally
  }
}

/** The claim that some votes for one statement add up to. */
export function claimOf(epoch: Epoch, votes: readonly Vote[]): CertificateClaim {
  const { kind, epochId, view, digest } = votes[0]!
  const signers = votes.map(({ validator }) => validator)
  const bitmap = toBitmap(signers, epoch.validators.length)
  const signatures = votes.map(({ signature }) => signature)
  return { kind: kind as CertificateKind, epochId, view, digest, bitmap, signatures }
}
