import type { Checkpoint } from '../checkpoint.ts'
import { FaultClass as Fault, type FaultClass, type FaultList } from '../fault.ts'
import type { LogHead } from '../head.ts'
import { SUBTREE_EVENTS } from '../limits.ts'
import { type Hash, NO_HASH } from '../merkle/hash.ts'
import { Tree } from '../merkle/tree.ts'
import type { Reading } from './judge.ts'

/** A root that somebody vouches for. */
export interface Authority {
  readonly size: number
  readonly root: Hash
  /** A signature or a witness; the state record is only evidence between event and tile. */
  readonly signed: boolean
  readonly name: string
  readonly checkpoint?: Checkpoint
}

/** A full tile above level 0, as the log's events give it. */
export interface ComputedTile {
  readonly level: number
  readonly index: number
  readonly tile: Buffer
}

const SUBTREE_HEIGHT: number = Math.log2(SUBTREE_EVENTS)

/** One reading of the log as a tree. */
class Version {
  readonly tree: Tree
  readonly tiles: ComputedTile[]
  /** Root of the 1,024 events that ended last. */
  subtreeRoot: Hash = NO_HASH

  constructor(from?: Version) {
    this.tiles = [...(from?.tiles ?? [])]
    const sinks = {
      onNode: (height: number, _: number, hash: Hash): void => {
        if (height === SUBTREE_HEIGHT) this.subtreeRoot = hash
      },
      onTile: (level: number, index: number, tile: Buffer): void => {
        if (level > 0) this.tiles.push({ level, index, tile })
      }
    }
    this.tree = from?.tree.clone(sinks) ?? Tree.empty(sinks)
  }
}

/**
 * The log's tree by its events and, while the two differ, by its tiles. Signed roots settle which
 * is right; until one does, a difference is a dispute.
 */
export class Readings {
  readonly #faults: FaultList
  readonly #authorities: Authority[]
  #next: number
  /** Undefined once an event is lost that no tile remembers. */
  #events: Version | undefined = new Version()
  #tiles: Version | undefined
  #disputes: Array<{ seq: number; count: number; fault: FaultClass }> = []
  #size = 0
  #leaf: Hash = NO_HASH
  #intact: LogHead | undefined
  /** What would be intact if the tiles are right. */
  #disputed: LogHead | undefined
  /** The last root that matched, and the faults known by then. */
  #confirmed: LogHead = this.#here()
  #faultsAtConfirmed = 0
  #forked = false
  readonly #matched: Authority[] = []

  /** @param authorities - ascending by size */
  constructor(faults: FaultList, authorities: readonly Authority[]) {
    this.#faults = faults
    this.#authorities = [...authorities]
    this.#next = this.#authorities[0]?.size ?? Infinity
    this.#consult()
  }

  /** Events read. */
  get size(): number {
    return this.#size
  }

  /** Leaf hash of the last one. */
  get leaf(): Hash {
    return this.#leaf
  }

  /** Events below this are under a signed root that the log has. */
  get confirmed(): number {
    return this.#confirmed.size
  }

  /** Whether a signed root is not the log's, with nothing else to explain it. */
  get forked(): boolean {
    return this.#forked
  }

  /** Authorities whose root the log has. */
  get matched(): readonly Authority[] {
    return this.#matched
  }

  /** The tree by the events; undefined if it is not known. */
  get tree(): Tree | undefined {
    return this.#events?.tree
  }

  /** The intact beginning of the log. */
  get intact(): LogHead {
    return this.#intact ?? this.#disputed ?? this.#here()
  }

