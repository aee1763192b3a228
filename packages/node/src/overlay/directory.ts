import type { KeySet } from '@torusmesh/protocol'
import { createTakeover, type Takeover, type Torus } from '@torusmesh/torus'
import type { Standing } from '../view.ts'

/** A member as its keys and cell are known, from the genesis file or from a verified record. */
export interface Member {
  /** Member id in hexadecimal: the key of every table. */
  readonly key: string
  readonly id: Uint8Array
  /** The first 8 bytes of the id in hexadecimal: how a report names its watchers. */
  readonly shortId: string
  readonly keys: KeySet
  readonly peer: string
  readonly cell: number
}

/** The founders, indexed once; hosts of one process share it. */
export interface FounderIndex {
  readonly byKey: ReadonlyMap<string, Member>
  readonly byPeer: ReadonlyMap<string, Member>
  readonly byShortId: ReadonlyMap<string, Member>
  readonly byCell: ReadonlyArray<readonly Member[]>
}

/** What is kept of a member's verified node record. */
export interface HeldRecord {
  readonly sequence: number
  readonly addresses: readonly string[]
  /** The record as received, to pass on. */
  readonly bytes: Uint8Array
  /** Key of the member that vouched for a newcomer. */
  readonly inviter: string | undefined
}

/** How far back a newcomer's vouchers are followed to a founder. */
export const MAX_VOUCHERS = 7

interface Presence {
  standing: Standing
  incarnation: number
}

/** Occupied cells around a cell's territory that its members keep links to; a full torus has six. */
export const MAX_NEIGHBOUR_CELLS = 10
/** Members that came in by invite; the founders are bounded by the genesis file. */
export const MAX_ENROLLED = 8_192

/**
 * Who the members are and where they stand, as one node knows it. Bounded; founders can't be
 * displaced, and a newcomer beyond the limit is refused rather than an older one forgotten.
 */
export class Directory {
  readonly torus: Torus
  readonly self: Member
  readonly #founders: FounderIndex
  readonly #enrolled = new Map<string, Member>()
  readonly #byPeer = new Map<string, Member>()
  readonly #byShortId = new Map<string, Member>()
  readonly #enrolledByCell = new Map<number, Member[]>()
  readonly #presence = new Map<string, Presence>()
  readonly #records = new Map<string, HeldRecord>()
  readonly #addresses: ReadonlyMap<string, readonly string[]>
  #takeover: Takeover | undefined
  /** Rises when members come, go or fall: what depends on who is where is stale then. */
  territoryVersion = 0
  readonly #neighbourCells = new Map<number, readonly number[]>()

  /** @param addresses - where founders may be dialled before their records are known; read at each use */
  constructor(
    torus: Torus,
    founders: FounderIndex,
    self: Member,
    addresses: ReadonlyMap<string, readonly string[]>
  ) {
    this.torus = torus
    this.self = self
    this.#founders = founders
    this.#addresses = addresses
    if (!founders.byKey.has(self.key)) this.#enrol(self)
    this.#presence.set(self.key, { standing: 'alive', incarnation: 0 })
  }

  get(key: string): Member | undefined {
    return this.#founders.byKey.get(key) ?? this.#enrolled.get(key)
  }

  byPeer(peer: string): Member | undefined {
    return this.#founders.byPeer.get(peer) ?? this.#byPeer.get(peer)
  }

  /** The same by the first bytes of an id; of two members that share them a founder. */
  byShortId(shortId: string): Member | undefined {
    return this.#founders.byShortId.get(shortId) ?? this.#byShortId.get(shortId)
  }

  get size(): number {
    return this.#founders.byKey.size + this.#enrolled.size
  }

  *members(): Generator<Member> {
    yield* this.#founders.byKey.values()
    yield* this.#enrolled.values()
  }

