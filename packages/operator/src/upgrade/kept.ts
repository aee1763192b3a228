import type { StepOutcome, UpgradeJob } from './port.ts'

/** What a node asks of its keeper: the phases of `@torusmesh/upgrade`'s session. */
export type KeptPhase = 'preflight' | 'execute' | 'heal' | 'verify' | 'rollback' | 'clean'

export interface KeptRequest {
  readonly kind: 'upgrade'
  readonly id: number
  readonly phase: KeptPhase
  readonly job: UpgradeJob
}

export interface KeptAnswer {
  readonly kind: 'upgraded'
  readonly id: number
  readonly outcome: StepOutcome
}

/** The link to the parent: `process` of a process that a keeper started. */
export interface ParentLink {
  send?: ((message: unknown) => boolean) | undefined
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** A node's steps of an upgrade of itself, taken by its keeper. */
export interface KeptSteps {
  /**
   * Never rejects. `execute`, and a `rollback` after it, stop the process that asks: the one that
   * comes after asks again and gets the answer.
   */
  perform(phase: KeptPhase): Promise<StepOutcome>
}

/** @returns `undefined` where no keeper started this process: it can't upgrade itself */
export function keptSteps(job: UpgradeJob, parent: ParentLink): KeptSteps | undefined {
  if (parent.send === undefined) return undefined
  const waiting = new Map<number, (outcome: StepOutcome) => void>()
  let last = 0
  parent.on('message', message => {
    const answer = message as Partial<KeptAnswer> | null
    if (answer?.kind !== 'upgraded' || answer.outcome === undefined) return
    waiting.get(answer.id!)?.(answer.outcome)
    waiting.delete(answer.id!)
  })
  return {
    perform(phase) {
      const id = ++last
      return new Promise(resolve => {
        waiting.set(id, resolve)
        const request: KeptRequest = { kind: 'upgrade', id, phase, job }
        parent.send?.(request)
      })
    }
  }
}
