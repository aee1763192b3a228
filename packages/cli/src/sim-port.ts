/**
 * All that the command asks of the simulator: the one seam to `@torusmesh/simulations`, loaded by
 * the commands that need it.
 */
export type SimPort = () => Promise<Simulations>

export type Simulations = Pick<
  typeof import('@torusmesh/simulations'),
  | 'checkDeterminism'
  | 'embeddedExecutor'
  | 'isScenarioFile'
  | 'loadScenarioFile'
  | 'mergeShards'
  | 'parseShard'
  | 'provenance'
  | 'queueExecutor'
  | 'reproduce'
  | 'resolveSpec'
  | 'runScenario'
  | 'runSweepWorker'
  | 'scenarios'
  | 'sweepInto'
  | 'sweepOf'
  | 'writeReport'
>
