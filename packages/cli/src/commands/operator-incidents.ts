import type { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { incidentLines } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 256

interface IncidentsOptions extends RemoteOptions {
  readonly limit: number
}

export function operatorIncidentsCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('incidents', 'what went wrong and was healed, newest first').option(
    '--limit <n>',
    'incidents in the list',
    wholeNumber(1, MAX_LIMIT),
    DEFAULT_LIMIT
  )
  withExamples(command, 'operator incidents', 'operator incidents --limit 100 --json')
  return command.action(async ({ limit, ...options }: IncidentsOptions) => {
    const client = await connect(context, options)
    const incidents = (await client.incidents()).slice(0, limit)
    if (options.json) printJson(io, { incidents })
    else print(io, incidentLines(incidents, styleOf(io, io.stdout)))
  })
}
