import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { print, printJson } from '../render/print.ts'
import { type Status, statusLines } from '../render/status.ts'
import { styleOf } from '../render/style.ts'

export function statusCommand(context: Context): Command {
  const command = remoteCommand('status', 'what the running node says of itself and its mesh')
  return withExamples(command, 'status', 'status --json').action(async (options: RemoteOptions) => {
    const { io } = context
    const client = await connect(context, options)
    const [readiness, mesh, ledger] = await Promise.all([
      client.readiness(),
      client.mesh(),
      client.ledger()
    ])
    const status: Status = { api: client.url, ...readiness, mesh, ledger }
    if (options.json) printJson(io, status)
    else print(io, statusLines(status, io.nowMs(), styleOf(io, io.stdout)))
  })
}
