import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { print, printJson } from '../render/print.ts'
import { clean } from '../render/text.ts'

export function denyCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('deny', 'refuse what the agent asks; not asked again for an hour')
  command.argument('<id>', 'id of the question; torusmesh operator status lists them')
  withExamples(command, 'deny inc4f-1.2')
  return command.action(async (id: string, options: RemoteOptions) => {
    const client = await connect(context, options)
    const { approval, token } = await client.deliver(id)
    const operator = await client.answer(id, { token, answer: 'deny' })
    if (options.json) printJson(io, { approval, answer: 'deny', operator })
    else print(io, [`Denied: ${clean(approval.action)} ${clean(approval.service)}.`])
  })
}
