import { bytesToHex, type HealthReport, SHORT_ID_BYTES } from '@torusmesh/protocol'
import type { Member } from '../overlay/directory.ts'

/** A report as it was said, and what the node shows of it. */
export interface HeldReport {
  readonly envelope: Uint8Array
  /** Decoded from `envelope`, whose bytes it shares. */
  readonly report: HealthReport
  readonly receivedMs: number
  /** Short ids of those who watch the reporter, in the order it named them. */
  readonly watchers: readonly string[]
}

/** One watched member and what is known of it beyond the detector's columns. */
export interface Watched {
  readonly member: Member
  readonly slot: number
  held: HeldReport | undefined
  /** Verified accusations of the current incarnation, by the accuser's key. */
  readonly accusations: Map<string, { envelope: Uint8Array; incarnation: number }>
}

/** The members this node watches, each in a slot of its detector. */
export class WatchList {
  readonly #slots: (Watched | undefined)[]
  readonly #byKey = new Map<string, Watched>()

  /** @param slots - how many members can be watched at once */
  constructor(slots: number) {
    this.#slots = new Array(slots).fill(undefined)
  }

  get(key: string): Watched | undefined {
    return this.#byKey.get(key)
  }

  at(slot: number): Watched | undefined {
    return this.#slots[slot]
  }

  values(): IterableIterator<Watched> {
    return this.#byKey.values()
  }

  /** @returns the member's slot, or `undefined` when all are taken */
  add(member: Member): Watched | undefined {
    const slot = this.#slots.indexOf(undefined)
    if (slot < 0) return undefined
    const watched: Watched = { member, slot, held: undefined, accusations: new Map() }
    this.#slots[slot] = watched
    this.#byKey.set(member.key, watched)
    return watched
  }

  remove(key: string): Watched | undefined {
    const watched = this.#byKey.get(key)
    if (watched === undefined) return undefined
    this.#byKey.delete(key)
    this.#slots[watched.slot] = undefined
    return watched
  }
}

/** The watchers a report names, as short ids. */
export function watchersOf(report: HealthReport): string[] {
  const bytes = report.watchers ?? new Uint8Array(0)
  const watchers: string[] = []
  for (let at = 0; at + SHORT_ID_BYTES <= bytes.length; at += SHORT_ID_BYTES) {
    watchers.push(bytesToHex(bytes.subarray(at, at + SHORT_ID_BYTES)))
  }
  return watchers
}
