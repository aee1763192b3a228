import {
  Block,
  type CertificateClaim,
  type Digest,
  type Epoch,
  Kind,
  type Message,
  NO_DIGEST,
  statementBytes,
  toBitmap,
  type Vote
} from '@torusmesh/consensus'
import type { StandInSign } from '../stand-in.ts'
import type { Dice } from './dice.ts'
import { Item } from './items.ts'

const CERTIFIED = [Kind.notarize, Kind.nullify, Kind.finalize] as const
const VOTES = [Kind.notarize, Kind.notarize, Kind.finalize, Kind.nullify] as const
/** Of the right length, and signed by nobody. */
const NO_SIGNATURE = new Uint8Array(24)
/** Blocks and certificates the villain remembers. */
const KNOWN_MAX = 512

/** What the villain knows of an epoch it acts in. */
export interface Stage {
  readonly epoch: Epoch
  /** Indices of Byzantine validators, ascending. */
  readonly byzantine: readonly number[]
  /** The pen of a Byzantine validator. */
  signer(validator: number): StandInSign
  /** A view that somebody is in. */
  someView(): number
  /** Shows a message to some honest members of one side or all. */
  show(message: Message): void
}

/** All Byzantine members as one mind: it knows everything said and signs whatever serves it. */
export class Villain {
  private readonly dice: Dice
  private readonly claims: CertificateClaim[] = []
  private readonly blocks: Block[] = []

  constructor(dice: Dice) {
    this.dice = dice
  }

  /** Takes note of what somebody said. */
  note(message: Message): void {
    if (message.type === 'certificate' && this.claims.length < KNOWN_MAX) {
      this.claims.push(message.claim)
    }
    if (message.type === 'proposal' && this.blocks.length < KNOWN_MAX) {
      this.blocks.push(message.block)
    }
  }

  act(stage: Stage): void {
    if (stage.byzantine.length === 0) return
    switch (this.dice.below(5)) {
      case 0:
      case 1:
        return this.vote(stage)
      case 2:
      case 3:
        return this.propose(stage)
      default:
        return this.forge(stage)
    }
  }

  /** Any vote about any view around. */
  private vote(stage: Stage): void {
    const view = this.someView(stage)
    const blocks = this.blocksOf(stage, view)
    const kind = this.dice.pick(VOTES)
    if (kind !== Kind.nullify && blocks.length === 0) return
    const digest = kind === Kind.nullify ? NO_DIGEST : this.dice.pick(blocks).digest
    for (const validator of stage.byzantine) {
      if (this.dice.chance(300)) continue
      stage.show({ type: 'vote', vote: signed(stage, validator, kind, view, digest) })
    }
  }

  /** A proposal on any parent, justified as well as it goes or not at all; the villain votes for it. */
  private propose(stage: Stage): void {
    const view = this.someView(stage)
    const leader = stage.epoch.leader(view)
    if (!stage.byzantine.includes(leader)) return
    const block = this.draft(stage, view)
    const { signature } = signed(stage, leader, Kind.propose, view, block.digest)
    const message: Message = { type: 'proposal', block, signature }
    this.note(message)
    stage.show(message)
    for (const validator of stage.byzantine) {
      const vote = signed(stage, validator, Kind.notarize, view, block.digest)
      stage.show({ type: 'vote', vote })
    }
  }

  /** A vote in somebody's name, a certificate of too few, or one of nobody. */
  private forge(stage: Stage): void {
    const { epoch, byzantine } = stage
    const view = this.someView(stage)
    const blocks = this.blocksOf(stage, view)
    const kind = blocks.length === 0 ? Kind.nullify : this.dice.pick(CERTIFIED)
    const digest = kind === Kind.nullify ? NO_DIGEST : this.dice.pick(blocks).digest
    const count = epoch.validators.length
    if (this.dice.chance(300)) {
      const validator = this.dice.below(count)
      const vote = { epochId: epoch.id, kind, view, digest, validator, signature: NO_SIGNATURE }
      return stage.show({ type: 'vote', vote })
    }
    const signers = this.dice.chance(500) ? [...epoch.validators.keys()] : byzantine
    const signatures = signers.map(signer =>
      byzantine.includes(signer)
        ? signed(stage, signer, kind, view, digest).signature
        : NO_SIGNATURE
    )
    const bitmap = toBitmap(signers, count)
    const claim = { kind, epochId: epoch.id, view, digest, bitmap, signatures }
    stage.show({ type: 'certificate', claim })
  }

  private draft(stage: Stage, view: number): Block {
    const { epoch } = stage
    const own = this.claims.filter(({ epochId }) => epochId === epoch.id)
    const parents = own.filter(
      claim => claim.view > 0 && claim.view < view && claim.kind !== Kind.nullify
    )
    const parent = parents.length === 0 || this.dice.chance(150) ? null : this.dice.pick(parents)
    const skipped: CertificateClaim[] = []
    for (let at = (parent?.view ?? 0) + 1; at < view; at++) {
      const known = own.find(claim => claim.kind === Kind.nullify && claim.view === at)
      if (known !== undefined) skipped.push(known)
    }
    const kind = this.dice.chance(50) ? Item.illegal : Item.plain
    const below = this.blocks.find(({ digest }) => digest === parent?.digest)?.header.height
    const justification = { parent, skipped }
    return Block.build(
      {
        epochId: epoch.id,
        view,
        parentView: parent?.view ?? 0,
        parentDigest: parent?.digest ?? epoch.origin.digest,
        height: (below ?? epoch.origin.height) + 1,
        stateRoot: epoch.origin.stateRoot,
        policyVersion: epoch.policyVersion,
        nextPlan: null,
        justification
      },
      [Uint8Array.of(kind, 0xbb, this.dice.below(256))]
    )
  }

  private blocksOf({ epoch }: Stage, view: number): Block[] {
    return this.blocks.filter(({ header }) => header.view === view && header.epochId === epoch.id)
  }

  private someView(stage: Stage): number {
    return Math.max(1, stage.someView() + this.dice.below(4) - 2)
  }
}

function signed(
  { epoch, signer }: Stage,
  validator: number,
  kind: Vote['kind'],
  view: number,
  digest: Digest
): Vote {
  const signature = signer(validator)(statementBytes(epoch.id, kind, view, digest))
  return { epochId: epoch.id, kind, view, digest, validator, signature }
}
