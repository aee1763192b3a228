import type { Command } from 'commander'
import { type CommonOptions, newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { ruleDetailLines, ruleLines } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

export function operatorRulesCommand(context: Context): Command {
  const { io, node } = context
  const command = newCommand(
    'rules',
    'what is tried on which symptoms; the first that matches wins'
  )
  command.argument('[id]', 'one rule in full')
  withExamples(command, 'operator rules', 'operator rules name-lost', 'operator rules --json')
  return command.action(async (id: string | undefined, options: CommonOptions) => {
    const all = await node.rules()
    const rules = id === undefined ? all : all.filter(rule => rule.id === id)
    if (rules.length === 0) {
      throw new CliError('USAGE', `no rule ${id}; see \`torusmesh operator rules\``)
    }
    const style = styleOf(io, io.stdout)
    if (options.json) printJson(io, { rules })
    else print(io, id === undefined ? ruleLines(rules, style) : ruleDetailLines(rules[0]!, style))
  })
}
