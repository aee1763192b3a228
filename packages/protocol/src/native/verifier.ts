import type { KeyObject } from 'node:crypto'
import { signingContext, withContext } from '../domains.ts'
import { ProtocolError } from '../errors.ts'
import type { Attestation, Urgency, Verifier } from '../suites/attestation.ts'
import { fitsSuite, isSuiteUsable, SUITES, SuiteId } from '../suites/suite.ts'
import type { FalconCheck } from './batch.ts'
import { Lanes } from './lanes.ts'
import type { NativeMlDsa } from './ml-dsa.ts'
import type { AttestationPool } from './pool.ts'
import type { NativeSuites } from './suites.ts'

export interface VerifierInit {
  readonly native: NativeSuites
  /** Takes batches of Falcon signatures when many wait. */
  readonly pool?: AttestationPool
  /** Signatures that may wait; 1,024 if left out. */
  readonly maxWaiting?: number
}

/** What the verifier did so far; for metrics. */
export interface VerifierCounters {
  /** Falcon signatures checked at once, without waiting. */
  immediate: number
  /** Falcon signatures checked in slices on the main thread after they waited. */
  sliced: number
  /** Falcon signatures checked by the pool. */
  pooled: number
  /** ML-DSA signatures checked on libuv's threads. */
  threaded: number
  /** Of all, those that didn't hold. */
  invalid: number
  /** Handed in though {@link Verifier.canAcceptWork} said no. */
  refused: number
  /** Longest queue seen. */
  maxWaiting: number
}

export interface NativeVerifier extends Verifier {
  readonly counters: Readonly<VerifierCounters>
  /** Signatures that wait or are being checked elsewhere. */
  readonly waiting: number
}

const MAX_WAITING = 1_024
/**
 * Main-thread time for Falcon in a turn of the event loop: as long as the rest of the turn took, within
 * these bounds. A busy loop turns slowly, in up to half a second: what is urgent had better be checked
 * in the turn in which it came.
 */
const SLICE_MIN_MS = 8
const SLICE_MAX_MS = { routine: 25, urgent: 100 } as const satisfies Record<Urgency, number>
/** From so many left waiting on, the pool helps. A batch takes a worker 3 ms. */
const POOL_FROM = 32
const BATCH = 64
/** Signatures on libuv's threads at a time: four threads kept busy, files and lookups not held up. */
const THREADED_MAX = 8

/**
 * A verifier that keeps the event loop free: Falcon on the main thread for half of its time, and in
 * batches on the pool what is left over; ML-DSA on libuv's threads.
 */
export function createVerifier(init: VerifierInit): NativeVerifier {
  return new SlicingVerifier(init)
}

interface Waiting<Work> {
  readonly work: Work
  readonly resolve: (isValid: boolean) => void
}

interface MlDsaCheck {
  readonly suite: NativeMlDsa
  readonly key: KeyObject
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly context: Uint8Array
}

class SlicingVerifier implements NativeVerifier {
  readonly counters: VerifierCounters = {
    immediate: 0,
    sliced: 0,
    pooled: 0,
    threaded: 0,
    invalid: 0,
    refused: 0,
    maxWaiting: 0
  }
  readonly #native: NativeSuites
  readonly #pool: AttestationPool | undefined
  readonly #maxWaiting: number
  readonly #falconQueue = new Lanes<Waiting<FalconCheck>>()
  readonly #mlDsaQueue = new Lanes<Waiting<MlDsaCheck>>()
  #elsewhere = 0
  #threaded = 0
  #batches = 0
  #spentMs = 0
  /** How long the rest of the last turn took. */
  #restMs = 0
  #turnScheduled = false

  constructor({ native, pool, maxWaiting = MAX_WAITING }: VerifierInit) {
    this.#native = native
    this.#pool = pool
    this.#maxWaiting = maxWaiting
  }

  get waiting(): number {
    return this.#falconQueue.length + this.#mlDsaQueue.length + this.#elsewhere
  }

  canAcceptWork(): boolean {
    return this.waiting < this.#maxWaiting
  }

