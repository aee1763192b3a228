import type { FaultEvent } from '../faults/event.ts'

/** A fault from its begin to its end: one event, or a pair such as a crash and the restart after it. */
export type Fault = readonly FaultEvent[]

/**
 * A schedule as faults that can be left out one by one, each with its end: without the restart a crash
 * would be another fault, not none.
 */
export function faultsOf(schedule: readonly FaultEvent[]): Fault[] {
  const faults: FaultEvent[][] = []
  const open = new Map<string, FaultEvent[]>()
  for (const event of schedule) {
    const ended = endedBy(event)
    const begun = ended === undefined ? undefined : open.get(ended)
    if (begun !== undefined) {
      begun.push(event)
      open.delete(ended!)
      continue
    }
    const fault = [event]
    faults.push(fault)
    if (event.kind === 'crash' || event.kind === 'slow')
      open.set(`${event.kind} ${event.node}`, fault)
  }
  return faults
}

function endedBy(event: FaultEvent): string | undefined {
  if (event.kind === 'restart') return `crash ${event.node}`
  if (event.kind === 'slow' && event.factorPermille === 1_000) return `slow ${event.node}`
  return undefined
}

/** The schedule that faults make. */
export function scheduleOf(faults: readonly Fault[]): FaultEvent[] {
  return faults.flat().sort((a, b) => a.atMs - b.atMs)
}

/** When the last event of a schedule is over; 0 without any. */
export function quietFromMs(schedule: readonly FaultEvent[]): number {
  return schedule.reduce((latest, event) => {
    if (event.kind === 'partition') return Math.max(latest, event.untilMs)
    return Math.max(latest, event.atMs + ('forMs' in event ? event.forMs : 0))
  }, 0)
}
