/**
 * All that the command asks of the simulator: the one seam to `@torusmesh/simulations`, loaded by
 * the commands that need it.
 */
export type SimPort = () => Promise<Simulations>

export type Simulations = Pick<
  typeof import('@torusmesh/simulations'),
  | 'checkDeterminism'
  | 'embeddedExecutor'
  | 'failureOf'
  | 'isScenarioFile'
  | 'keepReplay'
  | 'keepRun'
  | 'keepText'
  | 'loadScenarioFile'
  | 'mergeShards'
  | 'pairDelaysMs'
  | 'parseReplayFile'
  | 'parseShard'
  | 'provenance'
  | 'queueExecutor'
  | 'replay'
  | 'replayFileOf'
  | 'reproduce'
  | 'resolveSpec'
  | 'runScenario'
  | 'runSwarm'
  | 'runSweepWorker'
  | 'scenarios'
  | 'shrink'
  | 'sweepInto'
  | 'sweepOf'
  | 'writeReport'
>
