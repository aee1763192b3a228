import type { Command } from 'commander'
import { newCommand, settingsIn, withExamples, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { cellLine, DEFAULT_NAME, DEFAULT_SIDES, found } from '../founding.ts'
import { findPassphrase, foundingPassphrase, type VaultOptions, withVault } from '../passphrase.ts'
import { serve } from '../serve.ts'

export function upCommand(context: Context): Command {
  const { io, node } = context
  const summary = 'run the node of this folder until Ctrl-C; founds a mesh if there is none'
  const command = withSettings(withVault(newCommand('up', summary)), node.settings)
  withExamples(command, 'up', 'up --preset wan --api-port 4900', 'up --home /srv/mesh --json')
  return command.action(async (options: VaultOptions) => {
    const homePath = context.homePath(options)
    const flags = settingsIn(options, node.settings)
    const { config } = await node.loadConfig(homePath, { env: io.env, flags })
    let fresh: Uint8Array | undefined
    if (!(await node.isHome(homePath))) {
      const founding = { name: DEFAULT_NAME, env: config.env, sides: DEFAULT_SIDES }
      fresh = await foundingPassphrase(context, homePath, options)
      const founded = await found(context, homePath, founding, fresh?.slice())
      io.stderr.write(`torusmesh: new here. ${cellLine(founded)}\n`)
    }
    const passphrase = async () => fresh ?? (await findPassphrase(context, options))
    await serve(context, { homePath, config, passphrase }, options)
  })
}
