import type { VerifyResult } from '@torusmesh/node'
import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { withLedger } from '../ledger-source.ts'
import { verificationLines } from '../render/ledger.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'
import { styleOf } from '../render/style.ts'

export function ledgerVerifyCommand(context: Context): Command {
  const { io } = context
  const command = newCommand(
    'verify',
    'recompute every hash and check every signature; ends with 3 at a fault'
  )
  withExamples(command, 'ledger verify', 'ledger verify --home backup/node --json')
  return command.action(async (options: CommonOptions) => {
    const progress = new Progress(io)
    const result: VerifyResult = await withLedger(context, options, ledger =>
      ledger.verify(({ verified, total }) => progress.update('verifying', verified, total))
    ).finally(() => progress.end())
    if (options.json) printJson(io, result)
    else print(io, verificationLines(result, styleOf(io, io.stdout)))
    if (!result.ok) context.exitCode = ExitCode.unverified
  })
}
