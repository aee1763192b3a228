import type { Scenario } from '@torusmesh/simulations'
import type { Style } from './style.ts'
import { pairs, table } from './table.ts'
import { count, span } from './text.ts'

/** One line a scenario. */
export function scenarioListLines(scenarios: readonly Scenario[], style: Style): string[] {
  const rows = scenarios.map(({ name, about, defaults }) => [
    name,
    count(defaults.nodes),
    span(defaults.durationMs),
    about
  ])
  return table(['scenario', '>nodes', '>time', 'what it shows'], rows, style.dim)
}

/** All that can be set about a scenario. */
export function scenarioLines(scenario: Scenario, style: Style): string[] {
  const { name, about, defaults, faults, behaviours } = scenario
  const parameters = Object.entries(scenario.parameters).map(([key, parameter]) => [
    key,
    String(parameter.default),
    allowed(parameter),
    parameter.about
  ])
  return [
    ...pairs(
      [
        ['scenario', name],
        ['about', about],
        ['nodes', count(defaults.nodes)],
        ['time', span(defaults.durationMs)],
        ['latency', defaults.network.latency.model],
        ['faults', faults.join(', ') || 'none'],
        ['behaviours', behaviours.join(', ') || 'none']
      ],
      style.dim
    ),
    ...(parameters.length > 0
      ? ['', ...table(['parameter', 'default', 'takes', 'what it does'], parameters, style.dim)]
      : [])
  ]
}

function allowed({ default: value, min, max, oneOf }: Scenario['parameters'][string]): string {
  if (oneOf !== undefined) return oneOf.join(', ')
  if (typeof value === 'boolean') return 'true, false'
  if (typeof value === 'string') return 'text'
  return `${min ?? ''}…${max ?? ''}`
}
