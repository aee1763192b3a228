import type { RunOutcome, RunProgress, RunSpec } from '@torusmesh/simulations'
import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { print, printJson } from '../render/print.ts'
import { determinismLines, outcomeJson, outcomeLines } from '../render/sim-outcome.ts'
import { SimProgress } from '../render/sim-progress.ts'
import { type KeptRun, keptLines } from '../render/sim-results.ts'
import { styleOf } from '../render/style.ts'
import { count, span } from '../render/text.ts'
import type { Simulations } from '../sim-port.ts'
import { stoppable } from '../sim-stop.ts'
import { SCENARIO_HELP, type SpecOptions, simSource, withSpecOptions } from './sim-spec.ts'

const DEFAULT_SCENARIO = 'health-detection'
const MAX_WORKERS = 256

interface SimRunOptions extends SpecOptions {
  readonly workers: number
  readonly checkDeterminism?: true
  readonly out?: string
  readonly json?: true
}

export function simRunCommand(context: Context): Command {
  const command = withSpecOptions(
    new Command('run')
      .description('one run of a scenario; ends with 4 when a property was violated')
      .option('--json', 'print JSON for programs')
      .argument('[scenario]', SCENARIO_HELP, DEFAULT_SCENARIO)
  )
    .option(
      '--workers <n>',
      'threads; they change nothing but the time',
      wholeNumber(1, MAX_WORKERS),
      1
    )
    .option('--check-determinism', 'run it three times and compare; ends with 3 at a difference')
    .option('--out <dir>', 'keep it in a results folder there, with a report')
  withExamples(
    command,
    'sim run flood',
    'sim run health-detection --nodes 4096 --seed 7 --duration 60',
    'sim run flood --nodes 1000000 --workers 2 --json',
    'sim run mine.yaml --param targets=12 --check-determinism',
    'sim run broadcast --seed 7 --out results'
  )
  return command.action((word: string, options: SimRunOptions) => run(context, word, options))
}

async function run(context: Context, word: string, options: SimRunOptions): Promise<void> {
  const { io } = context
  const sim = await context.sim()
  const { document, locate } = await simSource(sim, word, options)
  const spec = sim.resolveSpec(document, { locate })
  const { workers } = options
  const { outcome, determinism } = await watched(context, spec, async watch => {
    if (!options.checkDeterminism) {
      return { outcome: await sim.runScenario(spec, { workers, ...watch }), determinism: undefined }
    }
    const { outcome, ...determinism } = await sim.checkDeterminism(spec, { workers, ...watch })
    return { outcome, determinism }
  })
  const kept =
    options.out === undefined ? undefined : await keep(sim, document, outcome, options.out)
  const style = styleOf(io, io.stdout)
  if (options.json) {
    printJson(io, { ...outcomeJson(spec, workers, outcome), ...determinism, ...kept })
  } else {
    const checked = determinism === undefined ? [] : determinismLines(determinism, style)
    const where = kept === undefined ? [] : ['', ...keptLines(kept, style)]
    print(io, [...outcomeLines(spec, outcome, style), ...checked, ...where])
  }
  context.exitCode = exitCodeOf(outcome, determinism?.deterministic ?? true)
}

async function keep(
  sim: Simulations,
  document: unknown,
  outcome: RunOutcome,
  path: string
): Promise<KeptRun> {
  const { folder } = await sim.keepRun(document, outcome, path)
  const { path: report } = await sim.writeReport(folder)
  return { folder, report }
}

function exitCodeOf({ summary }: RunOutcome, deterministic: boolean): ExitCode {
  if (!deterministic) return ExitCode.unverified
  return summary.violations > 0 ? ExitCode.violated : ExitCode.ok
}

interface Watch {
  readonly signal: AbortSignal
  onProgress(progress: RunProgress): void
}

/** Shows progress, and ends at Ctrl-C with how far it came. */
async function watched<T>(
  { io }: Context,
  spec: RunSpec,
  simulate: (watch: Watch) => Promise<T>
): Promise<T> {
  const progress = new SimProgress(io, `${spec.scenario}, ${count(spec.nodes)} nodes`)
  let reached: RunProgress | undefined
  const stopped = (): string => {
    const { virtualMs = 0, events = 0 } = reached ?? {}
    const done = `${span(virtualMs)} of ${span(spec.durationMs)}, ${count(events)} events`
    return `stopped after ${done}; nothing was kept, seed ${spec.seed} gives the same run again`
  }
  return await stoppable(io, stopped, signal =>
    simulate({
      signal,
      onProgress: now => {
        reached = now
        progress.update(now)
      }
    })
  ).finally(() => progress.end())
}