  /** Takes an event as its bundle has it. */
  push(leaf: Hash): void {
    this.#events?.tree.append(leaf)
    this.#tiles?.tree.append(leaf)
    this.#leaf = leaf
    if (++this.#size === this.#next) this.#consult()
  }

  /** Takes an event of a bundle that is not what it should be. */
  pushReading({ events, tiles, fault, dispute }: Reading, detail: string): void {
    const seq = this.#size
    if (fault !== undefined) this.fault(fault, detail)
    if (dispute !== undefined) {
      this.#disputed ??= this.#here()
      this.#tiles ??= this.#events === undefined ? undefined : new Version(this.#events)
      const last = this.#disputes.at(-1)
      if (last?.fault === dispute && last.seq + last.count === seq) last.count++
      else this.#disputes.push({ seq, count: 1, fault: dispute })
    }
    if (events === undefined || tiles === undefined) {
      this.#events = undefined
      this.#tiles = undefined
    } else {
      this.#events?.tree.append(events)
      this.#tiles?.tree.append(tiles)
    }
    this.#leaf = events ?? NO_HASH
    if (++this.#size === this.#next) this.#consult()
  }

  /** Notes a fault of the next `count` events. */
  fault(fault: FaultClass, detail: string, count = 1): void {
    this.#intact ??= this.#disputed ?? this.#here()
    this.#faults.add(fault, this.#size, detail, count)
  }

  /** Leaves out events of which nothing is left. */
  skip(count: number): void {
    this.#events = undefined
    this.#tiles = undefined
    this.#size += count
    while (this.#next <= this.#size) this.#advance()
  }

  /**
   * Tries the root of the 1,024 events just read against their cosignature: whether it fits a
   * reading, undefined if there is none.
   */
  settleSubtree(verify: (root: Hash) => boolean): boolean | undefined {
    const start = this.#size - SUBTREE_EVENTS
    const [events, tiles] = [this.#events?.subtreeRoot, this.#tiles?.subtreeRoot]
    if (events === undefined) return undefined
    if (verify(events)) this.#settleForEvents()
    else if (tiles !== undefined && verify(tiles)) this.#settleForTiles()
    else return false
    if (start <= this.#confirmed.size) this.#confirm()
    return true
  }

  /** Tiles computed since the last call; none while a dispute is open. */
  takeTiles(): ComputedTile[] {
    return this.#disputes.length > 0 ? [] : (this.#events?.tiles.splice(0) ?? [])
  }

  /**
   * Settles what no root decided against the events: better a false alarm than a missed forgery.
   */
  finish(): void {
    if (this.#disputes.length > 0) this.#settleForTiles()
  }

  #consult(): void {
    while (this.#next === this.#size) {
      const authority = this.#advance()
      if (this.#events === undefined || this.#forked) continue
      if (this.#events.tree.root() === authority.root) this.#settleForEvents()
      else if (this.#tiles?.tree.root() === authority.root) this.#settleForTiles()
      else {
        this.#disagree(authority)
        continue
      }
      this.#matched.push(authority)
      if (authority.signed) this.#confirm()
    }
  }

  #advance(): Authority {
    const authority = this.#authorities.shift()!
    this.#next = this.#authorities[0]?.size ?? Infinity
    return authority
  }

  #disagree({ signed, name }: Authority): void {
    this.finish()
    const explained = this.#faults.total > this.#faultsAtConfirmed
    if (signed) {
      this.#forked = true
      if (explained) return
      const { size } = this.#confirmed
      this.#intact ??= this.#confirmed
      this.#faults.add(Fault.historyForked, size, `${name} has another root`, this.#size - size)
    } else if (!explained) {
      this.#faults.add(Fault.indexDamaged, this.#size, `${name} has another root`)
    }
  }

  #confirm(): void {
    this.#confirmed = this.#here()
    this.#faultsAtConfirmed = this.#faults.total
  }

  /** Ends the disputes in favour of the events. */
  #settleForEvents(): void {
    for (const { seq, count } of this.#disputes) {
      this.#faults.add(
        Fault.indexDamaged,
        seq,
        'the tile does not have the hash of the intact event',
        count
      )
    }
    this.#disputes = []
    this.#disputed = undefined
    this.#tiles = undefined
  }

  #settleForTiles(): void {
    for (const { seq, count, fault } of this.#disputes) {
      this.#faults.add(fault, seq, 'the event is not the one that was signed', count)
    }
    this.#intact ??= this.#disputed
    this.#disputes = []
    this.#disputed = undefined
    this.#events = this.#tiles ?? this.#events
    this.#tiles = undefined
  }

  #here(): LogHead {
    return { size: this.#size, root: this.#events?.tree.root() ?? NO_HASH, leaf: this.#leaf }
  }
}
