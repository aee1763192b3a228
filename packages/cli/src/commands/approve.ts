import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { isProposalId } from '../council-words.ts'
import { CliError } from '../errors.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { questionLines } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'
import { approveProposal } from './council-words.ts'

interface ApproveOptions extends RemoteOptions {
  readonly yes?: true
  readonly refuse?: true
  readonly wait?: true
}

export function approveCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand(
    'approve',
    'consent to what the agent asks, or sign the second key of a proposal'
  )
    .argument('<id>', 'of the question (torusmesh operator status), or how the proposal’s begins')
    .option('--yes', 'consent without being asked again, for scripts')
    .option('--refuse', 'of a proposal: sign the refusal of its second key')
    .option('--wait', 'of a proposal: until it is decided')
  withExamples(command, 'approve inc4f-1.2', 'approve inc4f-1.2 --yes --json', 'approve 4fa2 --yes')
  return command.action(async (id: string, options: ApproveOptions) => {
    if (isProposalId(id)) return await approveProposal(context, id, options)
    const mayAsk = io.interactive && options.json !== true
    if (!mayAsk && options.yes !== true) {
      throw new CliError('USAGE', 'nobody can be asked here; consent with --yes')
    }
    const client = await connect(context, options)
    const { approval, token } = await client.deliver(id)
    if (options.json !== true) {
      print(io, questionLines(approval, io.nowMs(), styleOf(io, io.stdout)))
    }
    if (options.yes !== true) {
      const answer = await io.ask('Approve? [y/N] ')
      if (!/^y(es)?$/i.test(answer.trim())) {
        throw new CliError(
          'CANCELLED',
          `not approved; it waits: torusmesh approve|deny|defer ${id}`
        )
      }
    }
    const operator = await client.answer(id, { token, answer: 'approve' })
    if (options.json) printJson(io, { approval, answer: 'approve', operator })
    else print(io, ['Approved.'])
  })
}
