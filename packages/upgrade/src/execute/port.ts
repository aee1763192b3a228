import type { Choice } from '../manifest/choose.ts'
import type { Artefact, PreflightCheck, TargetKind, UpgradeTimeouts } from '../manifest/types.ts'
import type { StepRefusal } from './codes.ts'

/**
 * What an executor can do, in the order of a good upgrade; `rollback` comes when it is none, `clean`
 * at the end of either.
 *
 * | step | afterwards |
 * | --- | --- |
 * | `preflight` | the node is ready, and what runs is what the plan replaces |
 * | `stage` | the artefact is on this machine, whole, beside the one that runs |
 * | `probe` | it was started aside, became ready, and was stopped |
 * | `swap` | it runs in the place of the old one, which is kept |
 * | `heal` | dependents reach it and are well |
 * | `verify` | it is ready, stays up, and its digest is the voted one |
 * | `rollback` | the old one runs again, dependents are well |
 * | `clean` | nothing is left but what runs |
 */
export const STEPS = [
  'preflight',
  'stage',
  'probe',
  'swap',
  'heal',
  'verify',
  'rollback',
  'clean'
] as const
export type ExecutionStep = (typeof STEPS)[number]

/** One upgrade of one service on one node. */
export interface UpgradeJob {
  /** The plan's id, hexadecimal digits. */
  readonly plan: string
  readonly service: string
  readonly kind: TargetKind
  readonly version: number
  readonly artefact: Artefact
  /** What runs now and a rollback returns to. */
  readonly previous: Pick<Artefact, 'sha256'>
  readonly preflight: readonly PreflightCheck[]
  readonly timeouts: UpgradeTimeouts
}

export type StepOutcome =
  /** The digest of what is staged (up to `probe`) or runs (from `swap` on), hexadecimal digits. */
  | { readonly ok: true; readonly digest: string }
  | { readonly ok: false; readonly code: StepRefusal; readonly message: string }

/**
 * Carries out steps on a machine. Every step can be asked for again after it was cut off anywhere: it
 * looks at what is there and does what is missing. Steps end within the job's timeouts and never reject.
 */
export interface Executor {
  run(step: ExecutionStep, job: UpgradeJob): Promise<StepOutcome>
}

/** What the machine did, durably, oldest first. */
export type StepRow =
  | { readonly plan: string; readonly step: ExecutionStep; readonly kind: 'begun' }
  | {
      readonly plan: string
      readonly step: ExecutionStep
      readonly kind: 'done'
      readonly digest: string
    }
  | {
      readonly plan: string
      readonly step: ExecutionStep
      readonly kind: 'failed'
      readonly code: StepRefusal
    }

/** Where rows are kept. */
export interface StepJournal {
  /** Resolves once the row survives a power cut; rejects if it may not. */
  append(row: StepRow): Promise<void>
  /** Rows of one plan, oldest first. */
  rows(plan: string): Promise<readonly StepRow[]>
}

/**
 * The job of a node for a plan.
 *
 * @param runs - digest of what runs, hexadecimal digits: what a first release rolls back to
 */
export function jobOf(plan: string, choice: Choice, runs: string): UpgradeJob {
  const { manifest, artefact, previous } = choice
  return {
    plan,
    service: manifest.name,
    kind: manifest.kind,
    version: manifest.version,
    artefact,
    previous: { sha256: previous?.sha256 ?? runs },
    preflight: manifest.preflight,
    timeouts: manifest.timeouts
  }
}
