import { hash } from 'node:crypto'
import { encodeFrame } from '../link/link.ts'
import type { LinkService } from '../link/link-service.ts'
import type { Directory } from '../overlay/directory.ts'

/** Statements remembered so that each is passed on once; at a statement a second, an hour's worth. */
const MAX_SEEN = 4_096

/**
 * Carries a statement to everybody within two hops of a cell, over links alone.
 *
 * The neighbours of one cell aren't adjacent to each other, and when the cell's only member is dead
 * no gossip topic of its own connects them; every path between them lies in the ball of radius two.
 */
export class BallCast {
  readonly #directory: Directory
  readonly #links: LinkService
  readonly #seen = new Set<string>()

  constructor(directory: Directory, links: LinkService) {
    this.#directory = directory
    this.#links = links
  }

  /** @returns whether the statement is new here */
  markSeen(envelope: Uint8Array): boolean {
    const id = hash('sha256', envelope, 'binary')
    if (this.#seen.has(id)) return false
    if (this.#seen.size >= MAX_SEEN) this.#seen.delete(this.#seen.values().next().value!)
    this.#seen.add(id)
    return true
  }

  /** Sends to every link inside the ball around `cell`, but not back to `except`. */
  send(cell: number, envelope: Uint8Array, except?: string): void {
    const inside = this.#ball(cell)
    let framed: Uint8Array | undefined
    for (const link of this.#links.links.values()) {
      if (link.member.key === except || !inside.has(link.member.cell)) continue
      framed ??= encodeFrame({ statement: envelope })
      link.sendEncoded(framed)
    }
  }

  #ball(cell: number): Set<number> {
    const inside = new Set([cell])
    for (const near of this.#directory.neighbourCells(cell)) {
      inside.add(near)
      for (const far of this.#directory.neighbourCells(near)) inside.add(far)
    }
    return inside
  }
}
