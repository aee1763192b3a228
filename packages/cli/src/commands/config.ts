import type { Explanation } from '@torusmesh/node'
import { Command } from 'commander'
import {
  type CommonOptions,
  newCommand,
  settingsIn,
  withExamples,
  withSettings
} from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { configLines, explanationLines } from '../render/config.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

export function configCommand(context: Context): Command {
  return new Command('config')
    .description('what the node is told, and by whom')
    .addCommand(showCommand(context))
    .addCommand(explainCommand(context))
}

function showCommand(context: Context): Command {
  const { io, node } = context
  const command = withSettings(
    newCommand('show', 'all settings in the form of config.toml'),
    node.settings
  )
  withExamples(command, 'config show', 'config show --preset wan --json')
  return command.action(async (options: CommonOptions) => {
    const { config, explain } = await resolve(context, options)
    if (options.json) printJson(io, config)
    else print(io, configLines(explain()))
  })
}

function explainCommand(context: Context): Command {
  const { io, node } = context
  const command = withSettings(
    newCommand('explain', 'where each setting comes from, what it means and takes'),
    node.settings
  ).argument('[key]', 'one setting, such as api.port')
  withExamples(command, 'config explain', 'config explain api.port')
  return command.action(async (key: string | undefined, options: CommonOptions) => {
    const { explain } = await resolve(context, options)
    const settings = explain().filter(setting => key === undefined || setting.key === key)
    if (settings.length === 0) {
      throw new CliError('USAGE', `no setting ${key}; see \`torusmesh config explain\``)
    }
    if (options.json) printJson(io, { settings })
    else print(io, explanationLines(settings, key !== undefined, styleOf(io, io.stdout)))
  })
}

async function resolve(
  context: Context,
  options: CommonOptions
): Promise<{ config: object; explain(): readonly Explanation[] }> {
  const { io, node } = context
  const flags = settingsIn(options, node.settings)
  return await node.loadConfig(context.homePath(options), { env: io.env, flags })
}
