import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { print, printJson } from '../render/print.ts'
import { plural } from '../render/text.ts'
import { stoppable } from '../sim-stop.ts'

const MAX_THREADS = 256

interface SimWorkerOptions {
  readonly redis?: string
  readonly threads?: number
  readonly json?: true
}

export function simWorkerCommand(context: Context): Command {
  const command = new Command('worker')
    .description('runs jobs of `sim sweep --redis` until Ctrl-C')
    .option('--json', 'print JSON for programs')
    .option('--redis <url>', 'Redis or Valkey (else TORUSMESH_SIM_REDIS)')
    .option('--threads <n>', 'jobs at a time (default: one a core)', wholeNumber(1, MAX_THREADS))
  withExamples(command, 'sim worker --redis redis://queue.example:6379')
  return command.action((options: SimWorkerOptions) => work(context, options))
}

async function work(context: Context, options: SimWorkerOptions): Promise<void> {
  const { io } = context
  const url = options.redis ?? io.env['TORUSMESH_SIM_REDIS']
  if (url === undefined) {
    throw new CliError('USAGE', 'which Redis? Give --redis URL, or set TORUSMESH_SIM_REDIS')
  }
  const sim = await context.sim()
  const say = (text: string): void => io.stderr.write(`torusmesh: ${text}\n`)
  let jobs = 0
  await stoppable(
    io,
    () => `stopped after ${plural(jobs, 'job')}`,
    signal =>
      sim.runSweepWorker({
        url,
        signal,
        ...(options.threads !== undefined && { threads: options.threads }),
        onNotice: say,
        onReady: () => say('ready for jobs; Ctrl-C stops when the running ones are done'),
        onDone: () => {
          jobs++
        }
      })
  )
  if (options.json) printJson(io, { jobs })
  else print(io, [`${plural(jobs, 'job')} done`])
}
