import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'
import { keyJson } from '../render/vault.ts'

interface RotateOptions extends CommonOptions {
  readonly anyway?: true
}

export function vaultRotateCommand(context: Context): Command {
  const { io, node } = context
  const command = newCommand('rotate', 'give a key new halves; the old secret is wiped at once')
    .argument('<key>', 'as `torusmesh vault status` names it')
    .option('--anyway', 'also a key that the mesh knows this member by')
  withExamples(command, 'vault rotate session', 'vault rotate report --anyway')
  return command.action(async (key: string, options: RotateOptions) => {
    const admin = await node.vault(context.homePath(options))
    const rotated = await admin.rotate(key, options.anyway === true)
    if (options.json) printJson(io, keyJson(rotated))
    else print(io, [`${rotated.id} is of generation ${rotated.generation} now.`])
  })
}
