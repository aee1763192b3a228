import type { Command } from 'commander'
import { sequence } from '../arguments.ts'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import { unknownSequence, withLedger } from '../ledger-source.ts'
import { checkProofFile, createProofFile } from '../proof-file.ts'
import { checkedLines } from '../render/ledger.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface ProveOptions extends CommonOptions {
  readonly check?: string
  readonly key?: string
}

export function ledgerProveCommand(context: Context): Command {
  const command = newCommand('prove', 'prove that the ledger holds an event, or check such a proof')
    .argument('[seq]', 'sequence number of the event', sequence)
    .option('--check <file>', 'check a proof, from anybody and offline')
    .option('--key <key>', 'with --check: the key that has to have signed (see ledger key)')
  withExamples(
    command,
    'ledger prove 17 > proof.json',
    'ledger prove --check proof.json',
    'ledger prove --check proof.json --key "$(cat friend.key)"'
  )
  return command.action(async (seq: number | undefined, options: ProveOptions) => {
    if (options.check !== undefined) await check(context, options.check, options)
    else if (seq !== undefined) await prove(context, seq, options)
    else throw new CliError('USAGE', 'give the sequence number of an event, or --check FILE')
  })
}

/** Prints the proof as JSON, with or without `--json`. */
async function prove(context: Context, seq: number, options: ProveOptions): Promise<void> {
  const key = await context.node.verifierKey(context.homePath(options))
  const file = await withLedger(context, options, async ledger => {
    const [event] = await ledger.events({ from: seq, limit: 1 })
    if (event?.seq !== seq) throw unknownSequence(seq, await ledger.size())
    return createProofFile(event, await ledger.proof(seq), key)
  })
  printJson(context.io, file)
}

async function check(context: Context, path: string, options: ProveOptions): Promise<void> {
  const { io } = context
  const checked = checkProofFile(await io.readFile(path), options.key?.trim())
  if (options.json) printJson(io, checked)
  else print(io, checkedLines(checked, options.key !== undefined, styleOf(io, io.stdout)))
  if (!checked.ok) context.exitCode = ExitCode.unverified
}
