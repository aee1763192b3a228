import { compareBytes } from '../bytes.ts'
import { HealthError } from '../errors.ts'
import {
  type CellDigest,
  countVersions,
  DIGEST_VERSIONS_MAX,
  type VersionCount
} from './summary.ts'

/** Digests one call of {@link DigestMap.changesSince} returns at most. */
export const DIGEST_CHANGES_MAX = 64
/** Sealed bytes of one call: what a frame of a link carries, with room to spare. */
const DIGEST_CHANGES_MAX_BYTES = 192 * 1024
/** Most bytes of a digest with two signatures of 2,420 B (ML-DSA-44) around it. */
const SEALED_MAX_BYTES = 8_192
const TOTAL_VERSIONS_MAX = 16

/** A digest with the signed bytes it came in. */
export interface SealedDigest {
  readonly digest: CellDigest
  /** Whatever proves it; passed on as it came. */
  readonly sealed: Uint8Array
}

/** What became of a digest; the last two say why it was refused. */
export type MergeResult = 'changed' | 'unchanged' | 'future-epoch' | 'bad-digest'

/** An answer to "what is new?". */
export interface DigestChanges {
  /** Oldest change first. */
  readonly digests: SealedDigest[]
  /** Where to go on. */
  readonly version: number
  readonly more: boolean
}

/** The whole mesh at a glance. */
export interface DigestTotals {
  /** Cells counted. */
  readonly cells: number
  readonly members: number
  readonly alive: number
  readonly degraded: number
  readonly down: number
  /** Most common first, 16 at most. */
  readonly versions: VersionCount[]
}

/**
 * The network-wide view: the latest digest of each cell. A state-based CRDT: merging is commutative,
 * associative and idempotent, so views that exchange changes in any order agree.
 *
 * Whether the seal is a steward's is for the caller to have checked.
 */
export class DigestMap {
  readonly #cells: number
  /** In the order of their last change. */
  readonly #entries = new Map<number, SealedDigest & { readonly version: number }>()
  #version = 0

  /**
   * @param cells - of the torus
   * @throws {HealthError} `bad-capacity`
   */
  constructor(cells: number) {
    if (!Number.isSafeInteger(cells) || cells < 1) {
      throw new HealthError('bad-capacity', 'give the number of cells of the torus')
    }
    this.#cells = cells
  }

  /** Grows by one with each change of this map; says nothing about another node's. */
  get version(): number {
    return this.#version
  }

  /** The latest digest of `cell`. */
  get(cell: number): SealedDigest | undefined {
    return this.#entries.get(cell)
  }

  /** In the order of their last change. */
  values(): Iterable<SealedDigest> {
    return this.#entries.values()
  }

  /**
   * Takes over a digest that is later than the one known.
   *
   * @param epoch - the present one; a digest may be one ahead, as clocks are
   */
  merge({ digest, sealed }: SealedDigest, epoch: number): MergeResult {
    if (!isSound(digest, this.#cells) || sealed.length > SEALED_MAX_BYTES) return 'bad-digest'
    if (digest.epoch > epoch + 1) return 'future-epoch'
    const known = this.#entries.get(digest.cell)
    if (known !== undefined && compare(known, { digest, sealed }) >= 0) return 'unchanged'
    this.#entries.delete(digest.cell)
    this.#entries.set(digest.cell, { digest, sealed, version: ++this.#version })
    return 'changed'
  }

  /** What changed after `version`, {@link DIGEST_CHANGES_MAX} at most. */
  changesSince(version: number): DigestChanges {
    const digests: SealedDigest[] = []
    let reached = version
    let bytes = 0
    for (const entry of this.#entries.values()) {
      if (entry.version <= version) continue
      bytes += entry.sealed.length
      const isFull = digests.length === DIGEST_CHANGES_MAX || bytes > DIGEST_CHANGES_MAX_BYTES
      if (isFull) return { digests, version: reached, more: true }
      digests.push(entry)
      reached = entry.version
    }
    return { digests, version: reached, more: false }
  }

  /**
   * Adds up all cells.
   *
   * @param sinceEpoch - older digests don't count: nobody has spoken for their cells lately
   */
  totals(sinceEpoch: number): DigestTotals {
    const recent = [...this.#entries.values()]
      .map(({ digest }) => digest)
      .filter(({ epoch }) => epoch >= sinceEpoch)
    const sum = (of: 'members' | 'alive' | 'degraded' | 'down'): number =>
      recent.reduce((total, digest) => total + digest[of], 0)
    return {
      cells: recent.length,
      members: sum('members'),
      alive: sum('alive'),
      degraded: sum('degraded'),
      down: sum('down'),
      versions: countVersions(
        recent.flatMap(({ versions }) => versions),
        TOTAL_VERSIONS_MAX
      )
    }
  }
}

/** A total order: the later epoch, and of one epoch the greater seal, which two stewards can't both have. */
function compare(a: SealedDigest, b: SealedDigest): number {
  return a.digest.epoch - b.digest.epoch || compareBytes(a.sealed, b.sealed)
}

function isSound(digest: CellDigest, cells: number): boolean {
  const { cell, epoch, members, alive, degraded, down, versions } = digest
  return (
    [cell, epoch, members, alive, degraded, down].every(isCount) &&
    cell < cells &&
    alive + degraded + down === members &&
    versions.length <= DIGEST_VERSIONS_MAX &&
    versions.every(({ specVersion, count }) => isCount(specVersion) && isCount(count)) &&
    versions.reduce((sum, { count }) => sum + count, 0) <= members
  )
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
