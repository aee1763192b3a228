import { Command, Option } from 'commander'
import type { SettingFlag } from './node-port.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: true
  readonly home?: string
}

/** A command with the options all of them have. */
export function newCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('--json', 'print JSON for programs')
    .option('--home <dir>', "the node's folder (else TORUSMESH_HOME, else the XDG data folder)")
}

/** Adds examples to a command's help. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  const examples = lines.map(line => `  $ torusmesh ${line}\n`).join('')
  return command.addHelpText('after', `\nExamples:\n${examples}`.trimEnd())
}

/** Lets a command take every setting as a flag. They are many: help only points to them. */
export function withSettings(command: Command, settings: readonly SettingFlag[]): Command {
  for (const { flag, help } of settings) {
    command.addOption(new Option(`${flag} <value>`, help).hideHelp())
  }
  return command.addHelpText(
    'after',
    '\nEvery setting is a flag too, such as --api-port 0; torusmesh config explain lists them.'
  )
}

/** The settings among a command's options, as text by key. */
export function settingsIn(
  options: object,
  settings: readonly SettingFlag[]
): Record<string, string> {
  const given: Record<string, string> = {}
  for (const { key, flag } of settings) {
    const value = (options as Record<string, unknown>)[
      new Option(`${flag} <value>`).attributeName()
    ]
    if (typeof value === 'string') given[key] = value
  }
  return given
}
