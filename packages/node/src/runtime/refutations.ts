import { mustReturn } from '@torusmesh/health'
import { DigestStatement, HealthStatement, policyOf, Subject } from '@torusmesh/protocol'
import type { RuntimeContext } from './context.ts'
import type { Tidings } from './tidings.ts'

/**
 * Says that this node lives: around its cell to those who accuse it, and to the whole mesh only once a
 * notice has told the whole mesh otherwise. Busy nodes are accused often, and declared down hardly ever.
 */
export class Refutations {
  readonly #context: RuntimeContext
  readonly #tidings: Tidings
  /** The highest incarnation under which a notice declared this node down. */
  #downAs = -1
  /** What the whole mesh was last told, … */
  #returned = { incarnation: 0, atMs: 0 }
  /** … and what at least those over links were. */
  #saidAs = 0

  constructor(context: RuntimeContext, tidings: Tidings) {
    this.#context = context
    this.#tidings = tidings
  }

  /** @param own - this node's incarnation now: above `incarnation` if it has refuted that already */
  declaredDown(incarnation: number, own: number): void {
    this.#downAs = Math.max(this.#downAs, incarnation)
    this.#returnIfDue(own, true)
  }

  refute(incarnation: number): void {
    const { background } = this.#context
    background('refute', () => this.#refuteAround(incarnation))
    this.#returnIfDue(incarnation, false)
  }

  /**
   * Somebody keeps it that this node is down, and proves it to nobody: its word goes over links, to those
   * who keep the same.
   */
  refuteNearby(own: number): void {
    if (own <= this.#saidAs) return
    this.#context.background('refute', async () => {
      await this.#sayReturned(own)
      this.#tidings.passOn()
    })
  }

  async #refuteAround(incarnation: number): Promise<void> {
    const { speaker, ballCast, directory } = this.#context
    const refutation = { incarnation }
    const envelope = await speaker.say(
      Subject.health,
      HealthStatement.encode({ refutation }).finish(),
      'urgent'
    )
    ballCast.markSeen(envelope)
    ballCast.send(directory.self.cell, envelope)
  }

  #returnIfDue(own: number, again: boolean): void {
    const { gossip, clock, background } = this.#context
    const nowMs = clock.monotonicMs()
    const { incarnation: returnedAs, atMs } = this.#returned
    const declared = { downAs: this.#downAs, returnedAs, sinceReturnMs: nowMs - atMs }
    if (!mustReturn(declared, own, again)) return
    this.#returned = { incarnation: own, atMs: nowMs }
    background('return', async () => {
      await gossip.publish(Subject.digest, undefined, await this.#sayReturned(own))
    })
  }

  /** Keeps what it says for those who miss it. */
  async #sayReturned(incarnation: number): Promise<Uint8Array> {
    const { speaker, clock, directory } = this.#context
    this.#saidAs = Math.max(this.#saidAs, incarnation)
    const returned = { incarnation }
    const expiresMs = clock.wallMs() + policyOf(Subject.digest).lifetimeMs
    const payload = DigestStatement.encode({ returned }).finish()
    const envelope = await speaker.say(Subject.digest, payload, 'urgent')
    this.#tidings.keep({
      ...{ member: directory.self, incarnation, isDown: false },
      ...{ envelope, expiresMs }
    })
    return envelope
  }
}
