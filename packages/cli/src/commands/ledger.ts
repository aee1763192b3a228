import { Command } from 'commander'
import type { Context } from '../context.ts'
import { ledgerKeyCommand } from './ledger-key.ts'
import { ledgerProveCommand } from './ledger-prove.ts'
import { ledgerShowCommand } from './ledger-show.ts'
import { ledgerTailCommand } from './ledger-tail.ts'
import { ledgerVerifyCommand } from './ledger-verify.ts'

export function ledgerCommand(context: Context): Command {
  return new Command('ledger')
    .description("read and check a node's ledger, whether the node runs or not")
    .addCommand(ledgerVerifyCommand(context))
    .addCommand(ledgerShowCommand(context))
    .addCommand(ledgerTailCommand(context))
    .addCommand(ledgerProveCommand(context))
    .addCommand(ledgerKeyCommand(context))
}
