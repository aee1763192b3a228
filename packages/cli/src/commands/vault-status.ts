import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'
import { vaultJson, vaultLines } from '../render/vault.ts'

export function vaultStatusCommand(context: Context): Command {
  const { io, node } = context
  const command = newCommand('status', 'whether the vault is open, its keys, and its alerts')
  withExamples(command, 'vault status', 'vault status --json')
  return command.action(async (options: CommonOptions) => {
    const admin = await node.vault(context.homePath(options))
    const status = await admin.status()
    if (options.json) printJson(io, vaultJson(status))
    else print(io, vaultLines(status, styleOf(io, io.stdout)))
  })
}
