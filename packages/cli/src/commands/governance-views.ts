import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { findProposal } from '../council-words.ts'
import { CliError } from '../errors.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import {
  decisionLines,
  noticeLines,
  policyLines,
  revisitedLines,
  weightLines
} from '../render/governance.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

const version = wholeNumber(1, Number.MAX_SAFE_INTEGER)

export function weightCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('weight', 'what a member weighs, and why')
    .argument('[member]', "member id (default: this node's)")
    .option('--explain', 'name the events behind each component')
  withExamples(command, 'weight', 'weight --explain', 'weight --json')
  return command.action(
    async (member: string | undefined, options: RemoteOptions & { explain?: true }) => {
      const client = await connect(context, options)
      const weight = await client.weight(member)
      if (options.json) printJson(io, weight)
      else print(io, weightLines(weight, options.explain === true, styleOf(io, io.stdout)))
    }
  )
}

export function decisionsCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('decisions', 'what was decided and where the council stands')
  command.argument('[id]', 'how the id of a decided proposal begins: prints its certificate')
  withExamples(command, 'decisions', 'decisions 4fa2 > decision.json', 'decisions --json')
  return command.action(async (word: string | undefined, options: RemoteOptions) => {
    const client = await connect(context, options)
    if (word !== undefined) {
      const { id } = await findProposal(client, word)
      return printJson(io, await client.decision(id))
    }
    const council = await client.council()
    const { decisions } = await client.decisions({ limit: 500 })
    if (options.json) printJson(io, { council, decisions })
    else print(io, decisionLines(council, decisions, styleOf(io, io.stdout)))
  })
}

export function noticesCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('notices', 'what waits for you: operations, upgrades, governance')
  withExamples(command, 'notices', 'notices --json')
  return command.action(async (options: RemoteOptions) => {
    const client = await connect(context, options)
    const notices = await client.councilNotices()
    if (options.json) printJson(io, { notices })
    else print(io, noticeLines(notices, await client.council(), styleOf(io, io.stdout)))
  })
}

export function policyCommand(context: Context): Command {
  return new Command('policy')
    .description('the rules of governance, and past votes under other rules')
    .addCommand(policyShowCommand(context), { isDefault: true })
    .addCommand(revisitCommand(context))
}

function policyShowCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('show', 'the rules in force, or an older version')
  command.argument('[version]', 'default: the newest', version)
  withExamples(command, 'policy', 'policy 1 --json')
  return command.action(async (wanted: number | undefined, options: RemoteOptions) => {
    const client = await connect(context, options)
    const policies = await client.policies()
    const found =
      wanted === undefined ? policies.at(-1) : policies.find(each => each.version === wanted)
    if (found === undefined) {
      throw new CliError('POLICY_UNKNOWN', `there are versions 1 to ${policies.at(-1)?.version}`)
    }
    if (options.json) printJson(io, found)
    else print(io, policyLines(found, styleOf(io, io.stdout)))
  })
}

function revisitCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('revisit', 'a counted vote under every version of the rules')
    .argument('<id>', 'how the id of the proposal begins')
    .option('--under <version>', 'only under this one', version)
  withExamples(command, 'policy revisit 4fa2', 'policy revisit 4fa2 --under 1 --json')
  return command.action(async (word: string, options: RemoteOptions & { under?: number }) => {
    const client = await connect(context, options)
    const { id } = await findProposal(client, word)
    const versions =
      options.under === undefined
        ? (await client.policies()).map(each => each.version)
        : [options.under]
    const votes = await Promise.all(versions.map(each => client.revisit(id, each)))
    if (options.json) printJson(io, { proposal: id, votes })
    else print(io, revisitedLines(votes, styleOf(io, io.stdout)))
  })
}