  verifyAttestation(attestation: Attestation): boolean | Promise<boolean> {
    const { suite, publicKey, message, signature, domain, env, urgency } = attestation
    const context = signingContext(domain, env)
    if (!isSuiteUsable(suite, env)) return this.#count(false)
    if (!fitsSuite(SUITES[suite], publicKey, signature, context)) return this.#count(false)
    switch (suite) {
      case SuiteId.falcon512:
        return this.#falcon(
          { publicKey, framed: withContext(context, message), signature },
          urgency
        )
      case SuiteId.mlDsa44:
        return this.#mlDsa(this.#native.mlDsa44, attestation, context)
      case SuiteId.mlDsa65:
        return this.#mlDsa(this.#native.mlDsa65, attestation, context)
      case SuiteId.mock: {
        const mock = this.#native.suites.get(suite)
        return this.#count(mock?.verify(publicKey, message, signature, context) ?? false)
      }
      default:
        return suite satisfies never
    }
  }

  #count(isValid: boolean): boolean {
    if (!isValid) this.counters.invalid++
    return isValid
  }

  #falcon(check: FalconCheck, urgency: Urgency = 'routine'): boolean | Promise<boolean> {
    const before = urgency === 'urgent' ? this.#falconQueue.urgent : this.#falconQueue.length
    if (before === 0 && this.#hasTime(urgency)) {
      this.counters.immediate++
      return this.#checkHere(check)
    }
    return this.#enqueue(this.#falconQueue, check, urgency, () => this.#scheduleTurn())
  }

  #enqueue<Work>(
    queue: Lanes<Waiting<Work>>,
    work: Work,
    urgency: Urgency = 'routine',
    serve: () => void
  ): Promise<boolean> {
    if (!this.canAcceptWork()) {
      this.counters.refused++
      const message = `${this.#maxWaiting} signatures wait; ask canAcceptWork() first`
      return Promise.reject(new ProtocolError('verifier-full', message))
    }
    return new Promise(resolve => {
      queue.push({ work, resolve }, urgency)
      if (this.waiting > this.counters.maxWaiting) this.counters.maxWaiting = this.waiting
      serve()
    })
  }

  /** Verifies on this thread and keeps account of the time that took. */
  #checkHere(check: FalconCheck): boolean {
    const startMs = performance.now()
    const isValid = this.#native.checkFalcon(check)
    this.#spentMs += performance.now() - startMs
    this.#scheduleTurn()
    return this.#count(isValid)
  }

  /** The next turn comes after the event loop has served its sockets. */
  #scheduleTurn(): void {
    if (this.#turnScheduled) return
    this.#turnScheduled = true
    const scheduledMs = performance.now()
    const spentBeforeMs = this.#spentMs
    setImmediate(() => {
      this.#turnScheduled = false
      this.#restMs = performance.now() - scheduledMs - (this.#spentMs - spentBeforeMs)
      this.#spentMs = 0
      this.#serveFalcon()
    })
  }

  /** Whether this turn has time for another check. */
  #hasTime(urgency: Urgency): boolean {
    const sliceMs = Math.min(Math.max(this.#restMs, SLICE_MIN_MS), SLICE_MAX_MS[urgency])
    return this.#spentMs < sliceMs
  }

  #serveFalcon(): void {
    const queue = this.#falconQueue
    while (queue.length > 0 && this.#hasTime(queue.urgent > 0 ? 'urgent' : 'routine')) {
      const { work, resolve } = queue.shift()!
      this.counters.sliced++
      resolve(this.#checkHere(work))
    }
    while (queue.length > POOL_FROM && this.#poolHasRoom()) this.#sendBatch()
    if (queue.length > 0) this.#scheduleTurn()
  }

  /** One batch in work and one waiting for each thread keeps the pool busy and the rest here. */
  #poolHasRoom(): boolean {
    const pool = this.#pool
    return pool !== undefined && this.#batches < 2 * pool.threads && pool.canAcceptWork()
  }

  #sendBatch(): void {
    const batch: Waiting<FalconCheck>[] = []
    while (batch.length < BATCH && this.#falconQueue.length > 0) {
      batch.push(this.#falconQueue.shift()!)
    }
    this.#batches++
    this.#elsewhere += batch.length
    const done = (): void => {
      this.#batches--
      this.#elsewhere -= batch.length
    }
    this.#pool!.verifyFalcon(batch.map(({ work }) => work)).then(
      valid => {
        done()
        this.counters.pooled += batch.length
        batch.forEach(({ resolve }, at) => {
          resolve(this.#count(valid[at] === 1))
        })
      },
      () => {
        // The pool failed or was closed; verification doesn't depend on it.
        done()
        for (const waiting of batch) this.#falconQueue.push(waiting, 'urgent')
        this.#scheduleTurn()
      }
    )
  }

  #mlDsa(
    suite: NativeMlDsa,
    { publicKey, message, signature, urgency }: Attestation,
    context: Uint8Array
  ): boolean | Promise<boolean> {
    const key = suite.publicKeys.get(publicKey)
    if (key === undefined) return this.#count(false)
    const check = { suite, key, message, signature, context }
    return this.#enqueue(this.#mlDsaQueue, check, urgency, () => this.#serveMlDsa())
  }

  #serveMlDsa(): void {
    while (this.#threaded < THREADED_MAX && this.#mlDsaQueue.length > 0) {
      const { work, resolve } = this.#mlDsaQueue.shift()!
      this.#threaded++
      this.#elsewhere++
      work.suite.verifyAsync(work.key, work.message, work.signature, work.context, isValid => {
        this.#threaded--
        this.#elsewhere--
        this.counters.threaded++
        resolve(this.#count(isValid))
        this.#serveMlDsa()
      })
    }
  }
}
