import { TreeCastInput, TreeCastOutput } from './codes.ts'
import { type TreeCastLimits, treeCastLimits } from './limits.ts'
import type { TreeCastPlan } from './plan.ts'
import { step } from './step.ts'
import { createTreeCastStore, needs } from './store.ts'

/** An input of {@link TreeCastInput}, spelled out. */
export type TreeCastEvent =
  | { readonly type: 'link'; readonly slot: number; readonly delayMs: number }
  | { readonly type: 'unlink'; readonly slot: number }
  | { readonly type: 'ranks'; readonly slot: number; readonly words: readonly [number, number] }
  | { readonly type: 'publish' | 'timer'; readonly id: number }
  | {
      readonly type: 'payload'
      readonly slot: number
      readonly id: number
      readonly source: number
    }
  | {
      readonly type: 'announced'
      readonly slot: number
      readonly id: number
      readonly sizeBytes: number
    }
  | { readonly type: 'wanted'; readonly slot: number; readonly id: number }

/** An output of {@link TreeCastOutput}, spelled out. */
export type TreeCastSays =
  | {
      readonly type: 'deliver'
      readonly slot: number
      readonly id: number
      readonly source: number
    }
  | {
      readonly type: 'push' | 'announce' | 'want' | 'unanswered'
      readonly slot: number
      readonly id: number
    }
  | { readonly type: 'wake'; readonly id: number; readonly delayMs: number }
  | { readonly type: 'ranks'; readonly slot: number; readonly words: readonly [number, number] }

/** What a live node's tree cast starts from. */
export interface TreeCastInit {
  readonly plan: TreeCastPlan
  /** This node's own. */
  readonly cell: number
  /** Default {@link treeCastLimits}. */
  readonly limits?: TreeCastLimits
}

/** Tree cast of one live node. */
export interface TreeCast {
  /**
   * Handles one input at `now` (integer ms); what it wants done goes to `out` before this returns.
   *
   * @throws {GossipError} `bad-slot`
   */
  handle(event: TreeCastEvent, now: number, out: (says: TreeCastSays) => void): void
  /** Whether a queued message is still worth sending to the peer in `slot`. */
  needs(slot: number, id: number): boolean
}

/**
 * Binds the machine to a store of one row.
 *
 * @example
 * ```ts
 * const plan = createTreeCastPlan(createCayleyGraph(createTorus(), LONG_GENERATORS))
 * const cast = createTreeCast({ plan, cell: 0 })
 * cast.handle({ type: 'link', slot: 0, delayMs: 20 }, 0, console.log) // ranks
 * cast.handle({ type: 'publish', id: 1 }, 0, console.log) // push to slot 0
 * ```
 *
 * @throws {GossipError} `bad-limits`, `bad-cell`
 */
export function createTreeCast({ plan, cell, limits = treeCastLimits }: TreeCastInit): TreeCast {
  const store = createTreeCastStore(1, plan, limits, () => cell)
  return {
    handle(event, now, out) {
      const [slot, a, b] = argumentsOf(event)
      step(store, 0, TreeCastInput[event.type], slot, a, b, now, (output, _row, slot, a, b) =>
        out(spellOut(output, slot, a, b))
      )
    },
    needs: (slot, id) => needs(store, 0, slot, id)
  }
}

function argumentsOf(event: TreeCastEvent): [slot: number, a: number, b: number] {
  switch (event.type) {
    case 'link':
      return [event.slot, event.delayMs, 0]
    case 'unlink':
      return [event.slot, 0, 0]
    case 'ranks':
      return [event.slot, ...event.words]
    case 'publish':
    case 'timer':
      return [0, event.id, 0]
    case 'payload':
      return [event.slot, event.id, event.source]
    case 'announced':
      return [event.slot, event.id, event.sizeBytes]
    case 'wanted':
      return [event.slot, event.id, 0]
  }
}

function spellOut(output: TreeCastOutput, slot: number, a: number, b: number): TreeCastSays {
  switch (output) {
    case TreeCastOutput.deliver:
      return { type: 'deliver', slot, id: a, source: b }
    case TreeCastOutput.push:
      return { type: 'push', slot, id: a }
    case TreeCastOutput.announce:
      return { type: 'announce', slot, id: a }
    case TreeCastOutput.want:
      return { type: 'want', slot, id: a }
    case TreeCastOutput.unanswered:
      return { type: 'unanswered', slot, id: a }
    case TreeCastOutput.wake:
      return { type: 'wake', id: a, delayMs: b }
    case TreeCastOutput.ranks:
      return { type: 'ranks', slot, words: [a, b] }
  }
}
