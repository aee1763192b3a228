import type { Attempt, Scenario, SwarmProgress, SwarmReport } from '@torusmesh/simulations'
import { Command } from 'commander'
import { parseDuration, wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'
import { type KeptFailure, swarmJson, swarmLines } from '../render/sim-swarm.ts'
import { styleOf } from '../render/style.ts'
import type { Simulations } from '../sim-port.ts'

const MAX_SEED = 0xffff_ffff
const MAX_SEEDS = 1_000_000
const MAX_WORKERS = 256

interface SimSwarmOptions {
  readonly seeds?: number
  readonly from: number
  readonly time?: number
  readonly workers: number
  readonly checkDeterminism?: true
  readonly out: string
  readonly json?: true
}

const DEFAULT_SEEDS = 100

export function simSwarmCommand(context: Context): Command {
  const command = new Command('swarm')
    .description('many drawn runs: what fails is shrunk and kept; ends with 4 when something did')
    .option('--json', 'print JSON for programs')
    .argument('[scenario...]', 'by name; all when left out')
    .option(
      '--seeds <n>',
      `of each scenario (default: ${DEFAULT_SEEDS}, or all that --time allows)`,
      wholeNumber(1, MAX_SEEDS)
    )
    .option('--from <seed>', 'the first one', wholeNumber(0, MAX_SEED), 1)
    .option('--time <duration>', 'begin no further run after so long', parseDuration)
    .option('--workers <n>', 'runs at a time', wholeNumber(1, MAX_WORKERS), 1)
    .option('--check-determinism', 'run each twice and compare; ends with 3 at a difference')
    .option('--out <dir>', 'where replay files and diagrams of failures go', 'swarm')
  withExamples(
    command,
    'sim swarm',
    'sim swarm partition-heal --seeds 1000 --workers 2',
    'sim swarm --time 10m --from 5000 --out failures'
  )
  return command.action((names: string[], options: SimSwarmOptions) =>
    swarm(context, names, options)
  )
}

async function swarm(
  context: Context,
  names: readonly string[],
  options: SimSwarmOptions
): Promise<void> {
  const { io } = context
  const sim = await context.sim()
  const scenarios = scenariosOf(sim, names)
  const stop = new AbortController()
  const unhear = io.onInterrupt(() => stop.abort())
  const progress = new Progress(io)
  try {
    const report = await run(sim, scenarios, options, stop.signal, progress)
    const kept = await keep(sim, report.failures, options.out, stop.signal, progress)
    progress.end()
    if (options.json) printJson(io, swarmJson(report, kept))
    else print(io, swarmLines(report, kept, styleOf(io, io.stdout)))
    context.exitCode = exitCodeOf(report, stop.signal.aborted)
  } finally {
    progress.end()
    unhear()
  }
}

function scenariosOf(sim: Simulations, names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return sim.scenarios
  return [...new Set(names)].map(name => {
    const scenario = sim.scenarios.find(one => one.name === name)
    if (scenario !== undefined) return scenario
    throw new CliError('USAGE', `no scenario ${name}; see \`torusmesh sim list\``)
  })
}

function run(
  sim: Simulations,
  scenarios: readonly Scenario[],
  options: SimSwarmOptions,
  signal: AbortSignal,
  progress: Progress
): Promise<SwarmReport> {
  const { from, time, workers } = options
  const seeds = options.seeds ?? (time === undefined ? DEFAULT_SEEDS : MAX_SEEDS)
  const update = ({ runs, of, failed }: SwarmProgress): void =>
    progress.update(failed > 0 ? `running, ${failed} failed` : 'running', runs, of)
  return sim.runSwarm({
    scenarios,
    from,
    seeds,
    workers,
    signal,
    onProgress: update,
    ...(time !== undefined && { budgetMs: time }),
    ...(options.checkDeterminism && { checkEvery: 1 })
  })
}

/** Shrinks one failure of each kind and writes it; a stop keeps those that are done. */
async function keep(
  sim: Simulations,
  failures: readonly Attempt[],
  folder: string,
  signal: AbortSignal,
  progress: Progress
): Promise<KeptFailure[]> {
  const kept: KeptFailure[] = []
  for (const failure of failures) {
    if (signal.aborted) break
    const { spec } = failure
    const scenario = sim.scenarios.find(({ name }) => name === spec.scenario)!
    const what = `shrinking ${spec.scenario} ${spec.seed}`
    try {
      const shrunk = await sim.shrink(sim.failureOf(failure, scenario), {
        scenario,
        signal,
        onProgress: ({ runs, ofRuns }) => progress.update(what, runs, ofRuns)
      })
      const file = sim.replayFileOf(shrunk)
      const { svg } = await sim.replay(file, { signal })
      const paths = await sim.keepReplay(folder, file, svg)
      kept.push({ shrunk, seed: spec.seed, ...paths })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  return kept
}

function exitCodeOf({ findings, differing }: SwarmReport, stopped: boolean): ExitCode {
  if (findings.length > 0) return ExitCode.violated
  if (differing.length > 0) return ExitCode.unverified
  return stopped ? ExitCode.failed : ExitCode.ok
}
