import { entryEnd } from '../bundle.ts'
import { Chain } from '../chain.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { verifyCosignatureRecord } from '../cosignature-record.ts'
import type { Expectations } from '../expectations.ts'
import { type Fault, FaultClass, FaultList } from '../fault.ts'
import { type LedgerHead, publicHead } from '../head.ts'
import { tileKey } from '../keys.ts'
import { BUNDLE_EVENTS, MAX_EVENTS, SUBTREE_EVENTS } from '../limits.ts'
import { HASH_BYTES, type Hash, hashToBytes, isHashAt } from '../merkle/hash.ts'
import { fullTiles, leavesPerHash, partialWidth, tileLevels } from '../merkle/tile.ts'
import type { LedgerStore } from '../store.ts'
import { diagnose } from './diagnose.ts'
import { type Evidence, gatherEvidence } from './evidence.ts'
import { CHUNK_BUNDLES, type Chunk, Loader } from './load.ts'
import { Readings } from './readings.ts'

/** What a full verification needs besides the store. */
export interface VerifyOptions extends Expectations {
  /** Told after each 1,024 events. */
  readonly onProgress?: (progress: { readonly events: number; readonly total: number }) => void
}

/** What a full verification found. */
export interface VerifyReport {
  readonly ok: boolean
  /** Length of the log, lost events included. */
  readonly events: number
  /** Checkpoints in the store that are validly signed. */
  readonly checkpoints: number
  /** Subtrees of 1,024 events whose cosignature verifies. */
  readonly cosigned: number
  /** RFC 6962 root over all events; undefined if it can't be known. */
  readonly root: Uint8Array | undefined
  /** The newest checkpoint that the log has the root of. */
  readonly signed: Checkpoint | undefined
  /** The beginning of the log that is intact: all of it if `ok`. */
  readonly intact: LedgerHead
  /** By sequence number, at most `MAX_FAULTS`. */
  readonly faults: readonly Fault[]
}

/**
 * Verifies a whole log: every event's bytes and link, every tile, every signature. Reads only; the
 * store may be damaged in any way as long as it opens.
 *
 * What it can't see: events added after the last checkpoint by somebody who rewrites the state
 * record as well, and a lost tail that no checkpoint, state record or witness remembers.
 */
export async function verifyLedger(
  store: LedgerStore,
  options: VerifyOptions
): Promise<VerifyReport> {
  const loader = new Loader(store)
  const faults = new FaultList()
  const evidence = await gatherEvidence(loader, options, faults)
  return new Verification(loader, options, faults, evidence).run()
}

class Verification {
  readonly #loader: Loader
  readonly #options: VerifyOptions
  readonly #faults: FaultList
  readonly #evidence: Evidence
  readonly #readings: Readings
  /** End of the last event that is there, intact or not. */
  #held = 0
  #chain = new Chain()
  /** Leaf hashes the last event may have; none if nothing is known of it. */
  #before: readonly Hash[] = [this.#chain.head]
  #cosigned = 0
  /** Subtrees whose cosignature fits no reading. */
  readonly #doubtful: number[] = []

  constructor(loader: Loader, options: VerifyOptions, faults: FaultList, evidence: Evidence) {
    this.#loader = loader
    this.#options = options
    this.#faults = faults
    this.#evidence = evidence
    this.#readings = new Readings(faults, evidence.authorities)
  }

  async run(): Promise<VerifyReport> {
    await this.#walk()
    this.#readings.finish()
    await this.#compareEdges()
    await this.#compareState()
    this.#judgeCosignatures()
    return this.#report()
  }

