import { STEP_REFUSALS, type StepRefusal } from './codes.ts'
import type { ExecutionStep, Executor, StepOutcome, UpgradeJob } from './port.ts'

/** What becomes of an artefact on a machine. */
export type ArtefactFate =
  | { readonly kind: 'good' }
  /** It exits before it is ready. */
  | { readonly kind: 'crash-at-start' }
  | { readonly kind: 'never-ready' }
  /** It becomes ready, also in its probe, and exits so long after it was swapped in. */
  | { readonly kind: 'dies-later'; readonly afterMs: number }
  /** What the mirrors give isn't what was voted. */
  | { readonly kind: 'wrong-bytes' }
  | { readonly kind: 'disk-full' }
  /** It starts in its probe and not in its place. */
  | { readonly kind: 'fails-in-place' }

export interface SimulatedMachineInit {
  /** Digest of what runs, hexadecimal digits. */
  readonly runs: string
  readonly fate: ArtefactFate
  /** How long each step takes when it ends by itself, ms. */
  readonly stepMs: Readonly<Record<ExecutionStep, number>>
}

/** A machine that upgrades in virtual time: no clock, no chance, no I/O. */
export class SimulatedMachine {
  readonly #fate: ArtefactFate
  readonly #stepMs: Readonly<Record<ExecutionStep, number>>
  #runs: string
  #staged: string | undefined
  #swappedMs: number | undefined

  constructor({ runs, fate, stepMs }: SimulatedMachineInit) {
    this.#runs = runs
    this.#fate = fate
    this.#stepMs = stepMs
  }

  /** The digest of what runs at a time; `undefined` once it has died. */
  runsAt(now: number): string | undefined {
    if (this.#swappedMs === undefined) return this.#runs
    if (this.#fate.kind === 'fails-in-place') return undefined
    const isDead = this.#fate.kind === 'dies-later' && now >= this.#swappedMs + this.#fate.afterMs
    return isDead ? undefined : this.#runs
  }

  /** Digests of artefacts that lie on its disk beside what runs. */
  get staged(): string | undefined {
    return this.#staged
  }

  /**
   * Takes a step that begins at `now`, integer ms.
   *
   * @returns what it comes to, and after how long
   */
  take(
    step: ExecutionStep,
    job: UpgradeJob,
    now: number
  ): { tookMs: number; outcome: StepOutcome } {
    const tookMs = this.#stepMs[step]
    const outcome = this.#outcome(step, job, now + tookMs)
    const waitedMs = !outcome.ok && outcome.code === 'not-in-time' ? timeoutOf(step, job) : tookMs
    return { tookMs: waitedMs, outcome }
  }

  #outcome(step: ExecutionStep, job: UpgradeJob, now: number): StepOutcome {
    const { artefact, previous } = job
    const failed = (code: StepRefusal): StepOutcome => ({
      ok: false,
      code,
      message: `${step} of ${job.service}: ${STEP_REFUSALS[code]}`
    })
    switch (step) {
      case 'preflight':
        return this.#runs === previous.sha256 ? done(this.#runs) : failed('wrong-previous')
      case 'stage':
        if (this.#fate.kind === 'disk-full') return failed('disk-full')
        if (this.#fate.kind === 'wrong-bytes') return failed('wrong-artefact')
        this.#staged = artefact.sha256
        return done(artefact.sha256)
      case 'probe':
        if (this.#staged !== artefact.sha256) return failed('wrong-artefact')
        if (this.#fate.kind === 'crash-at-start') return failed('start-failed')
        return this.#fate.kind === 'never-ready' ? failed('not-in-time') : done(artefact.sha256)
      case 'swap':
        if (this.#staged !== artefact.sha256) return failed('wrong-artefact')
        if (this.#runs !== artefact.sha256) this.#swappedMs = now
        this.#runs = artefact.sha256
        return this.runsAt(now) === undefined ? failed('start-failed') : done(this.#runs)
      case 'heal':
      case 'verify':
        return this.runsAt(now) === artefact.sha256 ? done(artefact.sha256) : failed('died')
      case 'rollback':
        this.#runs = previous.sha256
        this.#swappedMs = undefined
        return done(this.#runs)
      case 'clean':
        this.#staged = undefined
        return done(this.#runs)
      default:
        return step satisfies never
    }
  }
}

/** A simulated machine in the place of a real one. */
export function simulatedExecutor(machine: SimulatedMachine, now: () => number): Executor {
  return { run: (step, job) => Promise.resolve(machine.take(step, job, now()).outcome) }
}

function done(digest: string): StepOutcome {
  return { ok: true, digest }
}

function timeoutOf(step: ExecutionStep, { timeouts }: UpgradeJob): number {
  return step === 'probe' ? timeouts.probeMs : timeouts.verifyMs
}
