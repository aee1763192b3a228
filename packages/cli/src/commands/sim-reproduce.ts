import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'
import { count } from '../render/text.ts'
import { stoppable } from '../sim-stop.ts'

const MAX_WORKERS = 256

interface SimReproduceOptions {
  readonly workers: number
  readonly json?: true
}

export function simReproduceCommand(context: Context): Command {
  const command = new Command('reproduce')
    .description('run all of a results folder again; ends with 3 when a hash differs')
    .option('--json', 'print JSON for programs')
    .argument('<folder>', 'results/<hash>')
    .option('--workers <n>', 'threads a run', wholeNumber(1, MAX_WORKERS), 1)
  withExamples(command, 'sim reproduce results/0123456789abcdef')
  return command.action((folder: string, options: SimReproduceOptions) =>
    again(context, folder, options)
  )
}

async function again(
  context: Context,
  folder: string,
  { workers, json }: SimReproduceOptions
): Promise<void> {
  const { io } = context
  const sim = await context.sim()
  const progress = new Progress(io)
  let reached = { done: 0, of: 0, equal: 0 }
  const stopped = (): string =>
    `stopped after ${count(reached.done)} of ${count(reached.of)} runs, ${count(reached.equal)} equal; run it again`
  const found = await stoppable(io, stopped, signal =>
    sim.reproduce(folder, {
      runScenario: sim.runScenario,
      workers,
      signal,
      current: sim.provenance(),
      onProgress: now => {
        reached = now
        progress.update('running again', now.done, now.of)
      }
    })
  ).finally(() => progress.end())
  if (json) printJson(io, found)
  else print(io, [found.verdict])
  if (found.equal < found.runs) context.exitCode = ExitCode.unverified
}
