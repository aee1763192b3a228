import { createCayleyGraph, createTorus } from '@torusmesh/torus'
import {
  createTreeCast,
  createTreeCastPlan,
  LONG_GENERATORS,
  type TreeCast,
  type TreeCastEvent,
  type TreeCastPlan,
  type TreeCastSays
} from '../../src/index.ts'

/** 8×8×8 with four long generators. */
export const plan: TreeCastPlan = createTreeCastPlan(
  createCayleyGraph(createTorus(), LONG_GENERATORS)
)

/** A machine in cell 0, linked in `slots`, slot n with a delay of 10 (n + 1) ms, its ranks told. */
export function linked(slots: readonly number[]): TreeCast {
  const cast = createTreeCast({ plan, cell: 0 })
  for (const slot of slots) {
    cast.handle({ type: 'link', slot, delayMs: 10 * (slot + 1) }, 0, () => {})
  }
  cast.handle({ type: 'timer', id: 0 }, 500, () => {})
  return cast
}

/** Plays events from 1,000 ms on; returns what the machine said, a line each. */
export function play(
  cast: TreeCast,
  events: readonly (readonly [atMs: number, event: TreeCastEvent])[]
): string[] {
  const said: string[] = []
  for (const [atMs, event] of events) {
    cast.handle(event, 1_000 + atMs, says => said.push(`${atMs} ${line(says)}`))
  }
  return said
}

function line(says: TreeCastSays): string {
  switch (says.type) {
    case 'deliver':
      return `deliver ${says.id} of ${says.source} by ${says.slot}`
    case 'wake':
      return `wake ${says.id} in ${says.delayMs}`
    case 'ranks':
      return `ranks ${says.slot} ${says.words.map(word => (word >>> 0).toString(16)).join(' ')}`
    default:
      return `${says.type} ${says.id} ${says.slot}`
  }
}
