import type { ApiClient, ProposalAnswer } from '@torusmesh/node'
import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { confirm, findProposal, isDecided, waitFor } from '../council-words.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { proposalDetailLines } from '../render/governance.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

/** Options of words that can't be taken back. */
export interface WordOptions extends RemoteOptions {
  readonly yes?: true
  readonly wait?: true
}

export function objectCommand(context: Context): Command {
  const command = wordCommand('object', 'object to what has passed, or to an emergency in effect')
  withExamples(command, 'object 4fa2', 'object 4fa2 --yes --json')
  return command.action((word: string, options: WordOptions) =>
    sayWord(context, word, options, 'An objection', (client, id) => client.object(id))
  )
}

export function cancelCommand(context: Context): Command {
  const command = wordCommand('cancel', 'take an own proposal back before anybody has voted')
  withExamples(command, 'cancel 4fa2 --yes')
  return command.action((word: string, options: WordOptions) =>
    sayWord(context, word, options, 'Cancelling', (client, id) => client.cancel(id))
  )
}

/** Signs the second key of a proposal, or refuses it. */
export async function approveProposal(
  context: Context,
  word: string,
  { refuse, ...options }: WordOptions & { readonly refuse?: true }
): Promise<void> {
  const what = refuse ? 'A refusal' : 'An approval'
  await sayWord(context, word, options, what, (client, id) => client.approve(id, refuse !== true))
}

function wordCommand(name: string, summary: string): Command {
  return remoteCommand(name, summary)
    .argument('<id>', 'how the id of the proposal begins')
    .option('--yes', 'without being asked again, for scripts')
    .option('--wait', 'until it is decided')
}

async function sayWord(
  context: Context,
  word: string,
  options: WordOptions,
  what: string,
  say: (client: ApiClient, id: string) => Promise<unknown>
): Promise<void> {
  const { io } = context
  const client = await connect(context, options)
  const style = styleOf(io, io.stdout)
  const proposal = await findProposal(client, word)
  if (!options.json && !options.yes) {
    print(io, proposalDetailLines(proposal, await client.council(), style))
  }
  await confirm(context, what, options)
  await say(client, proposal.id)
  const after: ProposalAnswer = options.wait
    ? await waitFor(context, client, proposal.id, isDecided)
    : await client.proposal(proposal.id)
  if (options.json) printJson(io, after)
  else
    print(io, [
      'Said; it counts once it is ordered.',
      ...proposalDetailLines(after, await client.council(), style)
    ])
}
