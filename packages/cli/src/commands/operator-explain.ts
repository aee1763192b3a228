import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { explanationLines } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'

export function operatorExplainCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('explain', 'what was seen, why what was done, what came of it')
  command.argument('[incident]', 'id of an incident (default: the newest)')
  withExamples(command, 'operator explain', 'operator explain inc4f-1 --json')
  return command.action(async (id: string | undefined, options: RemoteOptions) => {
    const client = await connect(context, options)
    const wanted = id ?? (await client.incidents())[0]?.id
    if (wanted === undefined) {
      throw new CliError('NO_INCIDENTS', 'no incidents yet; see `torusmesh operator status`')
    }
    const incident = await client.incident(wanted)
    if (options.json) printJson(io, incident)
    else print(io, explanationLines(incident))
  })
}
