import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'

export function vaultBackupCommand(context: Context): Command {
  const { io, node } = context
  const command = newCommand('backup', 'write a sealed copy beside the vault, to be kept elsewhere')
  withExamples(command, 'vault backup', 'vault backup --json')
  return command.action(async (options: CommonOptions) => {
    const admin = await node.vault(context.homePath(options))
    const file = await admin.backup()
    const { folder } = await admin.status()
    if (options.json) printJson(io, { file, path: `${folder}/${file}` })
    else {
      print(io, [
        `${folder}/${file}`,
        'Copy it to another machine. It opens with the passphrase of today.'
      ])
    }
  })
}
