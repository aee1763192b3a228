import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'

export function ledgerKeyCommand(context: Context): Command {
  const { io, node } = context
  const command = newCommand(
    'key',
    'the public key that signs the ledger, for those who check proofs'
  )
  withExamples(command, 'ledger key', 'ledger key > my.key')
  return command.action(async (options: CommonOptions) => {
    const key = await node.verifierKey(context.homePath(options))
    if (options.json) printJson(io, { key })
    else print(io, [key])
  })
}
