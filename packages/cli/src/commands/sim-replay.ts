import { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { print, printJson } from '../render/print.ts'
import { replayJson, replayLines } from '../render/sim-swarm.ts'
import { styleOf } from '../render/style.ts'
import { stoppable } from '../sim-stop.ts'

interface SimReplayOptions {
  readonly svg?: string
  readonly json?: true
}

export function simReplayCommand(context: Context): Command {
  const command = new Command('replay')
    .description('run a failure of `sim swarm` again; ends with 4 when it fails as it did')
    .option('--json', 'print JSON for programs')
    .argument('<file>', 'a replay file')
    .option('--svg <file>', 'write the message-sequence diagram there')
  withExamples(command, 'sim replay swarm/churn-alive-again-7.json --svg failure.svg')
  return command.action((path: string, options: SimReplayOptions) => again(context, path, options))
}

async function again(context: Context, path: string, options: SimReplayOptions): Promise<void> {
  const { io } = context
  const sim = await context.sim()
  const file = sim.parseReplayFile(await io.readFile(path))
  const replayed = await stoppable(
    io,
    () => 'stopped; run it again',
    signal => sim.replay(file, { signal })
  )
  if (options.svg !== undefined) await sim.keepText(options.svg, replayed.svg)
  const svg = options.svg ?? null
  if (options.json) printJson(io, replayJson(file, replayed, svg))
  else print(io, replayLines(file, replayed, svg, styleOf(io, io.stdout)))
  if (replayed.violated) context.exitCode = ExitCode.violated
  else if (!replayed.sameHash) context.exitCode = ExitCode.unverified
}
