import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { needPassphrase, type PassphraseOptions, withPassphrase } from '../passphrase.ts'
import { print, printJson } from '../render/print.ts'

export function vaultRestoreCommand(context: Context): Command {
  const { io, node } = context
  const command = withPassphrase(
    newCommand('restore', 'put a backup in the place of the vault, also of a damaged one').argument(
      '<file>',
      "backup-N, in the vault's folder"
    )
  )
  withExamples(command, 'vault restore backup-1207')
  return command.action(async (file: string, options: CommonOptions & PassphraseOptions) => {
    const admin = await node.vault(context.homePath(options))
    await admin.restore(file, await needPassphrase(context, options))
    if (options.json) printJson(io, { restored: file, mode: 'locked' })
    else {
      print(io, [
        `${file} is restored, and locked.`,
        'Keys that vote do so no more: what they said since the backup is not in it.'
      ])
    }
  })
}
