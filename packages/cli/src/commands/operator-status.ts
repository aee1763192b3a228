import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { operatorLines } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

export function operatorStatusCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('status', 'how the services fare, and what the agent waits for')
  withExamples(command, 'operator status', 'operator status --json')
  return command.action(async (options: RemoteOptions) => {
    const client = await connect(context, options)
    const [operator, approvals] = await Promise.all([client.operator(), client.approvals()])
    if (options.json) printJson(io, { ...operator, approvals })
    else print(io, operatorLines(operator, approvals, io.nowMs(), styleOf(io, io.stdout)))
  })
}
