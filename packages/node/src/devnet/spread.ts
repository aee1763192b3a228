import { hash } from 'node:crypto'
import { sharedNowMs } from './shard.ts'

/** How one statement came to a host; times by {@link sharedNowMs}. */
export interface Arrival {
  /** The host's index in the devnet. */
  readonly host: number
  /** Gossip copies, duplicates included. */
  copies: number
  /** When the first copy came, before it was checked. */
  firstCopyMs?: number
  /** When it was in the host's ledger. */
  takenMs?: number
}

/** Sees how one statement spreads over the hosts of a thread. */
export class Spread {
  #watched: { readonly id: string; readonly envelope: Uint8Array } | undefined
  #arrivals = new Map<number, Arrival>()

  /** Forgets the statement before. */
  watch(envelope: Uint8Array): void {
    this.#watched = { id: hash('sha256', envelope, 'binary'), envelope }
    this.#arrivals = new Map()
  }

  get arrivals(): Arrival[] {
    return [...this.#arrivals.values()]
  }

  /** The tap for `gossipOptions` of a host: called with the id of each message received. */
  copyTapOf(host: number): (id: string) => void {
    return id => {
      if (id !== this.#watched?.id) return
      const arrival = this.#arrivalAt(host)
      arrival.copies++
      arrival.firstCopyMs ??= sharedNowMs()
    }
  }

  /** Called with each statement that a host has taken in. */
  takenTapOf(host: number): (envelope: Uint8Array) => void {
    return envelope => {
      if (this.#watched === undefined || Buffer.compare(envelope, this.#watched.envelope) !== 0)
        return
      this.#arrivalAt(host).takenMs ??= sharedNowMs()
    }
  }

  #arrivalAt(host: number): Arrival {
    const known = this.#arrivals.get(host)
    if (known !== undefined) return known
    const arrival = { host, copies: 0 }
    this.#arrivals.set(host, arrival)
    return arrival
  }
}
