import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { print, printJson } from '../render/print.ts'
import { clean, span } from '../render/text.ts'

const DEFAULT_MS = 3_600_000
const MAX_MS = 24 * DEFAULT_MS

interface DeferOptions extends RemoteOptions {
  readonly for: number
}

export function deferCommand(context: Context): Command {
  const { io } = context
  const later = new Option('--for <time>', 'how long, at most 24h')
    .argParser(parseDeferral)
    .default(DEFAULT_MS, '1h')
  const command = remoteCommand('defer', 'put a question of the agent off')
    .argument('<id>', 'id of the question; torusmesh operator status lists them')
    .addOption(later)
  withExamples(command, 'defer inc4f-1.2', 'defer inc4f-1.2 --for 8h')
  return command.action(async (id: string, { for: deferMs, ...options }: DeferOptions) => {
    const client = await connect(context, options)
    const { approval, token } = await client.deliver(id)
    const operator = await client.answer(id, { token, answer: 'defer', deferMs })
    if (options.json) printJson(io, { approval, answer: 'defer', deferMs, operator })
    else {
      const what = `${clean(approval.action)} ${clean(approval.service)}`
      print(io, [`Deferred for ${span(deferMs)}: ${what}.`])
    }
  })
}

function parseDeferral(text: string): number {
  const deferMs = parseDuration(text)
  if (deferMs <= MAX_MS) return deferMs
  throw new InvalidArgumentError('a question is put off for 24h at most')
}
