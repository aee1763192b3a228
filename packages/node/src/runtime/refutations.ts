import { DigestStatement, HealthStatement, Subject } from '@torusmesh/protocol'
import type { RuntimeContext } from './context.ts'

/** Least time between two answers to the whole mesh under one incarnation: notices come in bursts. */
const REPEAT_MS = 5_000

/**
 * Says that this node lives: around its cell to those who accuse it, and to the whole mesh only once a
 * notice has told the whole mesh otherwise. Busy nodes are accused often, and declared down hardly ever.
 */
export class Refutations {
  readonly #context: RuntimeContext
  /** The highest incarnation under which a notice declared this node down. */
  #declaredDown = -1
  /** What the whole mesh was last told. */
  #returned = { incarnation: 0, atMs: 0 }

  constructor(context: RuntimeContext) {
    this.#context = context
  }

  /** @param own - this node's incarnation now: above `incarnation` if it has refuted that already */
  declaredDown(incarnation: number, own: number): void {
    this.#declaredDown = Math.max(this.#declaredDown, incarnation)
    if (own > incarnation) this.#return(own)
  }

  refute(incarnation: number): void {
    const { background } = this.#context
    background('refute', () => this.#refuteNearby(incarnation))
    if (this.#declaredDown >= this.#returned.incarnation) this.#return(incarnation)
  }

  async #refuteNearby(incarnation: number): Promise<void> {
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

  #return(incarnation: number): void {
    const { speaker, gossip, clock, background } = this.#context
    const nowMs = clock.monotonicMs()
    const { incarnation: before, atMs } = this.#returned
    if (incarnation <= before && nowMs - atMs < REPEAT_MS) return
    this.#returned = { incarnation, atMs: nowMs }
    background('return', async () => {
      const returned = { incarnation }
      const envelope = await speaker.say(
        Subject.digest,
        DigestStatement.encode({ returned }).finish(),
        'urgent'
      )
      await gossip.publish(Subject.digest, undefined, envelope)
    })
  }
}
