import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { print, printJson } from '../render/print.ts'

export function operatorTakeControlCommand(context: Context): Command {
  return controlCommand(context, {
    name: 'take-control',
    summary: 'pause the agent: it watches and tells, and does nothing until released',
    by: 'operator',
    done: 'You are in control; the agent only watches. Give it back: torusmesh operator release'
  })
}

export function operatorReleaseCommand(context: Context): Command {
  return controlCommand(context, {
    name: 'release',
    summary: 'give control back to the agent',
    by: 'agent',
    done: 'The agent is in control again.'
  })
}

interface ControlInit {
  readonly name: string
  readonly summary: string
  readonly by: 'agent' | 'operator'
  readonly done: string
}

function controlCommand(context: Context, { name, summary, by, done }: ControlInit): Command {
  const { io } = context
  const command = withExamples(remoteCommand(name, summary), `operator ${name}`)
  return command.action(async (options: RemoteOptions) => {
    const client = await connect(context, options)
    const operator = await client.control(by)
    if (options.json) printJson(io, operator)
    else print(io, [done])
  })
}
