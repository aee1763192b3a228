import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { healthLines } from '../render/health.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

export function healthCommand(context: Context): Command {
  const command = remoteCommand('health', 'how the neighbours and their cells fare')
  return withExamples(command, 'health', 'health --json').action(async (options: RemoteOptions) => {
    const { io } = context
    const client = await connect(context, options)
    const health = await client.health()
    if (options.json) printJson(io, health)
    else print(io, healthLines(health, io.nowMs(), styleOf(io, io.stdout)))
  })
}