  async #walk(): Promise<void> {
    let chunkIndex = 0
    let loading = this.#loader.chunk(0)
    for (let index = 0; index * BUNDLE_EVENTS < MAX_EVENTS; ) {
      const wanted = Math.floor(index / CHUNK_BUNDLES)
      if (wanted !== chunkIndex) loading = this.#loader.chunk(wanted)
      const chunk = await loading
      chunkIndex = wanted + 1
      loading = this.#loader.chunk(chunkIndex)
      // Nobody waits for it if the log ends here.
      loading.catch(() => undefined)
      const next = await this.#walkChunk(chunk, index)
      if (next === undefined) break
      index = next
      const { promised: total } = this.#evidence
      this.#options.onProgress?.({ events: this.#readings.size, total })
    }
  }

  /** Walks a chunk from bundle `index` on; returns the bundle to go on with, if there is one. */
  async #walkChunk(chunk: Chunk, index: number): Promise<number | undefined> {
    const end = (Math.floor(index / CHUNK_BUNDLES) + 1) * CHUNK_BUNDLES
    for (let n = index; n < end; n++) {
      const [entries, tile] = [chunk.bundles[n % CHUNK_BUNDLES], chunk.tiles[n % CHUNK_BUNDLES]]
      const base = n * BUNDLE_EVENTS
      if (entries === undefined && base >= this.#evidence.promised) return undefined
      if (entries === undefined && tile === undefined) return this.#skip(n)
      await this.#readBundle(n, entries, tile)
      if (this.#readings.size < base + BUNDLE_EVENTS) return undefined
    }
    this.#settleSubtree(end / CHUNK_BUNDLES - 1, chunk.cosignature)
    await this.#compareTiles()
    return end
  }

  /** Passes over bundles of which neither entries nor leaf hashes are left. */
  async #skip(index: number): Promise<number | undefined> {
    const base = index * BUNDLE_EVENTS
    const { promised } = this.#evidence
    const next = await this.#loader.nextBundle(index)
    const until = Math.min(next * BUNDLE_EVENTS, promised)
    const ends = next * BUNDLE_EVENTS >= promised
    const fault = ends ? FaultClass.logTruncated : FaultClass.eventMissing
    this.#readings.fault(fault, 'the event is not in the store', until - base)
    this.#readings.skip(until - base)
    this.#chain = new Chain(until)
    this.#before = []
    return ends ? undefined : next
  }

  async #readBundle(
    index: number,
    entries: Buffer | undefined,
    tile: Buffer | undefined
  ): Promise<void> {
    const base = index * BUNDLE_EVENTS
    const promised = Math.min(BUNDLE_EVENTS, Math.max(0, this.#evidence.promised - base))
    const leaves = entries === undefined ? undefined : this.#readSound(entries, tile)
    if (leaves !== undefined && leaves.length >= promised) {
      for (const leaf of leaves) this.#readings.push(leaf)
      this.#before = [this.#chain.head]
      this.#held = base + leaves.length
    } else {
      const known = this.#evidence.state !== undefined || promised === BUNDLE_EVENTS
      const length = known ? promised : Math.max(promised, countEntries(entries))
      await this.#readBad(index, length, entries, tile)
    }
    this.#requireTile(base, tile)
  }

  /**
   * Leaf hashes of a bundle in which events, links and tile agree; undefined, and nothing read, if
   * not.
   */
  #readSound(entries: Buffer, tile: Buffer | undefined): Hash[] | undefined {
    const { size, head } = this.#chain
    const leaves: Hash[] = []
    for (let at = 0; at < entries.length; ) {
      at = this.#chain.take(entries, at)
      const tileAt = leaves.length * HASH_BYTES
      const tiled = tile !== undefined && tile.length >= tileAt + HASH_BYTES
      const sound = at >= 0 && (!tiled || isHashAt(tile, tileAt, this.#chain.head))
      if (!sound || leaves.push(this.#chain.head) > BUNDLE_EVENTS) {
        this.#chain = new Chain(size, head)
        return undefined
      }
    }
    // The last event has no other to vouch for it than the state record.
    const { state } = this.#evidence
    if (state?.size !== this.#chain.size || state.head === this.#chain.head) return leaves
    this.#chain = new Chain(size, head)
    return undefined
  }

  async #readBad(
    index: number,
    length: number,
    entries: Buffer | undefined,
    tile: Buffer | undefined
  ): Promise<void> {
    const { state } = this.#evidence
    const head = state && { seq: state.size - 1, leaf: state.head }
    const bundle = { index, length, entries, tile, before: this.#before, head }
    const findings = await diagnose(bundle, this.#loader)
    for (const { reading, detail } of findings.slice(0, length)) {
      this.#readings.pushReading(reading, detail)
    }
    const last = findings.findLastIndex(({ reading }) => reading.fault !== FaultClass.logTruncated)
    if (last >= 0) this.#held = index * BUNDLE_EVENTS + Math.min(last + 1, length)
    const surplus = findings[length]
    if (surplus !== undefined) this.#readings.fault(surplus.reading.fault!, surplus.detail)
    const end = findings[length - 1]?.reading
    this.#before = [end?.events, end?.tiles].filter(leaf => leaf !== undefined)
    this.#chain = new Chain(index * BUNDLE_EVENTS + length, this.#before[0])
  }

  /**
   * A tile must have the leaf hashes of a full bundle, and of a partial one up to the last
   * checkpoint.
   */
  #requireTile(base: number, tile: Buffer | undefined): void {
    const full = this.#held >= base + BUNDLE_EVENTS
    const signed = Math.min(this.#signedSize() - base, BUNDLE_EVENTS)
    const required = full ? BUNDLE_EVENTS : signed
    const width = Math.floor((tile?.length ?? 0) / HASH_BYTES)
    if (width >= required) return
    const detail = 'the tile lacks the hash of the event'
    this.#faults.add(FaultClass.indexDamaged, base + width, detail, required - width)
  }

  #signedSize(): number {
    return this.#evidence.checkpoints.at(-1)?.size ?? 0
  }

  #settleSubtree(index: number, record: Buffer | undefined): void {
    if (record === undefined) return
    const { origin, keys } = this.#options
    const verifies = this.#readings.settleSubtree(root =>
      verifyCosignatureRecord(record, index, root, origin, keys)
    )
    if (verifies === true) this.#cosigned++
    if (verifies === false) this.#doubtful.push(index)
  }

  /** Compares full tiles above level 0 with those in the store. */
  async #compareTiles(): Promise<void> {
    for (const { level, index, tile } of this.#readings.takeTiles()) {
      await this.#compareTile(level, index, tile)
    }
  }

  /** Compares the partial tiles above level 0, as far as the last checkpoint needs them. */
  async #compareEdges(): Promise<void> {
    await this.#compareTiles()
    const { tree } = this.#readings
    const size = this.#signedSize()
    if (tree === undefined || size > tree.size) return
    for (let level = 1; level < tileLevels(size); level++) {
      const index = fullTiles(level, size)
      const edge = tree.edge(level).subarray(0, partialWidth(level, size) * HASH_BYTES)
      if (index === fullTiles(level, tree.size)) await this.#compareTile(level, index, edge)
    }
  }

  async #compareTile(level: number, index: number, tile: Buffer): Promise<void> {
    const stored = await this.#loader.get(tileKey(level, index))
    for (let at = 0; at < tile.length; at += HASH_BYTES) {
      const [is, should] = [stored, tile].map(bytes => bytes?.subarray(at, at + HASH_BYTES))
      if (is?.equals(should!)) continue
      const seq = (index * BUNDLE_EVENTS + at / HASH_BYTES) * leavesPerHash(level)
      const detail = `tile ${index} of level ${level} does not have the hash over these events`
      this.#faults.add(FaultClass.indexDamaged, seq, detail, leavesPerHash(level))
    }
  }

  /**
   * Compares the state record, and whatever else the store holds, with where the log turned out to
   * end.
   */
  async #compareState(): Promise<void> {
    const { size, leaf } = this.#readings
    const { state, stateIsDamaged } = this.#evidence
    const stray = await this.#loader.nextEvent(Math.ceil(size / BUNDLE_EVENTS))
    const bad = (seq: number, detail: string): void =>
      this.#faults.add(FaultClass.indexDamaged, seq, detail)
    if (stray !== Infinity) bad(stray, 'a record stands past the end of the log')
    if (state === undefined) {
      if (stateIsDamaged) bad(size, 'the state record is damaged')
      else if (size > 0) bad(size, 'the state record is absent')
    } else if (state.size < this.#held) {
      bad(state.size, 'the state record ends before the log')
    } else if (state.size === size && state.head !== leaf && this.#faults.total === 0) {
      bad(size, 'the state record has another last event')
    }
  }

  /** A cosignature that fits nothing is at fault itself, unless the history is. */
  #judgeCosignatures(): void {
    const { confirmed, forked } = this.#readings
    for (const index of this.#doubtful) {
      const start = index * SUBTREE_EVENTS
      if (forked && confirmed < start + SUBTREE_EVENTS) continue
      const detail = 'the cosignature over these events does not verify'
      this.#faults.add(FaultClass.checkpointInvalid, start, detail, SUBTREE_EVENTS)
    }
  }

  #report(): VerifyReport {
    const { size, tree, forked, intact, matched } = this.#readings
    return {
      ok: this.#faults.total === 0,
      events: size,
      checkpoints: this.#evidence.checkpoints.length,
      cosigned: this.#cosigned,
      root: tree === undefined || forked ? undefined : hashToBytes(tree.root()),
      signed: matched.findLast(({ checkpoint }) => checkpoint !== undefined)?.checkpoint,
      intact: publicHead(intact),
      faults: this.#faults.sorted()
    }
  }
}

function countEntries(entries: Buffer | undefined): number {
  let count = 0
  for (let at = 0; entries !== undefined && at >= 0 && at < entries.length; count++) {
    at = entryEnd(entries, at)
  }
  return Math.min(count, BUNDLE_EVENTS)
}
