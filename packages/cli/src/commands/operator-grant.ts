import { type Command, InvalidArgumentError } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { grantLine } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'

const HOURS_A_DAY = 24
const MAX_HOURS = 168

export function operatorGrantCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('grant', 'let the agent heal alone for a time, without a session')
  command.argument('<time>', 'how long, 1h to 7d', parseHours)
  withExamples(command, 'operator grant 8h', 'operator grant 7d')
  return command.action(async (hours: number, options: RemoteOptions) => {
    const client = await connect(context, options)
    const operator = await client.grant(hours)
    if (options.json) printJson(io, operator)
    else print(io, [grantLine(operator, io.nowMs())])
  })
}

/** Reads `8`, `8h` or `7d`. */
function parseHours(text: string): number {
  const [, digits, unit = 'h'] = /^(\d{1,3})(h|d)?$/.exec(text) ?? []
  const hours = Number(digits) * (unit === 'd' ? HOURS_A_DAY : 1)
  if (hours >= 1 && hours <= MAX_HOURS) return hours
  throw new InvalidArgumentError('give whole hours or days, 1h to 7d')
}
