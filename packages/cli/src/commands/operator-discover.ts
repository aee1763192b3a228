import type { Proposed } from '@torusmesh/node'
import type { Command } from 'commander'
import {
  type CommonOptions,
  newCommand,
  settingsIn,
  withExamples,
  withSettings
} from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { proposalLines } from '../render/operator.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface DiscoverOptions extends CommonOptions {
  readonly print?: true
  readonly replace?: true
}

export function operatorDiscoverCommand(context: Context): Command {
  const { io, node } = context
  const command = withSettings(
    newCommand('discover', 'write a catalogue of the services that run here, for review')
      .option('--print', 'print the catalogue, write nothing')
      .option('--replace', 'replace a catalogue that is there'),
    node.settings
  )
  withExamples(
    command,
    'operator discover',
    'operator discover --print > services.yaml',
    'operator discover --operator-engine-socket /run/podman/podman.sock'
  )
  return command.action(async (options: DiscoverOptions) => {
    const homePath = context.homePath(options)
    const flags = settingsIn(options, node.settings)
    const { config } = await node.loadConfig(homePath, { env: io.env, flags })
    const { engineSocket, catalogue } = config.operator
    const found = await node.discoverServices(engineSocket)
    if (found.services.length === 0) {
      const next = 'start your services, or name another engine with --operator-engine-socket'
      throw new CliError('NO_SERVICES', `no containers on ${engineSocket}; ${next}`)
    }
    if (options.print) return io.stdout.write(found.yaml)
    const path = await node.cataloguePath(homePath, catalogue)
    if (!options.json) print(io, proposalLines(found.services, styleOf(io, io.stdout)))
    await write(context, path, found, options)
    if (options.json) printJson(io, { path, services: found.services })
    else
      print(io, ['', `Written to ${path}. Review it; the node reads it when it starts:`, ...NEXT])
  })
}

const NEXT = [
  '',
  '  torusmesh up                   # watches only',
  '  torusmesh operator grant 8h    # lets the agent heal alone, for so long'
]

async function write(
  { io, node }: Context,
  path: string,
  { yaml }: Proposed,
  { replace, json }: DiscoverOptions
): Promise<void> {
  if (await node.writeCatalogue(path, yaml, { replace: replace === true })) return
  const mayAsk = io.interactive && json !== true
  const answer = mayAsk ? await io.ask(`${path} is there already. Replace it? [y/N] `) : ''
  if (!/^y(es)?$/i.test(answer.trim())) {
    const next = 'compare it with --print, or replace it with --replace'
    throw new CliError(
      'CATALOGUE_EXISTS',
      `${path} is there already and was left as it is; ${next}`
    )
  }
  await node.writeCatalogue(path, yaml, { replace: true })
}
