/**
 * What an upgrade asks of this machine. Packages of one row don't know each other: these are the
 * shapes of `@torusmesh/upgrade`'s executor port, kept equal by a test.
 */
export type ExecutionStep =
  | 'preflight'
  | 'stage'
  | 'probe'
  | 'swap'
  | 'heal'
  | 'verify'
  | 'rollback'
  | 'clean'

export type StepRefusal =
  | 'not-ready'
  | 'wrong-previous'
  | 'disk-full'
  | 'download-failed'
  | 'wrong-artefact'
  | 'start-failed'
  | 'not-in-time'
  | 'died'
  | 'dependents-unwell'
  | 'host-failed'
  | 'journal-failed'
  | 'out-of-order'
  | 'too-many-attempts'

export type PreflightCheck = 'synced' | 'services-healthy' | 'no-pending-approvals'

/** The bytes to install. */
export interface ArtefactRef {
  readonly platform: string
  /** Hexadecimal digits. */
  readonly sha256: string
  readonly sizeBytes: number
  /** Path on a mirror, or the image's repository. */
  readonly location: string
}

export interface UpgradeJob {
  /** Hexadecimal digits. */
  readonly plan: string
  readonly service: string
  readonly kind: 'container-image' | 'wasm-runtime' | 'process'
  readonly version: number
  readonly artefact: ArtefactRef
  readonly previous: Pick<ArtefactRef, 'sha256'>
  readonly preflight: readonly PreflightCheck[]
  /** All in milliseconds. */
  readonly timeouts: {
    readonly stageMs: number
    readonly probeMs: number
    readonly swapMs: number
    readonly verifyMs: number
    readonly rollbackMs: number
    readonly bakeMs: number
  }
}

export type StepOutcome =
  | { readonly ok: true; readonly digest: string }
  | { readonly ok: false; readonly code: StepRefusal; readonly message: string }

export interface Executor {
  run(step: ExecutionStep, job: UpgradeJob): Promise<StepOutcome>
}

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

export interface StepJournal {
  append(row: StepRow): Promise<void>
  rows(plan: string): Promise<readonly StepRow[]>
}

/** What a node knows of itself and its services; asked before anything is touched, and after. */
export interface NodeReadiness {
  /** Of the checks asked for, those that don't hold now. */
  missing(checks: readonly PreflightCheck[]): Promise<readonly PreflightCheck[]>
  /**
   * Puts everything right that stands on a service, and waits until it is well.
   *
   * @returns names of services that are still unwell when the time is over
   */
  heal(service: string, timeoutMs: number): Promise<readonly string[]>
}
