import { sameBytes } from './bytes.ts'
import type { EnginePorts } from './codes.ts'
import type { Block } from './header.ts'
import { BODY_MAX_BYTES, ITEMS_MAX } from './limits.ts'

/** What this node wants decided. Bytes are compared, so the same item twice is one. */
export class Pending {
  private items: Uint8Array[] = []

  get size(): number {
    return this.items.length
  }

  add(item: Uint8Array): void {
    const isKnown = this.items.some(known => sameBytes(known, item))
    if (isKnown || this.items.length >= ITEMS_MAX || item.length > BODY_MAX_BYTES) return
    this.items.push(item)
  }

  /** What of it is legal after the ancestors and not in them. */
  select(ports: EnginePorts, ancestors: readonly Block[]): readonly Uint8Array[] {
    const included = ancestors.flatMap(({ items }) => items)
    const open = this.items.filter(item => !included.some(other => sameBytes(item, other)))
    return open.length === 0 ? open : ports.select(ancestors, open)
  }

  /** Forgets what is decided, or can't be. */
  drop(items: readonly Uint8Array[]): void {
    this.items = this.items.filter(item => !items.some(other => sameBytes(item, other)))
  }

  /** Forgets what isn't legal any more: an action binds its pre-state, so it never will be again. */
  retain(ports: EnginePorts): void {
    if (this.items.length > 0) this.items = [...ports.select([], this.items)]
  }
}
