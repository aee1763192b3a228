import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { interrupted } from '../io.ts'
import { findPassphrase, type PassphraseOptions, withPassphrase } from '../passphrase.ts'
import { print, printJson } from '../render/print.ts'

export function vaultServeCommand(context: Context): Command {
  const { io, node } = context
  const command = withPassphrase(
    newCommand('serve', 'run the vault alone until Ctrl-C; the node connects to it')
  )
  withExamples(command, 'vault serve', 'vault serve --passphrase-file /run/secrets/vault')
  return command.action(async (options: CommonOptions & PassphraseOptions) => {
    const stop = interrupted(io)
    const admin = await node.vault(context.homePath(options))
    const process = await admin.serve()
    try {
      const passphrase = await findPassphrase(context, options)
      if (passphrase !== undefined) await admin.unlock(passphrase, false)
      const mode = passphrase === undefined ? 'locked' : 'unlocked'
      const { socketPath, pid } = process
      if (options.json) printJson(io, { socket: socketPath, pid, mode })
      else print(io, [`The vault answers on ${socketPath}, ${mode}. Ctrl-C stops it.`])
      const hasEnded = await Promise.race([stop, process.ended.then(() => true)])
      if (hasEnded === true) throw new CliError('VAULT_ENDED', 'the vault ended; start it again')
    } finally {
      await process.stop()
    }
  })
}
