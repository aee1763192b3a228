import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../arguments.ts'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect } from '../remote.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'
import { clean, span, utc } from '../render/text.ts'

const DEFAULT_VALID_MS = 86_400_000
const MIN_VALID_MS = 60_000
const MAX_VALID_MS = 7 * 86_400_000

interface InviteOptions extends CommonOptions {
  readonly valid: number
}

/** What `invite --json` prints. */
interface InviteAnswer {
  readonly code: string
  readonly expiresMs: number
  /** What the newcomer types. */
  readonly command: string
  /** The code names addresses that no other machine can reach. */
  readonly thisMachineOnly: boolean
}

export function inviteCommand(context: Context): Command {
  const { io } = context
  const valid = new Option('--valid <time>', 'how long the code works, 1m to 7d')
    .argParser(validity)
    .default(DEFAULT_VALID_MS, '24h')
  const command = newCommand('invite', 'ask somebody in: prints a code that works once')
  command.addOption(valid)
  withExamples(command, 'invite', 'invite --valid 30m')
  return command.action(async (options: InviteOptions) => {
    const client = await connect(context, options)
    const { self } = await client.mesh()
    const invite = await client.invite({ validForMs: options.valid })
    const answer: InviteAnswer = {
      code: clean(invite.code),
      expiresMs: invite.expiresMs,
      command: `npx torusmesh join ${clean(invite.code)}`,
      thisMachineOnly: self.addresses.every(isLoopbackAddress)
    }
    if (options.json) printJson(io, answer)
    else print(io, inviteLines(answer, io.nowMs(), styleOf(io, io.stdout).bold))
  })
}

function validity(text: string): number {
  const validMs = parseDuration(text)
  if (validMs >= MIN_VALID_MS && validMs <= MAX_VALID_MS) return validMs
  throw new InvalidArgumentError('an invite is valid for 1m to 7d')
}

function inviteLines(
  { expiresMs, command, thisMachineOnly }: InviteAnswer,
  nowMs: number,
  bold: (text: string) => string
): string[] {
  return [
    `The newcomer runs, once and before ${utc(expiresMs)} (in ${span(expiresMs - nowMs)}):`,
    '',
    `  ${bold(command)}`,
    ...(thisMachineOnly
      ? [
          '',
          'This node listens on this machine only. For friends elsewhere restart it first:',
          '`torusmesh up --preset wan`, with --listen-announce if it is behind a router.'
        ]
      : [])
  ]
}

function isLoopbackAddress(address: string): boolean {
  return /^\/(ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/)/.test(address)
}
