import { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { print, printJson } from '../render/print.ts'
import { scenarioLines, scenarioListLines } from '../render/sim-scenarios.ts'
import { styleOf } from '../render/style.ts'

export function simListCommand(context: Context): Command {
  const { io, sim } = context
  const command = new Command('list')
    .description('scenarios and their parameters')
    .option('--json', 'print JSON for programs')
    .argument('[scenario]', 'one of them, with its parameters')
  withExamples(command, 'sim list', 'sim list health-detection', 'sim list --json')
  return command.action(async (name: string | undefined, { json }: { json?: true }) => {
    const { scenarios } = await sim()
    const chosen = scenarios.filter(scenario => name === undefined || scenario.name === name)
    if (chosen.length === 0) {
      throw new CliError('USAGE', `no scenario ${name}; see \`torusmesh sim list\``)
    }
    const style = styleOf(io, io.stdout)
    if (json) {
      const listed = chosen.map(({ name, about, defaults, parameters, faults, behaviours }) => ({
        name,
        about,
        nodes: defaults.nodes,
        durationMs: defaults.durationMs,
        network: defaults.network,
        parameters,
        faults,
        behaviours
      }))
      printJson(io, { scenarios: listed })
    } else if (name === undefined) print(io, scenarioListLines(chosen, style))
    else
      print(
        io,
        chosen.flatMap(scenario => scenarioLines(scenario, style))
      )
  })
}
