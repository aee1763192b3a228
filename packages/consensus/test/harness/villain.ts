import {
  Block,
  type CertificateClaim,
  type Digest,
  Kind,
  type Message,
  NO_DIGEST,
  statementBytes,
  toBitmap,
  type Vote
} from '../../src/index.ts'
import { signAs } from './keys.ts'
import { ILLEGAL } from './node.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

const CERTIFIED = [Kind.notarize, Kind.nullify, Kind.finalize] as const
const GARBAGE = new Uint8Array(8)

/** All faulty validators as one mind: it knows everything said and signs whatever serves it. */
export class Villain {
  private readonly world: World
  private readonly validators: readonly number[]

  constructor(world: World, validators: ReadonlySet<number>) {
    this.world = world
    this.validators = [...validators]
  }

  act(random: Random): void {
    if (this.validators.length === 0) return
    switch (random.below(5)) {
      case 0:
      case 1:
        return this.vote(random)
      case 2:
      case 3:
        return this.propose(random)
      default:
        return this.forge(random)
    }
  }

  /** Any vote about any view around, shown to some. */
  private vote(random: Random): void {
    const view = this.someView(random)
    const blocks = this.world.blocks.filter(({ header }) => header.view === view)
    const kind = random.pick([Kind.notarize, Kind.notarize, Kind.finalize, Kind.nullify])
    if (kind !== Kind.nullify && blocks.length === 0) return
    const digest = kind === Kind.nullify ? NO_DIGEST : random.pick(blocks).digest
    for (const validator of this.validators) {
      if (random.chance(300)) continue
      this.show(random, { type: 'vote', vote: this.signed(validator, kind, view, digest) })
    }
  }

  /** A proposal on any parent, justified as well as it goes or not at all. */
  private propose(random: Random): void {
    const { epoch } = this.world
    const view = this.someView(random)
    const leader = epoch.leader(view)
    if (!this.validators.includes(leader)) return
    const block = this.draft(random, view)
    const { signature } = this.signed(leader, Kind.propose, view, block.digest)
    this.world.blocks.push(block)
    const message: Message = { type: 'proposal', block, signature }
    if (this.world.heard.length > 0) this.world.heard.push(message)
    this.show(random, message)
    for (const validator of this.validators) {
      const vote = this.signed(validator, Kind.notarize, view, block.digest)
      this.show(random, { type: 'vote', vote })
    }
  }

  /** A vote in somebody's name, a certificate of too few, or one of nobody. */
  private forge(random: Random): void {
    const { epoch, blocks } = this.world
    const view = this.someView(random)
    const known = blocks.filter(({ header }) => header.view === view)
    const kind = known.length === 0 ? Kind.nullify : random.pick(CERTIFIED)
    const digest = kind === Kind.nullify ? NO_DIGEST : random.pick(known).digest
    if (random.chance(300)) {
      const validator = random.below(epoch.validators.length)
      const vote = { ...this.signed(validator, kind, view, digest), signature: GARBAGE }
      return this.show(random, { type: 'vote', vote })
    }
    const isFull = random.chance(500)
    const signers = isFull
      ? [...epoch.validators.keys()]
      : [...this.validators].sort((a, b) => a - b)
    const claim = {
      kind,
      epochId: epoch.id,
      view,
      digest,
      bitmap: toBitmap(signers, epoch.validators.length),
      signatures: signers.map(signer =>
        this.validators.includes(signer)
          ? this.signed(signer, kind, view, digest).signature
          : GARBAGE
      )
    }
    this.show(random, { type: 'certificate', claim })
  }

  private draft(random: Random, view: number): Block {
    const { epoch, claims, blocks } = this.world
    const parents = claims.filter(claim => claim.view < view && claim.kind !== Kind.nullify)
    const parent = parents.length === 0 || random.chance(150) ? null : random.pick(parents)
    const parentView = parent?.view ?? 0
    const skipped: CertificateClaim[] = []
    for (let at = parentView + 1; at < view; at++) {
      const known = claims.find(claim => claim.kind === Kind.nullify && claim.view === at)
      if (known !== undefined) skipped.push(known)
    }
    const kind = random.chance(50) ? ILLEGAL : 1
    const below = blocks.find(({ digest }) => digest === parent?.digest)?.header.height
    return Block.build(
      {
        epochId: epoch.id,
        view,
        parentView,
        parentDigest: parent?.digest ?? epoch.origin.digest,
        height: (below ?? 0) + 1,
        stateRoot: epoch.origin.stateRoot,
        policyVersion: epoch.policyVersion,
        nextPlan: null,
        justification: { parent, skipped }
      },
      [Uint8Array.of(kind, 0xbb, random.below(256))]
    )
  }

  private signed(validator: number, kind: Vote['kind'], view: number, digest: Digest): Vote {
    const { epoch } = this.world
    const signature = signAs(validator, statementBytes(epoch.id, kind, view, digest))
    return { epochId: epoch.id, kind, view, digest, validator, signature }
  }

  private someView(random: Random): number {
    const views = this.world.nodes.map(({ engine }) => engine.status.view)
    return Math.max(1, random.pick(views) + random.below(4) - 2)
  }

  private show(random: Random, message: Message): void {
    const copies = this.world.nodes.filter(({ isByzantine }) => isByzantine)
    if (message.type === 'vote' && this.world.heard.length > 0) this.world.heard.push(message)
    const side = random.below(3)
    for (const node of this.world.nodes) {
      if (node.isByzantine || (side < 2 && node.side !== side)) continue
      const sender = copies.find(copy => copy.side === node.side) ?? copies[0]!
      this.world.post(sender, node, message)
    }
  }
}
