import { STEP_REFUSALS, type StepRefusal } from './codes.ts'
import type {
  ExecutionStep,
  Executor,
  StepJournal,
  StepOutcome,
  StepRow,
  UpgradeJob
} from './port.ts'
import { afterRow, foldRows, hasSwapped, mayTake, type Progress } from './progress.ts'

/** What somebody wants of an upgrade: the gate's phases, and `clean` at the end of a plan. */
export type ExecutionPhase = 'preflight' | 'execute' | 'heal' | 'verify' | 'rollback' | 'clean'

const STEPS_OF: Readonly<Record<ExecutionPhase, readonly ExecutionStep[]>> = {
  preflight: ['preflight', 'stage', 'probe'],
  execute: ['swap'],
  heal: ['heal'],
  verify: ['verify'],
  rollback: ['rollback'],
  clean: ['clean']
}

/** Steps begun in one plan at most; a rollback and its cleaning are always let through. */
const ATTEMPTS_MAX = 256

export interface UpgradeSessionInit {
  readonly job: UpgradeJob
  readonly executor: Executor
  readonly journal: StepJournal
}

/** One upgrade on one node: nothing is done before it is recorded, one thing at a time. */
export interface UpgradeSession {
  readonly progress: Progress
  /** Never rejects. What was done already is done again where that may be needed, and does no harm. */
  perform(phase: ExecutionPhase): Promise<StepOutcome>
}

/**
 * Opens an upgrade, from its beginning or from where a restart cut it off.
 *
 * @throws what the journal throws when it can't be read
 */
export async function openUpgrade(init: UpgradeSessionInit): Promise<UpgradeSession> {
  const rows = await init.journal.rows(init.job.plan)
  return new RecordedSession(init, foldRows(rows))
}

class RecordedSession implements UpgradeSession {
  readonly #init: UpgradeSessionInit
  #progress: Progress
  #last: Promise<unknown> = Promise.resolve()

  constructor(init: UpgradeSessionInit, progress: Progress) {
    this.#init = init
    this.#progress = progress
  }

  get progress(): Progress {
    return this.#progress
  }

  perform(phase: ExecutionPhase): Promise<StepOutcome> {
    const outcome = this.#last.then(() => this.#perform(phase))
    this.#last = outcome
    return outcome
  }

  async #perform(phase: ExecutionPhase): Promise<StepOutcome> {
    const { artefact } = this.#init.job
    // Who asks again after a restart finds that it is long prepared.
    if (phase === 'preflight' && hasSwapped(this.#progress)) {
      return { ok: true, digest: artefact.sha256 }
    }
    let outcome: StepOutcome = { ok: true, digest: artefact.sha256 }
    for (const step of STEPS_OF[phase]) {
      outcome = await this.#take(step)
      if (!outcome.ok) return outcome
    }
    return outcome
  }

  async #take(step: ExecutionStep): Promise<StepOutcome> {
    const { job, executor } = this.#init
    const { plan } = job
    if (!mayTake(step, this.#progress)) return this.#refused(step, 'out-of-order')
    const isWayOut = step === 'rollback' || step === 'clean'
    if (!isWayOut && this.#progress.attempts >= ATTEMPTS_MAX) {
      return this.#refused(step, 'too-many-attempts')
    }
    if (!(await this.#record({ plan, step, kind: 'begun' }))) {
      return this.#refused(step, 'journal-failed')
    }
    const outcome = await executor.run(step, job)
    const row: StepRow = outcome.ok
      ? { plan, step, kind: 'done', digest: outcome.digest }
      : { plan, step, kind: 'failed', code: outcome.code }
    // What was done and couldn't be recorded is asked for again, and does no harm then.
    return (await this.#record(row)) ? outcome : this.#refused(step, 'journal-failed')
  }

  async #record(row: StepRow): Promise<boolean> {
    try {
      await this.#init.journal.append(row)
    } catch {
      return false
    }
    this.#progress = afterRow(this.#progress, row)
    return true
  }

  #refused(step: ExecutionStep, code: StepRefusal): StepOutcome {
    const { service } = this.#init.job
    return { ok: false, code, message: `${step} of ${service}: ${STEP_REFUSALS[code]}` }
  }
}
