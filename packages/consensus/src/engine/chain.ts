import type { CertificateClaim } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { EpochPlan } from '../certificate/epoch.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Block } from './header.ts'
import { BLOCKS_PER_ANSWER, DECIDED_KEPT, UNDECIDED_MAX, WANTED_MAX } from './limits.ts'

/** How an epoch ends: the checkpoint to be signed, and the plan it names. */
export interface Ending {
  readonly checkpoint: Checkpoint
  readonly plan: EpochPlan
}

/** The last decided block. It is stored in one batch with what was decided. */
export interface Floor {
  readonly view: number
  readonly digest: Digest
  readonly height: number
  readonly stateRoot: Digest
  /** Finalization of the block; `null` for the epoch's origin. */
  readonly certificate: CertificateClaim | null
  readonly ending: Ending | null
}

/** The blocks from the floor (left out) to some block, or what is in the way. */
export type Path =
  | { readonly blocks: readonly Block[] }
  | { readonly missing: Digest }
  | { readonly conflict: Digest }

/** Blocks above the last decided one, and the last decided ones. */
export class Chain {
  floor: Floor
  /** Certified blocks that have to be asked for. */
  readonly wanted: Set<Digest> = new Set()
  private readonly open = new Map<Digest, Block>()
  private readonly decided = new Map<Digest, Block>()

  constructor(floor: Floor) {
    this.floor = floor
  }

  get(digest: Digest): Block | undefined {
    return this.open.get(digest) ?? this.decided.get(digest)
  }

  has(digest: Digest): boolean {
    return this.open.has(digest)
  }

  /** Keeps a block; `false` if it is known or there is no room. */
  add(block: Block): boolean {
    this.wanted.delete(block.digest)
    if (this.get(block.digest) !== undefined || this.open.size >= UNDECIDED_MAX) return false
    this.open.set(block.digest, block)
    return true
  }

  /** Remembers to ask for a block; `false` if that is known already. */
  want(digest: Digest): boolean {
    if (this.wanted.has(digest) || this.wanted.size >= WANTED_MAX) return false
    this.wanted.add(digest)
    return true
  }

  pathTo(digest: Digest): Path {
    const blocks: Block[] = []
    for (let at = digest; at !== this.floor.digest; ) {
      const block = this.open.get(at)
      if (block === undefined) return this.decided.has(at) ? { conflict: at } : { missing: at }
      if (block.header.view <= this.floor.view) return { conflict: at }
      blocks.push(block)
      at = block.header.parentDigest
    }
    return { blocks: blocks.reverse() }
  }

  /** Moves the floor up along a path and forgets what can't be decided any more. */
  decide(blocks: readonly Block[], floor: Floor): void {
    this.floor = floor
    for (const block of blocks) this.decided.set(block.digest, block)
    for (const [digest, { header }] of this.open) {
      if (header.view <= floor.view) this.open.delete(digest)
    }
    this.wanted.clear()
    for (const digest of this.decided.keys()) {
      if (this.decided.size <= DECIDED_KEPT) break
      this.decided.delete(digest)
    }
  }

  /** A block and its ancestors above a view, newest first, as many as fit an answer. */
  answer(digest: Digest, aboveView: number): Block[] {
    const blocks: Block[] = []
    for (let block = this.get(digest); block !== undefined; ) {
      if (block.header.view <= aboveView || blocks.length >= BLOCKS_PER_ANSWER) break
      blocks.push(block)
      block = this.get(block.header.parentDigest)
    }
    return blocks
  }
}