  membersIn(cell: number): Member[] {
    return [...(this.#founders.byCell[cell] ?? []), ...(this.#enrolledByCell.get(cell) ?? [])]
  }

  /** Members of the cell that are neither down nor gone. */
  liveIn(cell: number): Member[] {
    return this.membersIn(cell).filter(member => this.isPresent(member.key))
  }

  isPresent(key: string): boolean {
    const standing = this.#presence.get(key)?.standing
    return standing !== 'down' && standing !== 'left'
  }

  /** Cells with members of whom none is there. */
  absentCells(): number[] {
    const cells = new Set<number>()
    for (const [key] of this.#presence) {
      const member = this.isPresent(key) ? undefined : this.get(key)
      if (member !== undefined && this.liveIn(member.cell).length === 0) cells.add(member.cell)
    }
    return [...cells]
  }

  /** How many members stand so. */
  countStanding(standing: Standing): number {
    let count = 0
    for (const presence of this.#presence.values()) if (presence.standing === standing) count++
    return count
  }

  /** The same for a short id; a member that isn't known here counts as present. */
  isPresentShort(shortId: string): boolean {
    const member = this.byShortId(shortId)
    return member === undefined || this.isPresent(member.key)
  }

  standing(key: string): Standing {
    return this.#presence.get(key)?.standing ?? 'unknown'
  }

  incarnation(key: string): number {
    return this.#presence.get(key)?.incarnation ?? 0
  }

  /** @returns whether anything changed */
  setStanding(key: string, standing: Standing, incarnation: number): boolean {
    const before = this.#presence.get(key)
    if (before?.standing === standing && before.incarnation === incarnation) return false
    const wasPresent = this.isPresent(key)
    this.#presence.set(key, { standing, incarnation })
    if (wasPresent !== this.isPresent(key)) this.#territoryChanged()
    return true
  }

  record(key: string): HeldRecord | undefined {
    return this.#records.get(key)
  }

  /** The records that let a stranger believe a member's: its vouchers', eldest first, then its own. */
  recordChain(key: string): HeldRecord[] {
    const chain: HeldRecord[] = []
    let next = this.#records.get(key)
    while (next !== undefined && chain.length <= MAX_VOUCHERS) {
      chain.unshift(next)
      next = next.inviter === undefined ? undefined : this.#records.get(next.inviter)
    }
    return chain
  }

  addresses(key: string): readonly string[] {
    return this.#records.get(key)?.addresses ?? this.#addresses.get(key) ?? []
  }

  /**
   * Takes a verified record in; an older one than the known is ignored.
   *
   * @returns `new` for an unknown member, `newer` for a later record of a known one
   */
  accept(member: Member, record: HeldRecord): 'new' | 'newer' | 'known' | 'full' {
    const known = this.get(member.key)
    if (known === undefined) {
      if (this.#enrolled.size >= MAX_ENROLLED) return 'full'
      this.#enrol(member)
      this.#records.set(member.key, record)
      return 'new'
    }
    const before = this.#records.get(member.key)
    if (before !== undefined && before.sequence >= record.sequence) return 'known'
    this.#records.set(member.key, record)
    return 'newer'
  }

  #enrol(member: Member): void {
    this.#enrolled.set(member.key, member)
    this.#byPeer.set(member.peer, member)
    this.#byShortId.set(member.shortId, member)
    const mates = this.#enrolledByCell.get(member.cell)
    if (mates === undefined) this.#enrolledByCell.set(member.cell, [member])
    else mates.push(member)
    this.#territoryChanged()
  }

  /** Which occupied cell hosts each cell; members that are down or gone occupy nothing. */
  takeover(): Takeover {
    this.#takeover ??= createTakeover(this.torus, this.#occupiedCells())
    return this.#takeover
  }

  /** Occupied cells around `cell`'s territory, nearest first; an empty cell's begin with its host. */
  neighbourCells(cell: number): readonly number[] {
    let cells = this.#neighbourCells.get(cell)
    if (cells === undefined) {
      const host = this.takeover().hostOf(cell)
      cells = this.takeover().effectiveNeighbours(host, MAX_NEIGHBOUR_CELLS)
      if (host !== cell) cells = [host, ...cells]
      this.#neighbourCells.set(cell, cells)
    }
    return cells
  }

  #territoryChanged(): void {
    this.territoryVersion++
    this.#takeover = undefined
    this.#neighbourCells.clear()
  }

  #occupiedCells(): number[] {
    const cells: number[] = []
    for (let cell = 0; cell < this.torus.cells; cell++) {
      const founders = this.#founders.byCell[cell] ?? []
      const newcomers = this.#enrolledByCell.get(cell) ?? []
      const present = (member: Member): boolean => this.isPresent(member.key)
      if (founders.some(present) || newcomers.some(present)) cells.push(cell)
    }
    return cells
  }
}
