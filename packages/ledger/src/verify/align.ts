import { FaultClass } from '../fault.ts'
import type { Entry } from './entries.ts'

/** What alignment needs to know of the log around the bundle. */
export interface Surroundings {
  /** Whether the entry is, byte for byte, the event the log has at `entry.seq`. */
  isGenuine(entry: Entry): boolean
  /** Whether event `seq` of another bundle is where it belongs. */
  isInPlace(seq: number): boolean
}

/** A position without a usable entry, and why. */
export interface Misplacement {
  readonly seq: number
  readonly fault: FaultClass
  readonly detail: string
}

export interface Alignment {
  /**
   * By position from the bundle's first: the entry that claims it, undefined where there is none.
   */
  readonly slots: ReadonlyArray<Entry | undefined>
  readonly misplaced: readonly Misplacement[]
}

/**
 * Finds which entry belongs to which of the positions `[base, base + length)`, when entries may be
 * lost, moved, copied or unreadable. An entry that claims its position is not judged further here.
 */
export function align(
  entries: readonly Entry[],
  base: number,
  length: number,
  around: Surroundings
): Alignment {
  const genuine = entries.map(entry => entry.seq >= 0 && around.isGenuine(entry))
  const holder = (seq: number, except: number): number =>
    entries.findIndex((entry, i) => i !== except && entry.seq === seq && genuine[i])
  const slots: Array<Entry | undefined> = Array.from({ length })
  const misplaced: Misplacement[] = []
  let position = base
  let k = 0
  const lose = (fault: FaultClass, detail: string): void => {
    misplaced.push({ seq: position, fault, detail })
  }
  while (position < base + length) {
    const entry = entries[k]
    if (entry === undefined) {
      lose(FaultClass.eventMissing, 'the event is not in the store')
      position++
    } else if (entry.seq === position && entry.framed) {
      slots[position++ - base] = entry
      k++
    } else if (!genuine[k] || entry.seq === position) {
      lose(FaultClass.eventDamaged, 'the entry is not the event the log has')
      position++
      k++
    } else {
      const { seq } = entry
      const inside = seq >= base && seq < base + length
      const copied = inside ? holder(seq, k) >= 0 : around.isInPlace(seq)
      const displaced = holder(position, k)
      if (copied) {
        lose(FaultClass.eventDuplicated, `a copy of event ${seq} stands here`)
        // A copy put in, not over: the event itself still follows.
        if (displaced < k) position++
        k++
      } else if (inside && displaced < 0 && seq > position) {
        lose(FaultClass.eventMissing, 'the event is not in the store')
        position++
      } else {
        lose(FaultClass.eventReordered, `event ${seq} stands here`)
        position++
        k++
      }
    }
  }
  if (k < entries.length) {
    if (genuine[k])
      lose(FaultClass.eventDuplicated, `a copy of event ${entries[k]!.seq} stands before it`)
    else lose(FaultClass.eventDamaged, 'an entry that is no event stands before it')
  }
  return { slots, misplaced }
}
