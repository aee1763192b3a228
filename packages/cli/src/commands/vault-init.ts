import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { newPassphrase, type PassphraseOptions, withPassphrase } from '../passphrase.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'

interface InitOptions extends CommonOptions, PassphraseOptions {
  readonly import?: true
}

export function vaultInitCommand(context: Context): Command {
  const { io, node } = context
  const command = withPassphrase(
    newCommand('init', 'make a vault with fresh keys, or move those of keys.json into one').option(
      '--import',
      'move the keys of keys.json, which is erased; stop the node first'
    )
  )
  withExamples(command, 'vault init', 'vault init --import', 'vault init --passphrase-file ./pass')
  return command.action(async (options: InitOptions) => {
    const admin = await node.vault(context.homePath(options))
    const passphrase = await newPassphrase(context, options)
    const progress = new Progress(io)
    progress.update('making the vault')
    const made = await admin.init(passphrase, options.import === true).finally(() => progress.end())
    if (options.json) printJson(io, made)
    else {
      print(io, [
        `The keys of ${made.member} are in ${made.folder}, under your passphrase.`,
        ...(made.isImported ? ['keys.json is erased; copies you made of it are not.'] : []),
        'Start the node with `torusmesh up`, and keep `torusmesh vault backup` elsewhere.'
      ])
    }
  })
}
