import { type EventType, eventOf, type Ledger } from '@torusmesh/ledger'
import type { LedgerMetrics } from '../metrics/index.ts'

/** No policy is in force before the mesh has governance. */
const POLICY_VERSION = 0

/** The node's way into its ledger: nothing is acted upon before it is here, durably. */
export class Journal {
  readonly #ledger: Ledger
  readonly #self: Uint8Array
  readonly #metrics: LedgerMetrics

  constructor(ledger: Ledger, self: Uint8Array, metrics: LedgerMetrics) {
    this.#ledger = ledger
    this.#self = self
    this.#metrics = metrics
  }

  /**
   * @param actor - who caused it: a member id; this node's own if left out
   * @returns the event's sequence, once it is durable
   */
  async record<T>(type: EventType<T>, value: T, actor: Uint8Array = this.#self): Promise<number> {
    const startedMs = performance.now()
    const event = eventOf(type, value, { actor, policyVersion: POLICY_VERSION })
    const { seq } = await this.#ledger.append(event)
    this.#metrics.appendedEvents.inc({}, 1)
    this.#metrics.appendSeconds.observe({}, (performance.now() - startedMs) / 1_000)
    return seq
  }
}
