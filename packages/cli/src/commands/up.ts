import type { Command } from 'commander'
import {
  type CommonOptions,
  newCommand,
  settingsIn,
  withExamples,
  withSettings
} from '../command.ts'
import type { Context } from '../context.ts'
import { cellLine, DEFAULT_NAME, DEFAULT_SIDES, found } from '../founding.ts'
import { serve } from '../serve.ts'

export function upCommand(context: Context): Command {
  const { io, node } = context
  const command = withSettings(
    newCommand('up', 'run the node of this folder until Ctrl-C; founds a mesh if there is none'),
    node.settings
  )
  withExamples(command, 'up', 'up --preset wan --api-port 4900', 'up --home /srv/mesh --json')
  return command.action(async (options: CommonOptions) => {
    const homePath = context.homePath(options)
    const flags = settingsIn(options, node.settings)
    const { config } = await node.loadConfig(homePath, { env: io.env, flags })
    if (!(await node.isHome(homePath))) {
      const founding = { name: DEFAULT_NAME, env: config.env, sides: DEFAULT_SIDES }
      const founded = await found(context, homePath, founding)
      io.stderr.write(`torusmesh: new here. ${cellLine(founded)}\n`)
    }
    await serve(context, homePath, config, options)
  })
}
