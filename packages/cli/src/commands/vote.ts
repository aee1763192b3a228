import type { ChoiceName } from '@torusmesh/node'
import { Argument, Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { findProposal, isDecided, waitFor } from '../council-words.ts'
import { ExitCode } from '../exit-code.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { checkedFileLines, proposalDetailLines } from '../render/governance.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface CastOptions extends RemoteOptions {
  readonly wait?: true
}

export function voteCommand(context: Context): Command {
  return new Command('vote')
    .description('vote on a proposal; count a vote again offline')
    .addCommand(castCommand(context), { isDefault: true })
    .addCommand(resultCommand(context))
    .addCommand(verifyCommand(context))
}

function castCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('cast', 'vote, or change your vote before the close')
    .argument('<id>', 'how the id of the proposal begins')
    .addArgument(new Argument('<choice>', 'your vote').choices(['approve', 'deny', 'abstain']))
    .option('--wait', 'until it is decided')
  withExamples(command, 'vote 4fa2 approve', 'vote 4fa2 deny --wait')
  return command.action(async (word: string, choice: ChoiceName, options: CastOptions) => {
    const client = await connect(context, options)
    const { id } = await findProposal(client, word)
    await client.vote(id, choice)
    const isCounted = await waitFor(context, client, id, proposal =>
      options.wait ? isDecided(proposal) : proposal.ownBallot?.choice === choice
    )
    if (options.json) printJson(io, isCounted)
    else {
      const style = styleOf(io, io.stdout)
      print(io, proposalDetailLines(isCounted, await client.council(), style))
    }
  })
}

function resultCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('result', 'a counted vote with its ballots, for `vote verify`')
  command.argument('<id>', 'how the id of the proposal begins')
  withExamples(command, 'vote result 4fa2 > result.json')
  return command.action(async (word: string, options: RemoteOptions) => {
    const client = await connect(context, options)
    const { id } = await findProposal(client, word)
    printJson(io, await client.result(id))
  })
}

function verifyCommand(context: Context): Command {
  const { io } = context
  const command = newCommand('verify', 'check a result or a decision, from anybody and offline')
  command.argument('<file>', 'what `vote result` or `decisions ID` printed')
  withExamples(command, 'vote verify result.json', 'vote verify decision.json --json')
  return command.action(async (path: string, options: CommonOptions) => {
    const checked = await context.node.checkCouncilFile(await io.readFile(path))
    if (options.json) printJson(io, checked)
    else print(io, checkedFileLines(checked, styleOf(io, io.stdout)))
    if (!checked.ok) context.exitCode = ExitCode.unverified
  })
}
