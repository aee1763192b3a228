import { Command } from 'commander'
import type { Context } from '../context.ts'
import { vaultBackupCommand } from './vault-backup.ts'
import { vaultInitCommand } from './vault-init.ts'
import { vaultLockCommand } from './vault-lock.ts'
import { vaultRestoreCommand } from './vault-restore.ts'
import { vaultRotateCommand } from './vault-rotate.ts'
import { vaultServeCommand } from './vault-serve.ts'
import { vaultStatusCommand } from './vault-status.ts'
import { vaultUnlockCommand } from './vault-unlock.ts'

export function vaultCommand(context: Context): Command {
  return new Command('vault')
    .description("the node's keys, in a process of their own")
    .addCommand(vaultInitCommand(context))
    .addCommand(vaultStatusCommand(context))
    .addCommand(vaultUnlockCommand(context))
    .addCommand(vaultLockCommand(context))
    .addCommand(vaultRotateCommand(context))
    .addCommand(vaultBackupCommand(context))
    .addCommand(vaultRestoreCommand(context))
    .addCommand(vaultServeCommand(context))
}
