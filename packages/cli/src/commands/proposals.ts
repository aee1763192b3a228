import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { allProposals, findProposal } from '../council-words.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { proposalDetailLines, proposalLines } from '../render/governance.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface ProposalsOptions extends RemoteOptions {
  readonly all?: true
}

export function proposalsCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('proposals', 'what can be voted on, or one proposal in full')
    .argument('[id]', 'how the id of a proposal begins')
    .option('--all', 'those that have ended too')
  withExamples(command, 'proposals', 'proposals 4fa2', 'proposals --all --json')
  return command.action(async (word: string | undefined, options: ProposalsOptions) => {
    const client = await connect(context, options)
    const style = styleOf(io, io.stdout)
    if (word !== undefined) {
      const proposal = await findProposal(client, word)
      if (options.json) printJson(io, proposal)
      else print(io, proposalDetailLines(proposal, await client.council(), style))
      return
    }
    const proposals = await allProposals(client, options.all ? {} : { live: true })
    if (options.json) printJson(io, { proposals })
    else print(io, proposalLines(proposals, await client.council(), style))
  })
}
