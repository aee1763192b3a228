import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'

export function vaultLockCommand(context: Context): Command {
  const { io, node } = context
  const command = newCommand('lock', 'wipe the keys from memory: the node goes on, watching only')
  withExamples(command, 'vault lock')
  return command.action(async (options: CommonOptions) => {
    const admin = await node.vault(context.homePath(options))
    await admin.lock()
    if (options.json) printJson(io, { mode: 'locked' })
    else print(io, ['The vault is locked. `torusmesh vault unlock` opens it.'])
  })
}
