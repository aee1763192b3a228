/** What can be wrong with a run before it starts, or, `beyond-horizon`, with its scenario. */
export type SimulationErrorCode = 'bad-setting' | 'beyond-horizon'

/** A setting the model can't honour is an error, never ignored. `code` is stable. */
export class SimulationError extends Error {
  readonly code: SimulationErrorCode

  constructor(code: SimulationErrorCode, message: string) {
    super(message)
    this.name = 'SimulationError'
    this.code = code
  }
}
