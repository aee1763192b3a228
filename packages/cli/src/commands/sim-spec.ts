import type { Locate } from '@torusmesh/simulations'
import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration, wholeNumber } from '../arguments.ts'
import { CliError } from '../errors.ts'
import type { Simulations } from '../sim-port.ts'

/** What the argument of `sim run` and `sim sweep` is. */
export const SCENARIO_HELP = 'its name, or a file: YAML, or TypeScript that exports `scenario`'

/** What flags say of a run. */
export interface SpecOptions {
  readonly nodes?: number
  readonly seed?: number
  readonly duration?: number
  readonly param: Readonly<Record<string, string | number | boolean>>
}

const MAX_NODES = 20_000_000
const MAX_SEED = 0xffff_ffff

/** Gives a command the flags that go over a scenario's own settings. */
export function withSpecOptions(command: Command): Command {
  return command
    .option('--nodes <n>', 'nodes of the mesh', wholeNumber(2, MAX_NODES))
    .option('--seed <n>', 'what all chance comes from (default: 1)', wholeNumber(0, MAX_SEED))
    .option('--duration <time>', 'virtual time: 20, 20s, 5m …', parseDuration)
    .option('--param <name=value>', 'a parameter of the scenario, may be repeated', parameter, {})
}

/** A document with the flags over it, and where its fields stand. */
export interface SimSource {
  readonly document: unknown
  readonly locate: Locate
}

/** Finds or loads the scenario and lays the flags over it. */
export async function simSource(
  sim: Simulations,
  word: string,
  options: SpecOptions
): Promise<SimSource> {
  const isFile = sim.isScenarioFile(word)
  if (!isFile && !sim.scenarios.some(({ name }) => name === word)) {
    throw new CliError('USAGE', `no scenario ${word}; see \`torusmesh sim list\`, or give a file`)
  }
  const nowhere: Locate = () => ''
  const { document, locate } = isFile
    ? await sim.loadScenarioFile(word)
    : { document: { scenario: word }, locate: nowhere }
  // What is no block at all is for the checks to refuse.
  if (typeof document !== 'object' || document === null) return { document, locate }
  const { nodes, seed, duration, param } = options
  const parameters = { ...(document as { parameters?: object }).parameters, ...param }
  return {
    document: {
      ...document,
      ...(nodes !== undefined && { nodes }),
      ...(seed !== undefined && { seed }),
      ...(duration !== undefined && { duration }),
      ...(Object.keys(param).length > 0 && { parameters })
    },
    locate: path => {
      const [field = '', key = ''] = path
      if (field === 'parameters' && Object.hasOwn(param, key)) return '--param'
      return Object.hasOwn(options, field) ? `--${field}` : locate(path)
    }
  }
}

function parameter(text: string, before: SpecOptions['param']): SpecOptions['param'] {
  const [, name, value] = /^([A-Za-z]\w{0,63})=(.{1,200})$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('give a name and a value, as in targets=12')
  }
  return { ...before, [name]: typed(value) }
}

function typed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text
}
