import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { needPassphrase, type PassphraseOptions, withPassphrase } from '../passphrase.ts'
import { print, printJson } from '../render/print.ts'

interface UnlockOptions extends CommonOptions, PassphraseOptions {
  readonly acceptRollback?: true
}

export function vaultUnlockCommand(context: Context): Command {
  const { io, node } = context
  const command = withPassphrase(
    newCommand('unlock', 'open the vault: a node that watched only speaks again').option(
      '--accept-rollback',
      'go on with an older copy of the file; keys that vote do so no more'
    )
  )
  withExamples(command, 'vault unlock', 'vault unlock --passphrase-file /run/secrets/vault')
  return command.action(async (options: UnlockOptions) => {
    const admin = await node.vault(context.homePath(options))
    const { mode } = await admin.status()
    if (mode !== 'unlocked') {
      await admin.unlock(await needPassphrase(context, options), options.acceptRollback === true)
    }
    const isOpen = mode === 'unlocked'
    if (options.json) printJson(io, { mode: 'unlocked' })
    else print(io, [isOpen ? 'The vault was open already.' : 'The vault is open.'])
  })
}
