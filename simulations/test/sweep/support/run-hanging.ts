import type { RunOutcome } from '../../../src/scenario/outcome.ts'
import type { RunSpec } from '../../../src/scenario/spec.ts'
import { runScenario as run } from './run-stand-in.ts'
import { HANGS_FROM } from './worker-process.ts'

/** As the stand-in, but never ends from some seed on. */
export async function runScenario(spec: RunSpec): Promise<RunOutcome> {
  return run({ ...spec, parameters: { hangs: HANGS_FROM } })
}
