import { type Command, InvalidArgumentError } from 'commander'
import { newCommand, withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { cellLine, DEFAULT_NAME, DEFAULT_SIDES, type Founding, found } from '../founding.ts'
import { foundingPassphrase, type VaultOptions, withVault } from '../passphrase.ts'
import { print, printJson } from '../render/print.ts'

interface InitOptions extends VaultOptions {
  readonly name?: string
  readonly env?: string
  readonly sides?: readonly number[]
}

const KEYS_IN_FILE =
  'Its keys lie in keys.json; `torusmesh vault init --import` moves them into a vault.'

const ENVS = ['dev', 'beta', 'mainnet'] as const

export function initCommand(context: Context): Command {
  const { io, node } = context
  const command = withVault(newCommand('init', 'found a mesh with this node as its first member'))
    .option('--name <name>', `of the mesh: 1 to 24 of a-z 0-9 - (default: ${DEFAULT_NAME})`)
    .option('--env <env>', `what the mesh is for: ${ENVS.join(', ')} (default: the setting env)`)
    .option('--sides <list>', `of the torus (default: ${DEFAULT_SIDES.join()})`, parseSides)
  withExamples(command, 'init', 'init --name home --env beta --sides 8,8,8')
  return command.action(async (options: InitOptions) => {
    const homePath = context.homePath(options)
    const flags: Record<string, string> = options.env === undefined ? {} : { env: options.env }
    const { config } = await node.loadConfig(homePath, { env: io.env, flags })
    const given = [options.name, options.env, options.sides]
    const asks = io.interactive && !options.json && given.every(value => value === undefined)
    const founding: Founding = asks
      ? await askFounding(context, config.env)
      : {
          name: options.name ?? DEFAULT_NAME,
          env: config.env,
          sides: options.sides ?? DEFAULT_SIDES
        }
    const passphrase = await foundingPassphrase(context, homePath, options)
    const founded = await found(context, homePath, founding, passphrase)
    if (options.json) printJson(io, founded)
    else {
      print(io, [
        cellLine(founded),
        ...((await node.keysIn(homePath)) === 'file' ? [KEYS_IN_FILE] : []),
        'Start it with `torusmesh up`.'
      ])
    }
  })
}

/** Reads `8,8,8`. How many and how large they may be is the torus' to say. */
export function parseSides(text: string): number[] {
  const sides = text.split(',')
  if (sides.every(side => /^\d{1,4}$/.test(side.trim()))) return sides.map(Number)
  throw new InvalidArgumentError('give the sides as in 8,8,8')
}

const MAX_TRIES = 5

async function askFounding(context: Context, env: Founding['env']): Promise<Founding> {
  print(context.io, ['A new mesh, with this node as its first member. Enter takes what is in [].'])
  return {
    name: await askUntil(context, `Its name [${DEFAULT_NAME}]: `, DEFAULT_NAME, text =>
      /^[a-z0-9-]{1,24}$/.test(text) ? text : undefined
    ),
    env: await askUntil(context, `What for, ${ENVS.join('/')} [${env}]: `, env, text =>
      ENVS.find(known => known === text)
    ),
    sides: await askUntil(
      context,
      `Sides of the torus [${DEFAULT_SIDES.join()}]: `,
      DEFAULT_SIDES.join(),
      text => (/^\d{1,4}(,\d{1,4})*$/.test(text) ? text.split(',').map(Number) : undefined)
    )
  }
}

async function askUntil<T>(
  { io }: Context,
  question: string,
  fallback: string,
  read: (text: string) => T | undefined
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const value = read((await io.ask(question)).trim() || fallback)
    if (value !== undefined) return value
    print(io, ["That can't be; try again."])
  }
  throw new CliError(
    'CANCELLED',
    'no usable answer, nothing was written; see init --help for flags'
  )
}
