import type { SweepProgress } from '@torusmesh/simulations'
import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'
import { sweepLines } from '../render/sim-results.ts'
import { styleOf } from '../render/style.ts'
import { count } from '../render/text.ts'
import type { Simulations } from '../sim-port.ts'
import { stoppable } from '../sim-stop.ts'
import { SCENARIO_HELP, type SpecOptions, simSource, withSpecOptions } from './sim-spec.ts'

const MAX_THREADS = 256

interface SimSweepOptions extends SpecOptions {
  readonly out: string
  readonly threads?: number
  readonly shard?: string
  readonly redis?: string
  readonly json?: true
}

export function simSweepCommand(context: Context): Command {
  const command = withSpecOptions(
    new Command('sweep')
      .description('all runs of a scenario file; goes on where it was stopped')
      .option('--json', 'print JSON for programs')
      .argument('<scenario>', SCENARIO_HELP)
  )
    .option('--out <dir>', 'where results folders go, or the one of a shard', 'results')
    .option('--threads <n>', 'runs at a time (default: one a core)', wholeNumber(1, MAX_THREADS))
    .option(
      '--shard <i/n>',
      'only this part, from 0: for Slurm, Kubernetes, GNU parallel; see merge'
    )
    .option('--redis <url>', 'have it run by `sim worker` elsewhere (else TORUSMESH_SIM_REDIS)')
  withExamples(
    command,
    'sim sweep mine.yaml',
    'sim sweep mine.yaml --shard 3/8 --out shards/3',
    'sim sweep mine.yaml --redis redis://queue.example:6379'
  )
  return command.action((word: string, options: SimSweepOptions) => sweep(context, word, options))
}

async function sweep(context: Context, word: string, options: SimSweepOptions): Promise<void> {
  const { io } = context
  const sim = await context.sim()
  const { document, locate } = await simSource(sim, word, options)
  const spec = sim.sweepOf(document, { locate })
  const progress = new Progress(io)
  let reached: SweepProgress | undefined
  const redis = options.redis ?? io.env['TORUSMESH_SIM_REDIS']
  const stopped = (): string => {
    const { done = 0, of = 0 } = reached ?? {}
    return `stopped after ${count(done)} of ${count(of)} runs; the same command goes on from there`
  }
  const { report, results } = await stoppable(io, stopped, signal =>
    sim.sweepInto(spec, {
      path: options.out,
      executor: executorOf(sim, options, redis, notice => progress.above(`torusmesh: ${notice}`)),
      signal,
      ...(options.shard !== undefined && { shard: sim.parseShard(options.shard) }),
      onProgress: now => {
        reached = now
        progress.update('running', now.done + now.failed, now.of)
      }
    })
  ).finally(() => progress.end())
  if (report.wasStopped) throw new CliError('CANCELLED', stopped())
  const isWhole = results !== undefined && report.failed === 0
  const page = isWhole ? await sim.writeReport(results.folder) : undefined
  const facts = {
    runs: report.runs,
    done: report.done,
    found: report.found,
    failed: report.failed,
    failures: report.failures.map(({ run, failure }) => ({ ...failure, spec: run.spec })),
    folder: results?.folder ?? options.out,
    report: page?.path ?? null
  }
  if (options.json) printJson(io, facts)
  else print(io, sweepLines(facts, styleOf(io, io.stdout)))
  if (report.failed > 0) context.exitCode = ExitCode.failed
}

function executorOf(
  sim: Simulations,
  { threads }: SimSweepOptions,
  redis: string | undefined,
  onNotice: (notice: string) => void
): ReturnType<Simulations['embeddedExecutor']> {
  return redis === undefined
    ? sim.embeddedExecutor(threads === undefined ? {} : { threads })
    : sim.queueExecutor({ url: redis, onNotice })
}
